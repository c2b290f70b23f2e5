import pytest
from hypothesis import given
from hypothesis import strategies as st

import archive.surt as rules
from archive.surt import surt, surt_host, surt_port

SID = "0123456789abcdef0123456789ABCDEF"
ASP = "abcdefghijklmnopqrstuvwx"

KEYS = [
    # no host, or none that can be read
    ("", "-"),
    (" ", " "),
    ("filedesc://Trang.warc", "filedesc://Trang.warc"),
    ("mailto:Ai@Example.vn", "mailto:ai@example.vn"),
    ("URN:UUID:ABC", "URN:uuid:abc"),
    ("dns:Example.vn", "dns:example.vn"),
    ("foo:?b&a", "foo:/?a&b"),
    ("http://./a/../b/", "http:/a/../b"),
    ("http://a.vn:65536/", "http://a.vn:65536/"),
    ("http://a.vn:x/", "http://a.vn:x/"),
    ("http://a.vn/\ud800", "http://a.vn/\ud800"),
    # what stands before the path
    ("//a.vn/x", "vn,a)/x"),
    ("http:a.vn/x", "vn,a)/x"),
    ("https:////a.vn/x", "vn,a)/x"),
    ("http://https://a.vn/x?u=http://http://b.vn", "vn,a)/x?u=http://http://b.vn"),
    ("ht\ntp://a.vn/\t x ", "vn,a)/%20x"),
    ("http://u:p@q@www12.A.vn:80/", "vn,a)/"),
    ("https://www.www.a.vn:80/", "vn,a,www:80)/"),
    ("http://a.vn::/", "vn,a)/"),
    ("http://[2001:DB8::1]:81/", "2001:db8::1:81)/"),
    ("http://..a..vn./", "vn,a)/"),
    ("http://a...vn/", "vn,,a)/"),
    ("http://Khoahọc.vn/", "vn,xn--khoahc-tl8b)/"),
    ("http://É..vn/", "vn,%c3%89)/"),
    ("http://%57WW.a%2Evn/", "vn,a)/"),
    ("http://2130706433/", "1,0,0,127)/"),
    ("http://0177.1/", "1,0,0,127)/"),
    ("http://1.010.0.1/", "1,0,8,1)/"),
    ("http://0x7f.0.0.1/", "1,0,0,0x7f)/"),
    ("http://1.2.3.256/", "256,3,2,1)/"),
    # path
    ("http://a.vn/Đổi%20Mới/%C4%90/", "vn,a)/%c4%90%e1%bb%95i%20m%e1%bb%9bi/%c4%90"),
    ("http://a.vn/%252541/%zz/%e1%", "vn,a)/a/%25zz/%e1%25"),
    ("http://a.vn/../b//./c/%2e%2e/d%3Fe", "vn,a)/../b/d?e"),
    (f"http://a.vn/(S({ASP})F({ASP}))/Tin.aspx", "vn,a)/tin.aspx"),
    (f"http://a.vn/x/({ASP})/Tin.aspx", "vn,a)/x/tin.aspx"),
    (f"http://a.vn/({ASP})/tin", f"vn,a)/({ASP})/tin"),
    (f"http://a.vn/x;jsessionid={SID}", f"vn,a)/x;jsessionid={SID.lower()}"),
    # query
    ("http://a.vn?", "vn,a)/"),
    ("http://a.vn/?b=&B&a-=1&a=2&a=1&", "vn,a)/?&a=1&a=2&a-=1&b&b="),
    ("http://a.vn/?q=%26&r=%3D", "vn,a)/?&q=&r=="),
    (f"http://a.vn/?b&PHPSESSID={SID}&a", "vn,a)/?a&b"),
    (f"http://a.vn/?b&jsessionid={SID}", "vn,a)/?&b"),
    (f"http://a.vn/?sid={SID}0", f"vn,a)/?sid={SID.lower()}0"),
    (f"http://a.vn/?ASPSESSIONIDQWERTYUI={ASP}", "vn,a)/"),
    ("http://a.vn/?x&CFID=1&CFTOKEN=2", "vn,a)/?&x"),
]


@pytest.mark.parametrize(("url", "key"), KEYS)
def test_an_address_has_this_key(url, key):
    assert surt(url) == key


@given(
    st.sampled_from(["http", "https"]),
    st.sampled_from(
        ["a.vn", "www2.tin-tuc.a.vn", "WWW.a.vn", "127.1", "0177.1", ".", "a..vn.", "xn--khoahc-tl8b.vn", "a_b.vn"]
    ),
    st.text("aB1/.-_~!$&*+,=@;:()'%?#|đ ", max_size=12),
)
def test_an_address_of_the_usual_form_has_the_key_that_all_rules_give_it(scheme, host, rest):
    url = f"{scheme}://{host}/{rest}"

    assert surt(url) == (rules._key(url.encode()) or url)


@given(st.text())
def test_no_text_makes_a_part_of_a_key_fail(text):
    assert isinstance(surt(f"http://{text}/"), str)
    assert isinstance(surt_host(text), str)


def test_a_number_too_long_to_read_is_its_own_key():
    digits = "1" * 5000

    assert surt(f"http://{digits}/") == f"http://{digits}/"
    assert surt_host(digits) == digits


def test_a_usual_port_is_left_out():
    assert surt_port("HTTP", 80) == surt_port("https", 443) == surt_port("http", None) == surt_port("ftp", 0) == ""
    assert surt_port("http", 443) == ":443"
