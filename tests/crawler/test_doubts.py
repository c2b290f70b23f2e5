"""Articles that are empty, half or double: marked, and nothing else is."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from archive.http import read_payload
from archive.model import Article, Attachment, Image
from crawler.clean import MAX_PAGE_BYTES, MAX_TAGS
from crawler.derive import derive
from crawler.doubts import Sayings, says_nothing
from crawler.reading import CrawlReader, unsure
from crawler.seeds import undeclared_site
from tests.archive.facts import make_article, make_capture
from tests.hostile.pages import article as page_of

URL = "http://bai.khcn-thu.vn/tin/bai"
SITE = undeclared_site("host__bai_khcn_thu_vn")
WHOLE = page_of("bai")


def answer(body: bytes, *fields: bytes, length: int | None = None) -> bytes:
    said = b"Content-Length: %d" % (len(body) if length is None else length)
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Type: text/html; charset=utf-8", said, *fields, b"", b""]) + body


def read(response: bytes) -> Article:
    capture = make_capture(1, URL)
    outcome = CrawlReader(capture.crawl, lambda *of: derive(SITE, *of)).note(capture, read_payload(response))
    assert isinstance(outcome.result, Article), outcome
    return outcome.result


HALF = WHOLE[: WHOLE.index("huyện")]
PACKED = gzip.compress(WHOLE.encode() * 2, mtime=0)
LONG = WHOLE.replace("</div></body>", "<!--" + "x" * MAX_PAGE_BYTES + "--></div></body>")


@pytest.mark.parametrize(
    ("response", "is_whole"),
    [
        pytest.param(answer(WHOLE.encode()), True, id="whole"),
        pytest.param(answer(WHOLE.replace("</body></html>", "").encode()), True, id="no-ends"),
        pytest.param(answer(WHOLE.replace("</body></html>", "<!-- máy chủ 7 -->").encode()), True, id="comment-last"),
        pytest.param(answer(WHOLE.encode() + b" 0.03 s"), True, id="text-behind"),
        pytest.param(answer(WHOLE.encode(), b"Content-Encoding: gzip"), True, id="packed"),
        pytest.param(
            answer(gzip.compress(WHOLE.encode())[:-5], b"Content-Encoding: gzip"), True, id="torn-behind-its-end"
        ),
        pytest.param(answer(HALF.encode()), False, id="amid-a-line"),
        pytest.param(answer(HALF.encode() + b"<a href='"), False, id="amid-a-tag"),
        pytest.param(answer(HALF.encode() + b"<p>", length=99_999), False, id="short"),
        pytest.param(answer(gzip.compress(WHOLE.encode())[:-60], b"Content-Encoding: gzip"), False, id="torn"),
        pytest.param(answer(LONG.encode()), False, id="too-long"),
        pytest.param(
            answer(WHOLE.replace("</div></body>", "<b></b>" * MAX_TAGS + "</div></body>").encode()),
            False,
            id="too-many-tags",
        ),
    ],
)
def test_an_article_of_a_page_that_broke_off_is_marked(response, is_whole):
    confidence = read(response).confidence

    assert ("whole" not in confidence) is is_whole
    assert confidence.get("whole", 1) == is_whole


@pytest.mark.parametrize(
    ("text", "changes", "nothing"),
    [
        ("", {}, True),
        ("Nội dung đang được cập nhật", {}, True),
        ("TIN VỀ một giống lúa, chịu hạn tốt và năng suất cao hơn", {}, True),
        ("Xem tệp", {"attachments": True}, False),
        ("", {"images": True}, False),
        ("", {"summary": "Sáng nay, Sở mở lớp chuyển giao kỹ thuật cho bà con."}, False),
        ("Sáng nay, Sở mở lớp chuyển giao kỹ thuật cho bà con.", {}, False),
    ],
)
def test_an_article_that_is_hardly_more_than_its_headline_says_nothing(text, changes, nothing):
    files = {
        "images": (Image(f"{URL}.jpg", 0),) if "images" in changes else (),
        "attachments": (Attachment(f"{URL}.pdf", 0),) if "attachments" in changes else (),
    }
    full = make_article(make_capture(1, URL))
    title = "Tin về một giống lúa chịu hạn tốt và năng suất cao hơn"

    assert says_nothing(replace(full, title=title, text=text, summary=changes.get("summary"), **files)) is nothing


def test_an_article_without_words_is_counted_among_the_doubtful():
    got = read(answer(WHOLE.replace("<p>Sáng nay", "<p>Mời bà con đón xem.</p></div></body></html><!--", 1).encode()))

    assert (got.text, got.confidence["text"], "text" in unsure(got)) == ("Mời bà con đón xem.", 0, True)


def test_what_another_address_says_word_by_word_is_counted_in_any_order():
    long = "Sáng nay, Sở mở lớp chuyển giao kỹ thuật trồng lúa cho bà con. " * 8
    notice = "Mời xem tệp đính kèm."
    made = [
        make_article(make_capture(number, f"{URL}-{address}"), title=title, text=text, summary=None, source_id=None)
        for number, (address, title, text) in enumerate([
            ("a", "Một", long), ("a?in=1", "Một (bản in)", long), ("b", "Hai", notice), ("c", "Ba", notice),
            ("d", "Ba", notice), ("e", "Bốn", ""), ("f", "Bốn", ""), ("a", "Một", long),
        ])
    ]  # fmt: skip

    for order in (1, -1):
        sayings = Sayings()
        for article in made[::order]:
            sayings.note(article)
        assert sayings.duplicates == 2
