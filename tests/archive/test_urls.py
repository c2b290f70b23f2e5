import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.urls import header_url, host_of, identity_key, is_http, split_url, surt

theirs = pytest.importorskip("surt", reason="the surt package comes with cdxj-indexer, an extra for development").surt


def oracle(url: str) -> str:
    """The key that cdxj-indexer gives an address: of what the package refuses, the address."""
    try:
        return theirs(url)
    except Exception:
        return url


TABLE = """
http://example.com
https://example.com/
https://www.example.com/
http://www2.example.com/a/
http://www.www.example.com/
http://www/
http://WWW.Example.COM:80/A/B/?Q=1&b=2&A=3
HtTpS://Example.com:443/x
http://example.com:443/x
https://example.com:8443/x
http://example.com:/x
http://example.com:0/x
http://example.com:99999/x
http://example.com:abc/x
http://example.com?x=1
http://example.com#frag
http://example.com/a?b=c#frag
http://example.com/?
http://example.com/a?&
http://example.com/a?b=&a&a=0&a=1
https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/%C4%91%E1%BB%95i-m%E1%BB%9Bi-s%C3%A1ng-t%E1%BA%A1o
https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/đổi-mới-sáng-tạo?từ-khóa=Hà Tĩnh
https://haugiang.gov.vn/HtmlView.aspx?pageid=1&ItemID=2&mid=3&pageindex=4&siteid=5
https://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/Bai-Viet123
http://khoahọc.vn/x
http://xn--khoahc-ky8b.vn/x
http://exa%6dple.com/%2525/%20x/%zz/%e1/%
http://example.com/a?q=%26&r=%3D&s=%2526
http://user:pw@example.com/x
http://a@b@example.com/x
http://[2001:DB8::1]:8080/x
http://127.0.0.1/x
http://2130706433/x
http://010.0.0.1/x
http://1.2.3/x
http://1.2.3.4.5/x
http://example.com./x
http://..example..com/x
http:////example.com/x
http://http://example.com/x
http://example.com/a/../b/./c//d///
http://example.com/../a/..
http://example.com//
http://example.com/(S(abcdefghijklmnopqrstuvwx))/Page.aspx?x=1
http://example.com/(abcdefghijklmnopqrstuvwx)/page.aspx
http://example.com/a?jsessionid=0123456789abcdef0123456789ABCDEF&x=1
http://example.com/a?x=1&PHPSESSID=0123456789abcdef0123456789abcdef&y=2
http://example.com/a?sid=0123456789abcdef0123456789abcdef
http://example.com/a?cfid=1&cftoken=2&x
http://example.com/a?ASPSESSIONIDABCDEFGH=abcdefghijklmnopqrstuvwx&x=1
http://example.com/a%0Ab c
example.com/x
mailto:x@example.com
https://
http://.
""".splitlines()


@pytest.mark.parametrize("url", [url for url in TABLE if url])
def test_keys_are_those_of_other_indexes(url):
    assert surt(url) == oracle(url)


pieces = st.sampled_from(
    [*"aA1.%/?#&=:@;[]()-_~ é2ệ\t", "%41", "%2e", "%2F", "..", "//", "www.", "%e1", "sid=", "http://", "0x"]
)


@settings(max_examples=300)
@given(st.sampled_from(["http://", "https://", "HTTP://", "http://a.vn/", ""]), st.lists(pieces, max_size=14))
def test_keys_of_odd_addresses_are_those_of_other_indexes(start, parts):
    url = start + "".join(parts)

    assert surt(url) == oracle(url)


@given(st.text())
def test_no_text_makes_a_key_fail(text):
    assert isinstance(surt(text), str)
    assert isinstance(identity_key(text), str)
    assert isinstance(host_of(text), str)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.example.vn/a", "https://example.vn:443/a/"),
        ("https://example.vn", "https://example.vn/"),
        ("https://example.vn/a#x", "https://example.vn/a"),
        ("https://example.vn/đổi-mới", "https://EXAMPLE.vn/%c4%91%e1%bb%95i%2Dm%E1%BB%9Bi"),
        ("https://example.vn/a?", "https://example.vn/a"),
    ],
)
def test_addresses_of_one_page_have_one_identity(one, other):
    assert identity_key(one) == identity_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.vn/a", "https://example.vn/A"),
        ("https://example.vn/?ItemID=1&mid=2", "https://example.vn/?ItemID=2&mid=1"),
        ("https://example.vn/?a=1&b=2", "https://example.vn/?b=2&a=1"),
        ("https://example.vn/a%26b", "https://example.vn/a&b"),
        ("https://example.vn/", "https://skhcn.example.vn/"),
        ("https://example.vn:8443/", "https://example.vn/"),
    ],
)
def test_addresses_of_two_pages_have_two_identities(one, other):
    assert identity_key(one) != identity_key(other)


def test_the_order_of_the_query_can_be_waived():
    assert identity_key("https://a.vn/?b=2&a=1", sort_query=True) == identity_key("https://a.vn/?a=1&b=2")


@given(st.text())
def test_a_header_line_can_hold_every_address(text):
    line = header_url(text)

    assert line == line.strip()
    assert not any(char.isspace() for char in line)
    assert line.encode("utf-8").decode("utf-8") == line
    assert header_url(line) == line


def test_ordinary_addresses_stay_as_they_are_in_a_header():
    url = "https://example.vn/%C4%91/đ?a=<b>&c=[d]|e"

    assert header_url(url) == url


def test_parts():
    parts = split_url("HTTPS://u:p@[::1]:8443/A?b#c")

    assert parts == ("https", "u:p", "::1", 8443, "/A", "b", "c")
    assert is_http("HTTP://a")
    assert not is_http("ftp://a")
    assert not is_http("http:///x")
