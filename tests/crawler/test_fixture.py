"""``khcn fixture``: cases are cut out of the archive, and fail until a person has read them."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.dedup import Dedup
from archive.warc.writer import WarcWriter
from crawler.cases import UNREAD, Case, CaseFault, cases_in, shown
from crawler.derive import derive
from crawler.fixtures import READ_HEADERS, name_of
from tests.archive.exchanges import DATE, ODD, exchange
from tests.khcn import khcn
from tests.sites.cases import HERE, REGISTRY

HOST = "http://dostkhanhhoa.gov.vn"
ARTICLE = f"{HOST}/vi-vn/tin-chi-tiet/id/4985/Thong-bao-ve-viec-dang-ky-de-tai-khoa-hoc-nam-2022"
NAME = "thong_bao_ve_viec_dang_ky_de_tai_khoa_hoc_nam_2022"
LISTING = f"{HOST}/vi-vn/thong-bao"
PAGES = HERE / "dotnetnuke"
OTHER = "http://www.khcn-example.vn:8080/tin-tuc/hoi-nghi-12.html"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"


def page(name: str) -> bytes:
    return (PAGES / name / "page.html").read_bytes()


def ok(body: bytes, head: bytes = HTML) -> bytes:
    return b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Two crawls: the article changes nothing and is gone at last; around it is what no case can be."""
    root = tmp_path_factory.mktemp("data")
    article, via = page("date_before_the_headline"), LISTING
    zipped = HTML + b"Content-Encoding: gzip\r\nX-Generator: Drupal\r\nX-Powered-By: ASP.NET\r\n"
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for month, answers in enumerate(
            [
                [
                    (ok(gzip.compress(article, mtime=0), zipped), ARTICLE, via),
                    (ok(page("pages_in_the_path")), LISTING, None),
                    (ok(b"%PDF-1.4 " + b"x" * 99, b"Content-Type: application/pdf\r\n"), f"{HOST}/a.pdf", via),
                    (ODD["404"], f"{HOST}/vi-vn/tin-chi-tiet/id/1/khong-co", via),
                    (ODD["301"], f"{HOST}/vi-vn/tin-chi-tiet/id/2/doi-cho", via),
                    (replace(exchange(ok(article)), truncated="length"), f"{HOST}/vi-vn/tin-chi-tiet/id/3/cut", via),
                    (ok(article), OTHER, None),
                ],
                [(ok(gzip.compress(article, mtime=0), zipped), ARTICLE, via)],
                [(ODD["304"], ARTICLE, via), (ODD["404"], LISTING, None)],
            ]
        ):
            crawl, start = f"khanh_hoa-{month}", DATE + timedelta(days=30 * month)
            dedup = Dedup(root, partial(catalog.whole, "khanh_hoa"), min_bytes=100)
            captures = []
            with WarcWriter(root, "khanh_hoa", crawl, info={}, dedup=dedup, clock=lambda start=start: start) as writer:
                for number, (answer, url, found_on) in enumerate(answers):
                    sent = exchange(answer) if isinstance(answer, bytes) else answer
                    moment = start + timedelta(seconds=number)
                    sent = replace(sent, url=url, date=moment, ended=moment)
                    captures.append(writer.write(sent, found_on, "page"))
            catalog.add_crawl(crawl, "khanh_hoa", start, {})
            catalog.add_captures(captures)
    return root


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "cases"
    made.mkdir()
    return made


def add(data, folder, *arguments):
    return khcn("fixture", "add", *arguments, "--cases", str(folder), data=data)


def case_of(folder: Path, name: str = NAME, site: str = "khanh_hoa") -> Case:
    return Case(folder / site / name, REGISTRY.get)


def accept(case: Case) -> None:
    """Do what a person does who has read it."""
    path = case.folder / "expected.json"
    path.write_text(path.read_text("utf-8").replace(f'  "{UNREAD}": true,\n', ""), "utf-8")


def test_a_case_is_cut_and_fails_until_it_has_been_read(data, folder):
    done = add(data, folder, "khanh_hoa", ARTICLE)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{folder}/khanh_hoa/{NAME}: article, ")
    assert 'removed its line "unread"' in done.stdout
    case = case_of(folder)
    assert sorted(path.name for path in case.folder.iterdir()) == ["case.toml", "expected.json", "page.html"]
    with pytest.raises(
        CaseFault, match=f'{NAME}/expected.json: read it beside page.html, correct it, then remove .*"unread"'
    ):
        case.expected()
    accept(case)
    assert case_of(folder).expected() == shown(case.read())


def test_a_case_reads_as_the_archive_does(data, folder):
    """The second capture is a revisit: its bytes are those of the first."""
    add(data, folder, "khanh_hoa", ARTICLE)

    case = case_of(folder)
    with open_archive(data) as archive:
        capture = next(each for each in archive.captures(url=ARTICLE) if each.revisit_of and each.status == 200)
        assert shown(case.read()) == shown(derive(REGISTRY.get("khanh_hoa"), capture, capture.payload()))
    assert (case.folder / "page.html").read_bytes() == page("date_before_the_headline")
    assert case.facts == {
        "url": ARTICLE,
        "captured": capture.date,
        "via": LISTING,
        "site": "khanh_hoa",
        "headers": {"Content-Type": "text/html; charset=utf-8", "X-Generator": "Drupal"},
    }


def test_the_capture_closest_to_a_date_is_taken(data, folder):
    done = add(data, folder, "khanh_hoa", ARTICLE, "--at", "2024-05-07", "--name", "first_seen", "--json")

    told = json.loads(done.stdout)
    assert told["captured"].startswith("2024-05-06T07:08:09.123")
    assert (told["case"], told["kind"], told["url"]) == (f"{folder}/khanh_hoa/first_seen", "article", ARTICLE)
    assert case_of(folder, "first_seen").facts["captured"] == DATE


def test_the_page_as_it_was_before_it_was_gone_is_taken(data, folder):
    done = add(data, folder, "khanh_hoa", LISTING)

    assert done.stdout.startswith(f"{folder}/khanh_hoa/thong_bao: listing, 3 items, captured 2024-05-06 14:08")
    assert case_of(folder, "thong_bao").kind == "listing"


def test_a_case_of_an_undeclared_site_names_none(data, folder):
    done = add(data, folder, "host__www_khcn_example_vn_8080", OTHER)

    assert done.returncode == 0
    case = case_of(folder, "hoi_nghi_12", "host__www_khcn_example_vn_8080")
    assert "site" not in case.facts
    assert case.read().title == "Thông báo về việc đăng ký đề tài khoa học năm 2022"


@pytest.mark.parametrize(
    ("site", "url", "more", "said"),
    [
        ("khanh_ho", ARTICLE, (), 'no site "khanh_ho" (did you mean "khanh_hoa"?)'),
        ("khanh_hoa", OTHER, (), 'not on a host of "khanh_hoa"; `khcn sites show khanh_hoa` shows its hosts'),
        ("khanh_hoa", "gopher://x", (), '"gopher://x" is no http or https address'),
        ("khanh_hoa", "http://[", (), '"http://[" is no http or https address'),
        ("khanh_hoa", "http://x.vn:99999/", (), "is no http or https address"),
        ("khanh_hoa", "", (), '"" is no http or https address'),
        ("khanh_hoa", ARTICLE, ("--name", "../x"), '--name: "../x" is no name of a case'),
        ("khanh_hoa", ARTICLE, ("--name", "Tên"), "use words of a-z and 0-9 joined by _"),
        ("khanh_hoa", ARTICLE, ("--at", "gestern"), '"gestern" is no date'),
        ("khanh_hoa", ARTICLE + "-2", (), "nothing was captured at this address; `khcn crawl khanh_hoa --limit 20`"),
        ("khanh_hoa", f"{HOST}/gioi-thieu", (), "`khcn crawl --seeds FILE`, with this address in FILE, fetches it"),
        ("khanh_hoa", f"{HOST}/a.pdf", (), "application/pdf, and no web page"),
        ("khanh_hoa", f"{HOST}/vi-vn/tin-chi-tiet/id/1/khong-co", (), "never as a page that can be read (2024-05-06: status 404)"),
        ("khanh_hoa", f"{HOST}/vi-vn/tin-chi-tiet/id/2/doi-cho", (), "(2024-05-06: status 301)"),
        ("khanh_hoa", f"{HOST}/vi-vn/tin-chi-tiet/id/3/cut", (), "(2024-05-06: cut off (length))"),
    ],
)  # fmt: skip
def test_what_can_be_no_case_is_a_sentence_and_exit_2(data, folder, site, url, more, said):
    done = add(data, folder, site, url, *more)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.rglob("*")) == []


def test_a_case_that_is_there_stays(data, folder):
    (folder / "khanh_hoa" / NAME).mkdir(parents=True)

    done = add(data, folder, "khanh_hoa", ARTICLE)

    assert done.returncode == 2
    assert "there is such a case already; give another name with --name, or remove it" in done.stderr
    assert list((folder / "khanh_hoa").iterdir()) == [folder / "khanh_hoa" / NAME]


def test_without_a_folder_of_cases_it_is_said_where_one_is(data, tmp_path):
    for arguments in (("add", "khanh_hoa", ARTICLE), ("update",)):
        done = khcn("fixture", *arguments, "--cases", str(tmp_path / "none"), data=data)

        assert done.returncode == 2
        assert "none: no such folder; cases are part of the source tree" in done.stderr


def test_without_an_archive_it_is_exit_4(tmp_path, folder):
    done = add(tmp_path, folder, "khanh_hoa", ARTICLE)

    assert done.returncode == 4
    assert "Traceback" not in done.stderr


# --- update ---------------------------------------------------------------------------------------


@pytest.fixture
def cases(folder) -> Path:
    """Cases of two folders, read by a person."""
    for name in ("date_before_the_headline", "pages_in_the_path"):
        shutil.copytree(PAGES / name, folder / "dotnetnuke" / name)
    shutil.copytree(HERE / "vnpt_portal" / "listing", folder / "vnpt_portal" / "listing")
    return folder


def update(folder, *arguments):
    return khcn("fixture", "update", *arguments, "--cases", str(folder))


def test_what_reads_as_before_is_left_alone(cases):
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in cases.rglob("*.*")}

    done = update(cases)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "0 changed, 3 unchanged\n")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in cases.rglob("*.*")} == before


def test_what_reads_otherwise_is_shown_written_and_to_be_read(cases):
    path = cases / "dotnetnuke/date_before_the_headline/expected.json"
    was = path.read_text("utf-8")
    path.write_text(was.replace('"H.Y"', '"V.K.D"'), "utf-8")

    done = update(cases)

    assert done.returncode == 0
    assert re.search(r"^--- a/dotnetnuke/date_before_the_headline/expected.json$", done.stdout, re.M)
    assert re.findall(r"^[+-]  .*", done.stdout, re.M) == ['-      "V.K.D"', '+      "H.Y"']
    assert done.stderr == "1 changed, 2 unchanged\n"
    unread = [str(case) for case in cases_in(cases, REGISTRY.get) if case.is_unread]
    assert unread == ["dotnetnuke/date_before_the_headline"]
    assert update(cases).stderr == "0 changed, 2 unchanged, 1 unchanged and still to be read\n"
    accept(case_of(cases, "date_before_the_headline", "dotnetnuke"))
    assert path.read_text("utf-8") == was


def test_a_case_without_expectations_gets_them(cases):
    (cases / "vnpt_portal/listing/expected.json").unlink()

    done = update(cases, "vnpt_portal", "listing", "--json")

    told = json.loads(done.stdout)
    assert (told["case"], told["state"]) == ("vnpt_portal/listing", "changed")
    assert cases_in(cases / "..", REGISTRY.get) == []
    accept(case_of(cases, "listing", "vnpt_portal"))
    assert (cases / "vnpt_portal/listing/expected.json").read_text("utf-8") == (
        HERE / "vnpt_portal/listing/expected.json"
    ).read_text("utf-8")


def test_only_the_named_cases_are_read_again(cases):
    for path in cases.rglob("expected.json"):
        path.write_text("{}", "utf-8")

    assert [json.loads(line)["case"] for line in update(cases, "vnpt_portal", "--json").stdout.splitlines()] == [
        "vnpt_portal/listing"
    ]
    assert (cases / "dotnetnuke/pages_in_the_path/expected.json").read_text("utf-8") == "{}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("vnpt_porta",), 'no case of "vnpt_porta" (did you mean "vnpt_portal"?)'),
        (("xyz",), '(`khcn fixture add` makes one)'),
        (("dotnetnuke", "pages_in_the_pat"), '(did you mean "pages_in_the_path"?)'),
    ],
)  # fmt: skip
def test_a_case_that_is_none_is_a_sentence_and_exit_2(cases, arguments, said):
    done = update(cases, *arguments)

    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("case.toml", "url = ", "case.toml: can not be read"),
        ("case.toml", 'url = "http://x.vn/"', "`url` and `captured` are needed"),
        ("expected.json", "{", "expected.json: can not be read"),
        ("page.html", None, "page.html: can not be read"),
    ],
)
def test_a_broken_case_is_named_and_exit_4(cases, file, text, said):
    path = cases / "vnpt_portal/listing" / file
    path.unlink() if text is None else path.write_text(text, "utf-8")

    done = update(cases)

    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# --- parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (ARTICLE, NAME),
        ("http://x.vn/Default.aspx?tabid=95&id=3112", "default_tabid_95_id_3112"),
        ("http://x.vn/thong-bao-ve-ket-qua-ho%CC%A3i-thi", "thong_bao_ve_ket_qua_hoi_thi"),
        ("http://x.vn/Tin%20t%E1%BB%A9c/", "tin_tuc"),
        (f"http://x.vn/{'hoi-nghi-' * 8}12.html", "hoi_nghi_hoi_nghi_hoi_nghi_hoi_nghi_hoi_nghi_hoi_nghi_hoi_12"),
        (f"http://x.vn/{'hoi-nghi-' * 8}lon", "hoi_nghi_hoi_nghi_hoi_nghi_hoi_nghi_hoi_nghi_hoi_nghi_hoi"),
        ("http://x.vn/?", "home"),
        ("http://x.vn/%E4%B8%AD", "page"),
        ("http://x.vn/" + "a" * 500, "a" * 60),
    ],
)
def test_a_case_is_named_by_its_address(url, name):
    assert name_of(url) == name


def test_a_case_keeps_every_header_that_readers_look_at():
    root = HERE.parents[1]
    files = [root / f"crawler/{name}.py" for name in ("derive", "clean", "page")] + list(
        root.glob("spiders/pages/*.py")
    )
    asked = {name for path in files for name in re.findall(r'payload\.header\("([^"]+)"\)', path.read_text("utf-8"))}

    assert asked == set(READ_HEADERS)
