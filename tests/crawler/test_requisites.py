"""What a page needs is found wherever pages name it, and nothing else is."""

from __future__ import annotations

import time

import pytest

from archive.model import Payload
from crawler.css import css_addresses, is_sheet, sheet_text
from crawler.requisites import requisites
from crawler.srcset import srcset_addresses

PAGE = "http://skhcn.example.vn/tin/bai-1.html?x=1"


def of_page(html: str | bytes, url: str = PAGE, mime: str = "text/html; charset=utf-8") -> list[str]:
    body = html.encode() if isinstance(html, str) else html
    return requisites(url, Payload(200, (("Content-Type", mime),), body))


def of_sheet(css: str | bytes, url: str = "http://skhcn.example.vn/css/main.css", mime: str = "text/css") -> list[str]:
    return of_page(css, url, mime)


@pytest.mark.parametrize(
    ("html", "paths"),
    [
        ('<link rel=stylesheet href="/a.css"><link rel="alternate stylesheet" href="b.css">', ["/a.css", "/tin/b.css"]),
        ('<link rel="Shortcut Icon" href="/f.ico"><link rel=apple-touch-icon href=/t.png>', ["/f.ico", "/t.png"]),
        ('<link rel=preload as=font href=/k.woff2><link rel=modulepreload href=/m.mjs>', ["/k.woff2", "/m.mjs"]),
        ('<link rel=preload as=image imagesrcset="/1.png 1x, /2.png 2x">', ["/1.png", "/2.png"]),
        ('<link rel=canonical href=/c><link rel="next" href=/n><link rel=alternate type=application/rss+xml href=/r>', []),
        ('<script src="/j.js"></script><script>var a = "/no.js"</script>', ["/j.js"]),
        ('<img src="a.jpg" srcset="b.jpg 2x, c,d.jpg 3x">', ["/tin/a.jpg", "/tin/b.jpg", "/tin/c,d.jpg"]),
        ('<picture><source srcset="/w.webp" type=image/webp><img src=/j.jpg></picture>', ["/w.webp", "/j.jpg"]),
        ('<video poster=/p.jpg src=/v.mp4><source src=/v.webm><track src=/v.vtt></video>', ["/p.jpg", "/v.mp4", "/v.webm", "/v.vtt"]),
        ("<audio src=/a.mp3></audio>", ["/a.mp3"]),
        ("<input type=IMAGE src=/go.gif><input type=text src=/no.gif>", ["/go.gif"]),
        ("<body background=/b.gif><table background=/t.gif><tr><td background=/d.gif>x", ["/b.gif", "/t.gif", "/d.gif"]),
        ('<div style="background:url(\'/s.png\') no-repeat">x</div>', ["/s.png"]),
        ("<style>@import '/i.css'; p{background:url(q.png)}</style>", ["/i.css", "/tin/q.png"]),
        ('<svg><image href="/i.svg"/><use xlink:href="/sprite.svg#home"/><use href="#here"/></svg>', ["/i.svg", "/sprite.svg"]),
        ('<img src=/blank.gif data-src="/real.jpg" data-original="/real2.jpg">', ["/blank.gif", "/real.jpg", "/real2.jpg"]),
        ('<img data-lazy-src=/l.jpg data-srcset="/m.jpg 1x, /n.jpg 2x">', ["/l.jpg", "/m.jpg", "/n.jpg"]),
        ('<div data-bg="url(/bg1.jpg)"></div><section data-bg=/bg2.jpg></section>', ["/bg1.jpg", "/bg2.jpg"]),
        ("<object type=image/svg+xml data=/logo.svg></object><object data=/film.swf></object>", ["/logo.svg"]),
    ],
)  # fmt: skip
def test_every_place_that_names_a_requisite_is_known(html, paths):
    assert of_page(html) == [f"http://skhcn.example.vn{path}" for path in paths]


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/anh.jpg">x</a>',
        "<iframe src=/trang-khac data-src=/lazy></iframe>",
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><img src="blob:http://a/b"><img src="about:blank">',
        '<img src="javascript:void(0)"><img src=""><img src="#"><img src=" "><img src="?x=1">',
        '<img src="http://[bad/x.png"><img src="ftp://a.vn/x.png"><img src="//"><img>',
        '<div data-original="12" data-src="slide"></div><a data-src="/phong-to.jpg">x</a>',
        "<!-- <img src=/comment.png> --><template></template>",
        "",
    ],
)
def test_what_is_no_requisite_is_left_alone(html):
    assert of_page(html) == []


def test_addresses_are_read_against_the_base_and_lose_their_fragment():
    html = '<base href="//cdn.example.vn/b/"><base href="/no/"><img src="1.png#top"><img src="1.png"><p style="background:url(2.png)">'

    assert of_page(html) == ["http://cdn.example.vn/b/1.png", "http://cdn.example.vn/b/2.png"]


def test_addresses_are_coded_as_they_will_be_requested():
    html = '<img src="/ảnh 1.jpg"><img src="/a.php?ten=kế hoạch"><img src="/đã%20mã.jpg">'

    assert of_page(html) == [
        "http://skhcn.example.vn/%E1%BA%A3nh%201.jpg",
        "http://skhcn.example.vn/a.php?ten=k%E1%BA%BF%20ho%E1%BA%A1ch",
        "http://skhcn.example.vn/%C4%91%C3%A3%20m%C3%A3.jpg",
    ]


def test_a_page_in_another_encoding_is_read_in_it():
    html = '<meta charset="utf-16"><link rel=stylesheet href="/mẫu.css">'.encode("utf-16")

    assert of_page(html, mime="text/html") == ["http://skhcn.example.vn/m%E1%BA%ABu.css"]


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ('@import "a.css"; @import url("b.css") screen; @IMPORT url(c.css);', ["a.css", "b.css", "c.css"]),
        ("@import 'a.css' layer(base) supports(display: grid) screen;", ["a.css"]),
        ("p{background:url(a.png), url( 'b.png' ), URL(\"c.png\")}", ["a.png", "b.png", "c.png"]),
        ("@font-face{src:url(k.eot?#iefix) format('embedded-opentype'),url(k.woff2) format(\"woff2\")}", ["k.eot?#iefix", "k.woff2"]),
        ("/* url(no.png) */p{content:'url(no.png)';background:/*x*/url(a.png)}", ["a.png"]),
        ("p{background:url(a\\ b\\).png)} q{background:url('c\\26 d.png')}", ["a b).png", "c&d.png"]),
        ("p{background:url('a\\\nb.png')}", ["ab.png"]),
        ('p{background:image-set("a.png" type("image/png") 1x, url(b.png) 2x)} q:before{content:"c"}', ["a.png", "b.png"]),
        ('@namespace svg url(http://www.w3.org/2000/svg); @charset "utf-8"; p{fill:url(#paint);background:url()}', []),
        ("p{background:url(a.png", ["a.png"]),
        ("@import 'a.css", ["a.css"]),
        ("p{background:my-url(a.png);src:local('Arial')}", []),
        ("<!-- p{background:url(a.png)} -->", ["a.png"]),
        ("/* never closed url(a.png)", []),
        ("p{b:url('a.png)}\nq{b:url(b.png)}", ["a.png", "b.png"]),  # browsers drop the first; a file more does no harm
    ],
)  # fmt: skip
def test_style_sheets_are_read_as_browsers_read_them(css, found):
    assert list(css_addresses(css)) == found


def test_addresses_in_a_sheet_are_read_against_the_sheet():
    css = "@import 'x/y.css'; p{background:url(../img/a.png)} q{background:url(data:image/png;base64,AAAA)}"

    assert of_sheet(css) == ["http://skhcn.example.vn/css/x/y.css", "http://skhcn.example.vn/img/a.png"]


@pytest.mark.parametrize(
    ("body", "mime"),
    [
        ("p{background:url(/đ.png)}".encode(), "text/css"),
        (b"\xef\xbb\xbf" + "p{background:url(/đ.png)}".encode(), "text/css"),
        ("p{background:url(/đ.png)}".encode("utf-16"), "text/css"),
        (b'@charset "utf-8"; ', "text/css"),
        ("p{background:url(/đ.png)}".encode("utf-16-le"), "text/css; charset=utf-16le"),
        ("p{background:url(/đ.png)}".encode(), "text/css; charset=no-such-thing"),
    ],
)
def test_a_sheet_is_decoded_by_what_it_says(body, mime):
    text = sheet_text(Payload(200, (("Content-Type", mime),), body))

    assert list(css_addresses(text)) == ([] if body.startswith(b"@charset") else ["/đ.png"])


def test_what_is_a_style_sheet_is_told_by_its_type_before_its_name():
    assert of_sheet("p{background:url(/a.png)}", mime="text/plain") == ["http://skhcn.example.vn/a.png"]
    assert of_sheet("<title>404</title><img src=/a.png>", mime="text/html") == ["http://skhcn.example.vn/a.png"]
    assert of_sheet("url(/a.png)", url="http://skhcn.example.vn/a.js", mime="application/javascript") == []
    assert not is_sheet("image/png", "/a.css")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a.jpg", ["a.jpg"]),
        ("a.jpg 1x,b.jpg 2x", ["a.jpg", "b.jpg"]),
        ("a,b.jpg 1x, c.jpg", ["a,b.jpg", "c.jpg"]),
        ("/w_300,h_200/c.jpg 300w, /w_600,h_400/c.jpg 600w", ["/w_300,h_200/c.jpg", "/w_600,h_400/c.jpg"]),
        ("a.jpg, b.jpg ,, c.jpg,,,", ["a.jpg", "b.jpg", "c.jpg"]),
        ("data:,a%20b ( , ) 1x, c.jpg 2x", ["data:,a%20b", "c.jpg"]),
        ("\n\ta.jpg\n320w\n,\tb.jpg 640w 2x\n", ["a.jpg", "b.jpg"]),
        ("a.jpg (unclosed, b.jpg", ["a.jpg"]),
        (",", []),
        ("", []),
    ],
)
def test_srcset_is_split_where_browsers_split_it(text, found):
    assert srcset_addresses(text) == found


@pytest.mark.parametrize(
    "piece",
    ["/*", '"\\', "url(", "url('", "\\", "(", "image-set(", "@import ", "url( ", "-", "'", "*/", "<style>", "a,"],
)
def test_hostile_input_takes_no_more_than_linear_time(piece):
    began = time.process_time()

    list(css_addresses(piece * 100_000))
    srcset_addresses(piece * 100_000)
    of_page(piece * 20_000)

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "body", [b"\0" * 5000, b"\xff\xfe" * 999, bytes(range(256)) * 40, b"<" * 9999, b"<img src=" * 999]
)
@pytest.mark.parametrize("mime", ["text/html", "text/css", "text/css; charset=utf-7", "", "image/svg+xml"])
def test_nothing_a_site_sends_raises(body, mime):
    assert isinstance(of_page(body, mime=mime), list)
