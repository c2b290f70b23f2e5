"""Every page is there, in both languages, with the facts of the archive on it."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import pytest
from starlette.testclient import TestClient

from archive.web import words
from archive.web.pages import rows
from archive.web.templating import environment
from archive.web.words.english import ENGLISH
from archive.web.words.named import NAMED
from tests.web.made import COPY, DRAWING, GONE, PHOTO, PLAN, RICE, SVG, Made

WEIGHT = 150_000

PAGES = {
    "/": ("34 tỉnh, thành phố", "34 provinces and cities", ("Nghiệm thu giống lúa chịu mặn", "28", "Cần Thơ")),
    "/search": ("bài viết, mới nhất trước", "articles, newest first", ("Giống lúa mới của Hà Tĩnh",)),
    "/search?q=giong+lua": ("bài có “giong lua”", "articles for “giong lua”", ("giống", "Nghệ An")),
    "/search?site=nghe_an&when=2024-03": ("tháng 3/2024", "March 2024", ("Tin số 2",)),
    "/sites": ("Các tỉnh trước khi sáp nhập", "Provinces before the mergers", ("Hậu Giang", "→ Cần Thơ")),
    "/sites/ha_tinh": ("Theo thời gian", "Over time", ("skhcn.hatinh.gov.vn", "01/03/2025|1 March 2025|2025")),
    "/sites/hau_giang": ("thuộc", "Since 1 July 2025 part of", ("Cần Thơ",)),
    "/sites/can_tho": ("Tiếp nối", "Took over from", ("Hậu Giang",)),
    "/crawls": ("Tình trạng các trang", "Health of the sites", ("bài mới nhất cách đây 45 ngày|newest article is 45 days old",)),
    "/crawls/ha_tinh-20250304020000000": ("Địa chỉ lỗi", "Failed URLs", ("timed out", "DOWNLOAD_DELAY")),
}  # fmt: skip


def text_of(page: str) -> str:
    return " ".join(lxml.html.fromstring(page).text_content().split())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_page_tells_what_is_held(client, path, language):
    told = client.get(path + ("&" if "?" in path else "?") + f"lang={language}")

    vietnamese, english, facts = PAGES[path]
    shown = text_of(told.text)
    assert told.status_code == 200
    assert told.headers["content-language"] == language
    assert lxml.html.fromstring(told.text).get("lang") == language
    assert (english if language == "en" else vietnamese) in shown
    for fact in facts:
        assert re.search(fact, shown), fact


def test_an_article_is_shown_with_all_that_is_known_of_it(client: TestClient, web: Made):
    told = client.get(f"/articles/{web.ids[RICE]}")

    shown = text_of(told.text)
    for fact in (
        "Nghiệm thu giống lúa chịu mặn", "sáu phẩy hai tấn", "14:30, 28/02/2025", "Tùng Như", "Ảnh: Đình Nam",
        "Ruộng lúa thử nghiệm ở Cẩm Xuyên.", "960 × 600 px", "NIKON D5600", "Kế hoạch nhân rộng", "Kế hoạch.pdf",
        "đổi: tiêu đề, nội dung", "Cùng bài ở nơi khác", "Nghệ An", "Trích dẫn", "https://skhcn.hatinh.gov.vn/tin",
    ):  # fmt: skip
        assert fact in shown, fact
    links = {element.get("href") for element in lxml.html.fromstring(told.text).iter("a")}
    assert f"http://127.0.0.1:8090/archive/20250304020000/{RICE}" in links
    assert f"/captures/{web.captures[RICE]}" in links
    assert f"/articles/{web.ids[RICE]}/diff?a=1&b=2" in links


def test_an_earlier_version_is_shown_as_it_read(client, web):
    told = client.get(f"/articles/{web.ids[RICE]}", params={"version": 1})

    shown = text_of(told.text)
    assert "Đây là bản 1 trên 2" in shown
    assert "sáu tấn" in shown
    assert "sáu phẩy hai tấn" not in shown
    assert client.get(f"/articles/{web.ids[RICE]}", params={"version": 3}).status_code == 404


def test_a_difference_is_shown_word_by_word(client, web):
    told = client.get(f"/articles/{web.ids[RICE]}/diff", params={"a": 1, "b": 2})

    page = lxml.html.fromstring(told.text)
    assert told.status_code == 200
    assert [each.text for each in page.cssselect(".diff ins")] == [" chịu mặn", "phẩy hai "]
    assert client.get(f"/articles/{web.ids[COPY]}/diff").status_code == 404


def test_an_article_that_is_gone_says_so(client, web):
    shown = text_of(client.get(f"/articles/{web.ids[GONE]}").text)

    assert "Trang gốc không còn bài này" in shown
    assert "bị gỡ khỏi trang gốc" in shown
    assert "01/03/2025" in shown


def test_an_address_leads_to_its_article(client, web):
    told = client.get("/article", params={"url": RICE.replace("https://", "http://www.")})

    assert (told.status_code, told.headers["location"]) == (303, f"/articles/{web.ids[RICE]}")


def test_a_capture_is_shown_as_it_was_on_the_wire(client, web):
    told = client.get(f"/captures/{web.captures[GONE]}")

    shown = text_of(told.text)
    for fact in ("HTTP 404", "GET /tin/lich-tiep-cong-dan HTTP/1.1", "HTTP/1.1 404 Not Found", "sha1:", "127.0.0.1"):
        assert fact in shown, fact
    assert len(lxml.html.fromstring(told.text).cssselect(".record > ul.plain li")) == 4


def test_a_record_is_a_warc_file_of_its_own(client, web, tmp_path):
    from archive.warc.reader import iter_captures

    told = client.get(f"/captures/{web.captures[PHOTO]}/record.warc.gz")

    (tmp_path / "one.warc.gz").write_bytes(told.content)
    [(capture, _)] = list(iter_captures(tmp_path, "one.warc.gz"))
    assert told.headers["content-type"] == "application/warc"
    assert int(told.headers["content-length"]) == len(told.content)
    assert capture.url == PHOTO


def test_a_picture_is_sent_as_one_and_kept_by_who_asked_alone(client, web):
    told = client.get(f"/images/{web.captures[PHOTO]}")
    again = client.get(f"/images/{web.captures[PHOTO]}", headers={"If-None-Match": told.headers["etag"]})

    assert told.headers["content-type"] == "image/jpeg"
    assert told.content.startswith(b"\xff\xd8\xff")
    assert told.headers["cache-control"].startswith("private")  # it may be taken down
    assert told.headers["content-security-policy"].startswith("sandbox")
    assert again.status_code == 304


def test_what_is_no_picture_is_a_download_that_can_do_nothing(client, web):
    shown = client.get(f"/images/{web.captures[DRAWING]}")
    kept = client.get(f"/files/{web.captures[DRAWING]}/so-do.svg")
    page = client.get(f"/files/{web.captures[RICE]}/page.html")

    assert shown.status_code == 415
    assert (kept.status_code, kept.content) == (200, SVG)
    for told in (kept, page):
        assert told.headers["content-type"] == "application/octet-stream"
        assert told.headers["content-disposition"].startswith("attachment;")
        assert told.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert told.headers["x-content-type-options"] == "nosniff"


def test_a_document_keeps_its_name(client, web):
    told = client.get(f"/files/{web.captures[PLAN]}/x")

    assert told.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf" in told.headers["content-disposition"]


def every_page(web: Made) -> list[str]:
    article, capture = web.ids[RICE], web.captures[PHOTO]
    return [*PAGES, f"/articles/{article}", f"/articles/{article}/diff", f"/captures/{capture}", "/nowhere"]


def test_no_page_holds_a_script_a_style_or_a_handler_and_all_are_light(client, web):
    for path in every_page(web):
        told = client.get(path)
        page = lxml.html.fromstring(told.text)

        policy = told.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert "script-src" not in policy
        for element in page.iter():
            assert element.tag not in ("script", "style", "iframe", "object", "embed"), (path, element.tag)
            assert not [name for name in element.attrib if name.startswith("on") or name == "style"], path
        assert len(told.content) + style_size(client, page) < WEIGHT, path


def style_size(client: TestClient, page: lxml.html.HtmlElement) -> int:
    [sheet] = page.cssselect("link[rel=stylesheet]")
    told = client.get(sheet.get("href"))
    assert told.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in told.headers["cache-control"]
    return len(told.content)


def test_every_link_of_ours_leads_somewhere(client, web):
    seen: set[str] = set()
    for path in every_page(web):
        for element in lxml.html.fromstring(client.get(path).text).iter("a", "img", "link"):
            target = element.get("href") or element.get("src")
            if target and target.startswith("/") and not target.startswith("/nowhere"):
                seen.add(target)
    for target in sorted(seen):
        assert client.get(target).status_code in (200, 303), target
    assert len(seen) > 60


def test_a_page_can_be_heard_and_used_by_keyboard(client, web):
    for path in every_page(web):
        page = lxml.html.fromstring(client.get(path).text)

        assert len(page.cssselect("h1")) == 1, path
        assert page.cssselect("main#main"), path
        assert page.cssselect("a.skip[href='#main']"), path
        assert all(image.get("alt") for image in page.iter("img")), path
        labelled = {label.get("for") for label in page.iter("label")}
        assert all(field.get("id") in labelled for field in page.cssselect("input:not([type=hidden])")), path
        ids = [element.get("id") for element in page.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path


def test_every_text_of_the_templates_has_an_english_one():
    folder = Path(words.__file__).parent.parent / "templates"
    texts = {
        text
        for path in folder.glob("*.html")
        for text in re.findall(r'\b_\(\s*"([^"]+)"(?!\s*~)', path.read_text("utf-8"))
    } | {*rows.WORDS}

    missing = {text for text in texts if text not in ENGLISH and text not in NAMED}
    assert not missing
    assert not set(ENGLISH) - texts, "no template says it any more"


def test_a_template_escapes_what_it_is_given():
    assert environment("vi").from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"
