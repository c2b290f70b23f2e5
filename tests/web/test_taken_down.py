"""One page is taken down: nothing anywhere tells of it, of its files, or that there is one more than is shown."""

from __future__ import annotations

import hashlib
import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from starlette.testclient import TestClient

from archive import open_archive
from archive.catalog import Catalog
from archive.model import Attachment, Image
from archive.public import PublicArchive
from archive.report import CrawlReport, Failure, write_report
from archive.takedown import FILE
from archive.wacz.select import Wanted
from archive.wacz.write import About, export_wacz
from archive.web.app import create_app
from tests.web.made import START, Site, photo

AT = "https://skhcn.hatinh.gov.vn"
PAGE = f"{AT}/tin/danh-sach-thi-sinh"
ALIAS = f"{AT}/index.php?nv=news&id=7"
"""The same article, at another address."""
LED = f"{AT}/go/7"
"""Leads to it."""
OTHER = f"{AT}/tin/khai-mac-ky-thi"
OWN = f"{AT}/anh/thi-sinh.jpg"
SHARED = f"{AT}/anh/khai-mac.jpg"
"""Of both, found on PAGE first."""
LIST = f"{AT}/tep/danh-sach.pdf"
SHEET, FONT, LOGO = f"{AT}/kieu/thi.css", f"{AT}/kieu/thi.woff2", f"{AT}/anh/logo.png"
"""Needed by PAGE alone, by that sheet, and by all pages."""
SECRET = (PAGE, ALIAS, LED, OWN, LIST, SHEET, FONT)
OPEN = (OTHER, SHARED, LOGO)
WORDS = re.compile("danh-sach|thi-sinh|id=7|go/7|thi\\.css|thi\\.woff2|Nguyễn Thị Bí Mật", re.IGNORECASE)
NAMED = f'[[takedown]]\nurl = "{PAGE}"\nreason = "Lộ thông tin cá nhân"\ndate = 2026-03-02\n'
COPY = "https://skhcn.nghean.gov.vn/tin/danh-sach"


def _image(capture: str, url: str, body: bytes) -> Image:
    digest = hashlib.sha256(body).hexdigest()
    return Image(url, 0, "Ảnh", None, None, 960, 600, "image/jpeg", len(body), digest, "0f" * 8, None, capture)


def _write(root: Path) -> None:
    own, shared, plan = photo(seed=1), photo(seed=2), b"%PDF-1.4 danh sach"
    with (
        Catalog.open(root / "catalog.sqlite3") as catalog,
        catalog.transaction(),
        Site(root, "ha_tinh", catalog) as here,
    ):
        here.via = PAGE
        held = here.capture(OWN, START, own, "image/jpeg", purpose="image")
        first = here.capture(SHARED, START, shared, "image/jpeg", purpose="image")
        file = here.capture(LIST, START, plan, "application/pdf", purpose="attachment")
        here.capture(SHEET, START, b"body{}", "text/css", purpose="requisite")
        here.capture(LOGO, START, photo(seed=3), "image/jpeg", purpose="requisite")
        here.via = SHEET
        here.capture(FONT, START, b"wOF2", "font/woff2", purpose="requisite")
        here.via = f"{AT}/tin"
        here.capture(LOGO, START + timedelta(days=1), photo(seed=3), "image/jpeg", purpose="requisite")
        digest = hashlib.sha256(plan).hexdigest()
        documents = (Attachment(LIST, 0, "Danh sách", "application/pdf", len(plan), digest, file.id),)
        pictures = (_image(held.id, OWN, own), _image(first.id, SHARED, shared))
        secret = {"images": pictures, "attachments": documents, "source_id": "7", "authors": ("Nguyễn Thị Bí Mật",)}
        here.article(PAGE, START, "Danh sách thí sinh", "Nguyễn Thị Bí Mật, 12 tuổi.", **secret)
        here.article(ALIAS, START + timedelta(days=40), "Danh sách thí sinh", "Nguyễn Thị Bí Mật, 13 tuổi.", **secret)
        led = here.capture(LED, START, b"", status="301 Moved", head=f"Location: {PAGE}\r\n".encode())
        catalog.add_reading(led.id, "redirect", PAGE)
        here.article(OTHER, START, "Khai mạc kỳ thi", "Sở khai mạc kỳ thi tay nghề.", images=pictures[1:])
    write_report(
        root,
        CrawlReport(
            "ha_tinh-20250304020000000", "ha_tinh", START, START + timedelta(minutes=2), 5,
            failures=(Failure(PAGE, "timed out", 3),), settings={"KHCN_CONTACT": "mailto:riêng@example.vn", "X": 1},
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("taken") / "data"
    _write(root)
    return root


@pytest.fixture(scope="module")
def ids(root: Path) -> dict[str, str]:
    """Ids of captures by address, as they stand in paths; and of the article, by its own name."""
    with open_archive(root) as archive:
        found = {each.url: each.id.removeprefix("urn:uuid:") for each in archive.captures()}
        history = archive.history(PAGE)
        assert history is not None
        assert set(history.aliases) | {history.url} == {PAGE, ALIAS}
        return found | {"article": history.id}


@pytest.fixture(scope="module")
def before(root: Path, ids: dict[str, str]) -> dict[str, str]:
    with _asking(root) as client:
        return {path: client.get(path).text for path in LISTS}


@pytest.fixture(scope="module")
def client(root: Path, before: dict[str, str]) -> Iterator[TestClient]:
    (root / FILE).write_text(NAMED, "utf-8")
    with _asking(root) as client:
        yield client


def _asking(root: Path) -> TestClient:
    return TestClient(
        create_app(root), base_url="http://kho.example", follow_redirects=False, raise_server_exceptions=False
    )


LISTS = (
    "/", "/?lang=en", "/search", "/search?q=thi", "/search?when=2025", "/search?site=ha_tinh", "/sites", "/sites/ha_tinh",
    "/crawls", "/crawls/ha_tinh-20250304020000000", "/api/v1/articles", "/api/v1/captures?limit=1000", "/api/v1/images",
    "/api/v1/changes?limit=100", "/api/v1/search?q=thi", "/api/v1/facets?q=thi", "/api/v1/sites", "/api/v1/sites/ha_tinh",
    "/api/v1/crawls", "/api/v1/crawls/ha_tinh-20250304020000000", "/feeds/ha_tinh.atom", "/feeds/search.atom?q=thi",
    "/sitemap.xml", "/sitemaps/ha_tinh.xml", "/metrics", "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc", "/cdx?url=skhcn.hatinh.gov.vn/*", "/download",
    f"/cdx?url={AT}/&matchType=domain&filter=~url:.*(thi|tep).*", f"/timemap/link/{OTHER}", f"/timemap/json/{LOGO}",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_no_list_names_it(client: TestClient, before: dict[str, str], path: str) -> None:
    told = client.get(path)

    assert told.status_code == 200
    assert not WORDS.findall(told.text.replace(OTHER, "").replace(SHARED, ""))


def test_before_it_was_named_all_of_it_was_there(before: dict[str, str]) -> None:
    every = "\n".join(before.values())

    assert {url for url in (*SECRET, *OPEN) if url not in every.replace("&amp;", "&")} == set()


def test_what_is_left_is_counted_alone(client: TestClient, before: dict[str, str]) -> None:
    home = re.findall(r"<dd[^>]*>([^<]*)</dd>", client.get("/?lang=en").text)
    was = re.findall(r"<dd[^>]*>([^<]*)</dd>", before["/?lang=en"])
    site = client.get("/api/v1/sites/ha_tinh").json()
    facets = client.get("/api/v1/facets?q=thi").json()

    assert (was[:3], home[:3]) == (["2", "3", "11"], ["1", "1", "4"])
    assert re.findall(r"<dd[^>]*>([^<]*)</dd>", client.get("/sites/ha_tinh").text)[:2] == ["1", "4"]
    assert site["articles"] == 1
    assert facets["articles"] == 1
    assert re.search(r'khcn_site_articles\{site="ha_tinh"\} 1(\.0)?\n', client.get("/metrics").text)
    assert "1 bài viết, mới nhất trước" in client.get("/search?site=ha_tinh").text
    assert client.get("/cdx?url=skhcn.hatinh.gov.vn/*").text.count("\n") == 4


def test_by_name_it_is_refused_and_said_why(client: TestClient, ids: dict[str, str]) -> None:
    article, refused = ids["article"], []
    paths = [f"/articles/{article}", f"/articles/{article}?version=1", f"/articles/{article}/diff"]
    paths += [f"/api/v1{path}" for path in (*(paths[0], paths[2]), f"/articles/{article}/versions")]
    paths += [
        f"/api/v1/articles/{article}/history",
        f"/api/v1/article?url={PAGE}",
        f"/api/v1/article?url={AT}/tin/danh-sach-thi-sinh/",
    ]
    for url in SECRET:
        capture = ids[url]
        paths += [
            f"/captures/{capture}",
            f"/captures/{capture}/record.warc.gz",
            f"/captures/{capture}/exchange.warc.gz",
        ]
        paths += [f"/images/{capture}", f"/files/{capture}/a", f"/api/v1/captures/{capture}"]
        paths += [f"/timegate/{url}", f"/timemap/link/{url}", f"/timemap/json/{url}", f"/web/2025id_/{url}"]
        paths += [f"/web/{START:%Y%m%d%H%M%S}id_/{url}"]
    for path in paths:
        told = client.get(path)
        if (told.status_code, told.json()["type"]) != (451, "urn:khcn:problem:taken-down"):
            refused.append((path, told.status_code, told.text[:200]))

    assert refused == []
    assert client.get("/oai", params={
        "verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": f"oai:khcn.archive:{article}",
    }).text.count('status="deleted"') == 1  # fmt: skip
    assert client.get(f"/cdx?url={PAGE}").text == ""


def test_what_other_pages_have_too_stays(client: TestClient, ids: dict[str, str]) -> None:
    for url in OPEN:
        capture = ids[url]
        paths = [f"/captures/{capture}", f"/captures/{capture}/record.warc.gz", f"/api/v1/captures/{capture}"]
        paths += [f"/timemap/link/{url}", *([f"/images/{capture}"] if "anh" in url else [])]

        assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
        assert client.get(f"/timegate/{url}").status_code == 302
    # It was found on the page that is taken down, which the records beside it say.
    assert client.get(f"/captures/{ids[SHARED]}/exchange.warc.gz").status_code == 451
    assert client.get(f"/api/v1/captures/{ids[SHARED]}").json()["via"] is None
    assert [each["url"] for each in client.get("/api/v1/images").json()["items"][0:1]] == [OTHER]


def test_a_harvester_is_told_that_it_is_gone(client: TestClient, ids: dict[str, str]) -> None:
    told = ET.fromstring(client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc").text)
    name = "{http://www.openarchives.org/OAI/2.0/}"
    state = {each.findtext(f"{name}identifier"): each.get("status") for each in told.iter(f"{name}header")}

    # This server never offered it, yet another one on the same ledger may have.
    assert state.pop(f"oai:khcn.archive:{ids['article']}") == "deleted"
    assert list(state.values()) == [None]


def test_in_python_and_in_a_wacz_it_is_not_there(client: TestClient, root: Path, tmp_path: Path) -> None:
    with PublicArchive(root) as public, open_archive(root) as archive:
        assert {each.url for each in public.captures()} == set(OPEN)
        assert {image.url for _, image in public.images()} == {SHARED}
        path = tmp_path / "a.wacz"
        export_wacz(root, archive.catalog, path, Wanted(["ha_tinh"]), About("Hà Tĩnh", "", "khcn/1"))
    with zipfile.ZipFile(path) as package:
        warcs = [package.read(name) for name in package.namelist() if name.startswith("archive/")]
        rest = b"".join(package.read(name) for name in package.namelist() if not name.startswith("archive/"))
    urls = {each.headers.get("WARC-Target-URI") for warc in warcs for each in ArchiveIterator(io.BytesIO(warc))}

    assert {url for url in urls if url} - {"urn:pageinfo"} == set(OPEN)
    assert b"danh-sach" not in rest


def test_a_page_that_is_read_there_later_is_not_shown_either(tmp_path: Path) -> None:
    root = tmp_path / "data"
    _write(root)
    (root / FILE).write_text(NAMED, "utf-8")
    with _asking(root) as client:
        assert client.get("/api/v1/sites/ha_tinh").json()["articles"] == 1
        later = datetime(2026, 4, 1, 2, tzinfo=UTC)
        with (
            Catalog.open(root / "catalog.sqlite3") as catalog,
            catalog.transaction(),
            Site(root, "ha_tinh", catalog) as here,
        ):
            here.crawl = "ha_tinh-20260401020000000"
            here.article(
                f"{AT}/tin/chuyen-7", later, "Danh sách thí sinh", "Nguyễn Thị Bí Mật, 14 tuổi.", source_id="7"
            )
        listed = client.get("/api/v1/articles").text
        searched = client.get("/search?q=thi").text
        captures = client.get("/api/v1/captures?limit=1000").text

    assert "Bí Mật" not in listed + searched
    assert "chuyen-7" not in listed + searched + captures
