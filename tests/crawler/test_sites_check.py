"""A dry run of a site's seeds: links, the next page, the first article, what is not as it should be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.crawler.scouted import ARTICLE, HOME, HOST, LISTING, MENU, case, nukeviet, page, scouted
from tests.crawler.scripted import answer

FILE = f"""
id = "hoa_ninh"
name = "Sở Khoa học và Công nghệ tỉnh Hòa Ninh"
name_en = "Department of Science and Technology of Hòa Ninh"
status = "active"

[[hosts]]
host = "{HOST}"
"""
SEEDS = "".join(f'\n[[seeds]]\nurl = "{url}"\nsection = "Tin"\n' for url in (HOME, f"http://{HOST}{LISTING}"))
LAYOUT = '\n[[layouts]]\npage = "nukeviet"\n'


def check(tmp_path, routes, text=FILE + SEEDS + LAYOUT) -> tuple[int, list[dict[str, Any]], list[str]]:
    """Return exit code, the seeds as JSON, and what was asked for."""
    with scouted(tmp_path, routes) as played:
        (played.sites / "hoa_ninh.toml").write_text(text, "utf-8")
        run = played.khcn("check", "hoa_ninh", "--json")

        assert not played.data.exists()
        found = json.loads(run.stdout)
        assert found["exit"] == run.returncode
        return run.returncode, found["seeds"], played.paths()


def test_a_sound_site_shows_links_next_page_and_first_article(tmp_path):
    code, (home, listing), asked = check(tmp_path, nukeviet())

    assert (code, home["faults"], listing["faults"]) == (0, [], [])
    assert (home["listing"], home["listings"], home["other"]) == (f"http://{HOST}/vi/news/khoa-hoc/", 2, 3)
    assert home["article"]["parser"].startswith("nukeviet/")
    assert (listing["articles"], listing["next_url"], listing["marks"]) == (2, None, "nukeviet")
    assert listing["asked"] == f"http://{HOST}{ARTICLE}"
    assert listing["article"]["title"] == "Tập huấn truy xuất nguồn gốc nông sản cho hợp tác xã"
    assert listing["article"]["section"] == "Tin"
    assert listing["empty"] == ["modified"]
    assert {"/robots.txt", "/", "/vi/news/khoa-hoc/", LISTING, ARTICLE} < set(asked)
    assert len(asked) == 6


def test_people_get_a_table_with_the_empty_fields_marked(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        (played.sites / "hoa_ninh.toml").write_text(FILE + SEEDS + LAYOUT, "utf-8")
        run = played.khcn("check", "hoa_ninh")

    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    assert "modified (empty)" in lines
    assert "title Tập huấn truy xuất nguồn gốc nông sản cho hợp tác xã" in lines
    assert "links 2 articles, 2 listings, 2 other" in lines
    assert lines[-1] == "hoa_ninh: 2 seeds, no faults"
    assert (run.returncode, run.stderr) == (0, "")


def listing(number: int) -> bytes:
    return page(
        f'<body><div class="news_column panel"><h2><a href="{article(number)}">Một bài viết</a></h2></div></body>'
    )


def article(number: int) -> str:
    return f"/vi/news/muc-{number}/mot-bai-viet-{number}.html"


EMPTY_DATE = '<body><h1 class="title">Tiêu đề</h1><div id="news-bodyhtml"><p>Một bài viết.</p></div></body>'
GUARD = answer(b'<script>document.cookie="a=b";location.reload()</script>', kind="text/html")
BROKEN: dict[str, tuple[bytes | None, bytes, str, bool]] = {
    "the article is none": (None, page("<body><p>Trang không tồn tại</p></body>"), "is not read as an article", False),
    "no date": (None, page(EMPTY_DATE), "published empty", False),
    "no link": (page("<body>Bảo trì</body>"), b"", "links to no article and no listing", False),
    "a guard": (GUARD, b"", "cookie_stub", False),
    "another family": (None, case("wordpress/theme_without_time_element"), "bears the marks of wordpress", False),
    "gone": (answer(b"", "404 Not Found"), b"", "status: 404", True),
    "the article is gone": (None, answer(b"", "410 Gone"), "status: 410", True),
    "led away": (
        answer(b"", "302 Found", "Location: http://moi.example/"),
        b"",
        "redirects to http://moi.example/",
        True,
    ),
    "forbidden": (None, b"", "forbidden by robots.txt", True),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory) -> list[dict[str, Any]]:
    """A site of which every seed is broken in another way, looked at once."""
    seeds, routes = "", {f"{HOST}/robots.txt": [answer(f"User-agent: khcn\nDisallow: {article(8)}\n".encode())]}
    for number, (seed, read, _, _) in enumerate(BROKEN.values()):
        seeds += f'\n[[seeds]]\nurl = "http://{HOST}/vi/news/muc-{number}/"\n'
        routes |= {f"{HOST}/vi/news/muc-{number}/": [seed or listing(number)], f"{HOST}{article(number)}": [read]}
    code, found, _ = check(tmp_path_factory.mktemp("broken"), routes, FILE + seeds + LAYOUT)
    assert code == 5
    return found


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_as_it_should_be_is_a_fault(broken, name):
    _, _, words, is_failed = BROKEN[name]
    seed = broken[list(BROKEN).index(name)]

    assert any(words in fault for fault in seed["faults"])
    assert seed["failed"] == is_failed


def test_fields_that_the_site_file_expects_must_be_filled(tmp_path):
    code, (_, listing), _ = check(tmp_path, nukeviet(), FILE + SEEDS + LAYOUT + '\n[expect]\nfields = ["modified"]\n')

    assert code == 6
    assert listing["faults"] == [f"http://{HOST}{ARTICLE}: modified empty"]


def test_a_site_without_layouts_is_looked_at_by_its_marks(tmp_path):
    code, (_, listing), _ = check(tmp_path, nukeviet(), FILE + SEEDS)

    assert (code, listing["layouts"], listing["marks"]) == (0, [], "nukeviet")
    assert listing["article"]["parser"].startswith("nukeviet/")


def test_the_words_of_a_page_do_not_steer_the_screen(tmp_path):
    hostile = page(
        f"<body>{MENU}<h1 class=title>[red]Tin&#27;[2J mới</h1><div id=news-bodyhtml><p>[/]Nội dung.</p></div></body>"
    )
    with scouted(tmp_path, {**nukeviet(), f"{HOST}{ARTICLE}": [hostile]}) as played:
        (played.sites / "hoa_ninh.toml").write_text(FILE + SEEDS + LAYOUT, "utf-8")
        run = played.khcn("check", "hoa_ninh")

    assert "[red]Tin[2J mới" in run.stdout
    assert "\x1b" not in run.stdout


def test_an_unknown_site_and_one_without_seeds_are_wrong_arguments(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        (played.sites / "hoa_ninh.toml").write_text(FILE, "utf-8")
        unknown, bare = played.khcn("check", "hoa_nin"), played.khcn("check", "hoa_ninh")

        assert (unknown.returncode, bare.returncode, played.paths()) == (2, 2, [])
    assert 'did you mean "hoa_ninh"?' in unknown.stderr
    assert "has no seeds" in " ".join(bare.stderr.split())
