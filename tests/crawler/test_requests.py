"""A request that is kept and asked for by a later run is the same request."""

from __future__ import annotations

import json

import pytest
from scrapy.http import FormRequest, JsonRequest, Request

from crawler.cli.common import load_site
from crawler.frontier import Entry
from crawler.requests import address_asked, entry_of, key_of, request_of
from spiders.listing import ListingSpider

URL = "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/tin-tuc-su-kien"
ARTICLE = "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/chuyen-doi-so"


class HaTinh(ListingSpider):
    name = "ha_tinh"
    site = load_site("ha_tinh")

    def found(self, response, page=0, **more):
        """A method that a callback can be."""


@pytest.fixture(scope="module")
def spider():
    return HaTinh()


REQUESTS = {
    "plain": lambda spider: spider.request(URL),
    "listing": lambda spider: spider.request(
        URL, spider.found, via=ARTICLE, purpose="listing", priority=-7, page=3, section="Tin tức - Sự kiện", none=None
    ),
    "accents": lambda spider: spider.request("http://a.vn/tìm-kiếm?q=đổi%20mới&x=%zz", spider.found),
    "fragment": lambda spider: spider.request(f"{URL}#phan-2"),
    "form": lambda spider: FormRequest(
        URL, callback=spider.found, errback=spider.fail, formdata={"page": "2", "q": "đo lường"}, meta={"purpose": "listing"}
    ),
    "json": lambda spider: JsonRequest(
        URL, callback=spider.found, errback=spider.fail, data={"page": 2}, meta={"purpose": "listing"}
    ),
    "bytes": lambda spider: spider.request(
        URL, method="POST", body=bytes(range(256)), headers={"Content-Type": "application/octet-stream"}
    ),
    "headers": lambda spider: spider.request(URL, headers={"X-Ten": ["một", "hai"], "Accept": "*/*"}),
    "head": lambda spider: spider.request(URL, method="HEAD"),
    "nested": lambda spider: spider.request(URL, spider.found, page={"after": [1, 2.5, True, "ba", None]}),
}  # fmt: skip


@pytest.mark.parametrize("kind", REQUESTS)
def test_a_request_comes_back_as_it_was(spider, kind):
    request = REQUESTS[kind](spider)

    entry = entry_of(request, spider)
    again = request_of(entry, spider)

    for part in ("url", "method", "body", "headers", "priority", "callback", "errback", "cb_kwargs"):
        assert getattr(again, part) == getattr(request, part), part
    assert again.meta["via"] == request.meta.get("via")
    assert again.meta["purpose"] == request.meta.get("purpose", "page")
    assert again.meta["row"] == entry.key == key_of(request, spider) == key_of(again, spider)
    assert not again.dont_filter, "where it redirects to may be known"
    assert address_asked(again) == address_asked(request)
    assert entry_of(again, spider) == entry


def test_a_callback_that_a_later_run_has_not_can_not_be_kept(spider):
    for callback in (lambda response: None, HaTinh().found, print):
        with pytest.raises(ValueError, match=f"{URL}: the callback .* is no method of the spider; make it one"):
            entry_of(Request(URL, callback=callback), spider)


def test_an_article_has_one_key_at_all_its_addresses_and_a_post_another(spider):
    keys = {
        key_of(spider.request(url), spider) for url in (ARTICLE, f"{ARTICLE}#anh", ARTICLE.replace("http:", "https:"))
    }
    posts = {key_of(spider.request(URL, method="POST", body=body), spider) for body in (b"", b"page=1", b"page=2")}

    assert len(keys) == 1
    assert len(posts - keys - {key_of(spider.request(URL), spider)}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        '"tin"',
        '{"callback": "gone"}',
        '{"callback": "name"}',
        '{"callback": 3}',
        '{"body": "a"}',
        '{"body": 3}',
        '{"body": "ab!!"}',
        '{"headers": 3}',
        '{"headers": [["one"]]}',
        '{"headers": {"a": "b"}}',
        '{"headers": [[1, 2]]}',
        '{"arguments": [1]}',
        '{"arguments": "page"}',
        "[" * 5000,
    ],
)
def test_what_no_version_wrote_is_told_by_its_address(spider, text):
    with pytest.raises(ValueError, match=r"^http://.*: the frontier's entry can not be read \("):
        request_of(Entry(1, URL, text), spider)


@pytest.mark.parametrize("url", ["", "danh-sach", "/tin"])
def test_an_address_that_is_none_can_not_be_asked_for(spider, url):
    with pytest.raises(ValueError, match="the frontier's entry can not be read"):
        request_of(Entry(1, url, "{}"), spider)


def test_an_entry_says_nothing_that_is_not_needed(spider):
    entry = entry_of(spider.request(URL), spider)

    assert json.loads(entry.request) == {"purpose": "page"}
