"""Listings that scripts load: how a page is asked for, how its answer is read, what a site file may say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ConfigError
from archive.model import Capture, Listing, Location, NotAnArticle, Payload
from archive.posts import body_as_query
from crawler.ajax import Ajax, address_of_capture
from crawler.derive import derive
from crawler.site_files import load_site
from crawler.sites import Host, Layout, Site

HOST = "http://sokhcn.ninhbinh.gov.vn"
LOAD = f"{HOST}/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
JSON = "application/json; charset=utf-8"
NINH_BINH = Ajax(
    LOAD,
    section="Tin tức",
    body='{"categoryId": "12", "siteId": "60", "page": {page}, "page_size": 15}',
    content_type=JSON,
    answer="d",
)
HUE = Ajax(
    "http://skhcn.thuathienhue.gov.vn/Service/TinTuc.asmx/DanhSachTin",
    body="token=&tukhoa=&perpage=10&page={page}",
    answer="d.DanhSach",
    link="/tin-tuc/{Alias}-{Id}.html",
    title="TieuDe",
)
HTML = '<ul><li><a href="/tin/a-1.html">Tin một</a> 12/05/2020</li><li><a href="/lien-he">Liên hệ</a></li></ul>'


def site_with(*ajax: Ajax) -> Site:
    hosts = (Host("sokhcn.ninhbinh.gov.vn"), Host("skhcn.thuathienhue.gov.vn"))
    layouts = (Layout("generic", articles=(r"/tin/[^?]+", r"/tin-tuc/[^?]+\.html")),)
    return Site("ninh_binh", "Sở", "Department", "active", hosts=hosts, layouts=layouts, ajax=ajax)


def answer(ajax: Ajax, number: int, body: str | bytes, content_type: str = JSON, site: Site | None = None):
    url, _, posted = ajax.request(number)
    query = body_as_query(ajax.content_type, posted) if ajax.method == "POST" else None
    capture = Capture(
        "urn:x", url, datetime(2025, 6, 12, tzinfo=UTC), 200, None, None, "ninh_binh", "c", Location("w", 0, 1),
        purpose="listing", method=ajax.method, request_body=query,
    )  # fmt: skip
    raw = body if isinstance(body, bytes) else body.encode()
    return derive(site or site_with(ajax), capture, Payload(200, (("Content-Type", content_type),), raw))


def test_a_page_is_asked_for_with_its_number_in_the_body():
    url, headers, body = NINH_BINH.request(3)

    assert (url, headers) == (LOAD, {"Content-Type": JSON})
    assert json.loads(body) == {"categoryId": "12", "siteId": "60", "page": 3, "page_size": 15}
    assert NINH_BINH.address(3) == f"{LOAD}?__wb_method=POST&categoryId=12&siteId=60&page=3&page_size=15"


@pytest.mark.parametrize("ajax", [NINH_BINH, HUE, Ajax("http://a.vn/api?p={page}&q={page}", method="GET")])
def test_an_address_tells_the_listing_and_the_page(ajax):
    assert [ajax.number_of(ajax.address(number)) for number in (0, 1, 15, 1906)] == [0, 1, 15, 1906]
    assert ajax.number_of(ajax.address(3) + "0&x=1") is None
    assert ajax.number_of(ajax.url) is None


def test_two_listings_at_one_address_are_two_by_what_they_post():
    other = Ajax(LOAD, section="Thông báo", body=NINH_BINH.body.replace("12", "13"), content_type=JSON, answer="d")
    site = site_with(NINH_BINH, other)

    assert site.section_of(NINH_BINH.address(4)) == "Tin tức"
    assert site.section_of(other.address(4)) == "Thông báo"
    assert site.section_of(LOAD) is None
    assert site.listing_key(NINH_BINH.address(1)) == site.listing_key(NINH_BINH.address(9))
    assert site.listing_key(NINH_BINH.address(1)) != site.listing_key(other.address(1))


def test_html_in_json_is_read_as_a_listing():
    listing = answer(NINH_BINH, 2, json.dumps({"d": HTML}))

    assert isinstance(listing, Listing)
    assert [(item.url, item.title) for item in listing.items] == [(f"{HOST}/tin/a-1.html", "Tin một")]
    assert listing.url == NINH_BINH.address(2)
    assert listing.next_url == NINH_BINH.address(3)


def test_objects_in_json_in_a_string_make_addresses():
    inner = json.dumps({"DanhSach": [{"Id": 7, "Alias": "đổi mới", "TieuDe": " Đổi  mới "}, {"Id": None}, {}, 3]})

    listing = answer(HUE, 1, json.dumps({"d": inner}))

    assert isinstance(listing, Listing)
    (item,) = listing.items
    assert item.url == "http://skhcn.thuathienhue.gov.vn/tin-tuc/%C4%91%E1%BB%95i%20m%E1%BB%9Bi-7.html"
    assert item.title == "Đổi mới"


PLAIN = Ajax(LOAD, body="page={page}")
WHOLE = Ajax(LOAD, body="page={page}", answer="d", link="{Url}")


@pytest.mark.parametrize(
    ("ajax", "body", "expected"),
    [
        (PLAIN, HTML, ["/tin/a-1.html"]),
        (PLAIN, "", []),
        (PLAIN, "<p>Chưa có dữ liệu</p>", []),
        (NINH_BINH, '\ufeff{"d": "<a href=\'/tin/b\'>B</a>"}', ["/tin/b"]),
        (NINH_BINH, '{"d": null}', []),
        (NINH_BINH, '{"d": ""}', []),
        (NINH_BINH, '{"d": []}', []),
        (NINH_BINH, '{"d": [{"x": 1}]}', []),
        (NINH_BINH, '{"x": 1}', "no_answer"),
        (NINH_BINH, "[]", "no_answer"),
        (NINH_BINH, "<html>Runtime Error</html>", "not_json"),
        (NINH_BINH, "", "not_json"),
        (NINH_BINH, "[" * 100_000, "not_json"),
        (HUE, '{"d": "<b>"}', "not_json"),
        (HUE, '{"d": 3}', "no_answer"),
        (WHOLE, json.dumps({"d": [{"Url": "/tin/c?a=1&b=2"}]}), []),
        (WHOLE, json.dumps({"d": [{"Url": f"{HOST}/tin/c"}, {"Url": "/tin/c"}, {"Url": ["/tin/d"]}]}), ["/tin/c"]),
        (WHOLE, json.dumps({"d": [{"Url": "javascript:alert(1)"}, {"Url": "http://["}]}), []),
        (WHOLE, json.dumps({"d": {"Url": "/tin/one"}}), ["/tin/one"]),
    ],
)
def test_answers_of_every_kind(ajax, body, expected):
    found = answer(ajax, 1, body)

    if isinstance(expected, str):
        assert isinstance(found, NotAnArticle)
        assert found.reason == expected
    else:
        assert isinstance(found, Listing)
        assert [item.url.removeprefix(HOST) for item in found.items] == expected
        assert (found.next_url is None) is (not expected)


def test_a_pattern_narrows_what_counts():
    narrow = Ajax(LOAD, body="page={page}", items=(r"/tin/su-kien-.*",))

    found = answer(narrow, 1, '<a href="/tin/su-kien-1">a</a><a href="/tin/quang-cao">b</a>', "text/html")

    assert [item.url for item in found.items] == [f"{HOST}/tin/su-kien-1"]


def test_pages_that_count_items_go_on_by_their_step():
    ajax = Ajax(LOAD, body="start={page}", first_page=0, step=15)

    assert answer(ajax, 30, HTML).next_url == ajax.address(45)


def test_a_get_can_be_a_listing_of_scripts():
    ajax = Ajax(f"{HOST}/api/news?page={{page}}", method="GET", answer="items", link="/tin/{slug}")

    listing = answer(ajax, 2, json.dumps({"items": [{"slug": "a"}]}))

    assert listing.url == f"{HOST}/api/news?page=2"
    assert listing.next_url == f"{HOST}/api/news?page=3"


def test_a_post_that_nobody_declared_is_no_listing():
    found = answer(NINH_BINH, 1, HTML, "text/html", site_with())

    assert isinstance(found, NotAnArticle)


@settings(max_examples=80)
@given(st.binary(max_size=200), st.sampled_from([NINH_BINH, HUE, PLAIN, WHOLE]))
def test_no_answer_is_refused_with_an_exception(body, ajax):
    assert isinstance(answer(ajax, 1, body), Listing | NotAnArticle)
    json_body = json.dumps({"d": body.decode("latin-1"), "DanhSach": [body.decode("latin-1")]})
    assert isinstance(answer(ajax, 1, json_body), Listing | NotAnArticle)


SITE = """
id = "ninh_binh"
name = "Sở Khoa học và Công nghệ tỉnh Ninh Bình"
name_en = "Department of Science and Technology of Ninh Bình"
status = "active"
[[hosts]]
host = "sokhcn.ninhbinh.gov.vn"
"""


def load(tmp_path: Path, more: str) -> Site:
    path = tmp_path / "ninh_binh.toml"
    head, tables = (more.partition("[[")[0], "".join(more.partition("[[")[1:]))
    path.write_text(head + SITE + tables, "utf-8")
    return load_site(path)


def test_a_site_file_declares_listings_feeds_and_sitemaps(tmp_path):
    site = load(
        tmp_path,
        f"""sitemaps = ["{HOST}/sitemap-tin.xml"]
discover = false
[[ajax]]
url = "{LOAD}"
section = "Tin tức"
body = '{{"categoryId": "12", "page": {{page}}}}'
content_type = "application/json"
headers = {{ X-Requested-With = "XMLHttpRequest" }}
answer = "d"
[[feeds]]
url = "{HOST}/rss/tin-tuc"
section = "Tin tức"
""",
    )

    assert site.sitemaps == (f"{HOST}/sitemap-tin.xml",)
    assert not site.discover
    assert site.section_of(f"{HOST}/rss/tin-tuc") == "Tin tức"
    assert site.ajax[0].request(1)[1] == {"Content-Type": "application/json", "X-Requested-With": "XMLHttpRequest"}
    assert site.ajax_of(site.ajax[0].address(7)) == site.ajax[0]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (f'[[ajax]]\nurl = "{LOAD}"', r'ajax\[0\]: neither url nor body has "\{page\}"; write it'),
        (f'[[ajax]]\nurl = "{LOAD}"\nmethod = "PATCH"\nbody = "{{page}}"', r"ajax\[0\]\.method: .*correct the value"),
        (f'[[ajax]]\nurl = "{LOAD}?p={{page}}"\nmethod = "GET"\nbody = "x"', r"ajax\[0\]: body: a GET has none"),
        (f'[[ajax]]\nurl = "{LOAD}"\nbody = "{{page}}"\nstep = 0', r"ajax\[0\]: step: 0 never comes"),
        (f'[[ajax]]\nurl = "{LOAD}"\nbody = "page={{page}}"\ncontent_type = "application/json"', "can not be told apart"),
        (f'[[ajax]]\nurl = "{LOAD}"\nbody = "p={{page}}"\nitems = ["("]', r"ajax\[0\]: items: '\(' is no regular"),
        ('[[ajax]]\nurl = "http://other.vn/x"\nbody = "p={page}"', r"ajax\[0\]\.url: http://other.vn/x is outside"),
        (f'[[ajax]]\nurl = "{LOAD}"\nbdy = "p={{page}}"', r'no such key "bdy" \(did you mean "body"\?\)'),
        ('[[feeds]]\nurl = "http://other.vn/rss"', r"feeds\[0\]\.url: http://other.vn/rss is outside"),
        ('sitemaps = ["http://other.vn/s.xml"]\n', r"sitemaps\[0\]: http://other.vn/s.xml is outside"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_named_with_its_key_and_its_fix(tmp_path, more, sentence):
    with pytest.raises(ConfigError, match=sentence):
        load(tmp_path, more)


def test_a_capture_of_a_get_has_its_own_address():
    capture = Capture(
        "urn:x", f"{HOST}/a b", datetime(2025, 6, 12, tzinfo=UTC), 200, None, None, "s", "c", Location("w", 0, 1)
    )

    assert address_of_capture(capture) == f"{HOST}/a%20b"
