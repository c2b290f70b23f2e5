"""Where pages lead that nobody may follow."""

from __future__ import annotations

from tests.crawler.odd_server import Script
from tests.hostile.case import DOMAIN, Case, one, story, to
from tests.hostile.pages import article, page


def spellings(secret: int) -> dict[str, str]:
    """Return addresses, without their path, that nobody may reach, such as those of the server at port *secret*."""
    return {
        "loopback": f"127.0.0.1:{secret}", "localhost": f"localhost:{secret}", "decimal": f"2130706433:{secret}",
        "hex": f"0x7f000001:{secret}", "octal": f"0177.0.0.1:{secret}", "short": f"127.1:{secret}",
        "mapped": f"[::ffff:127.0.0.1]:{secret}", "ipv6": f"[::1]:{secret}", "zero": f"0.0.0.0:{secret}",
        "metadata": "169.254.169.254", "private": "10.0.0.1", "userinfo": f"chuyen.{DOMAIN}@127.0.0.1:{secret}",
        "octets": f"0300.0250.0.1:{secret}", "hex-octets": f"0x7f.0x0.0x0.0x1:{secret}",
        "mapped-hex": f"[::ffff:7f00:1]:{secret}", "full-width": f"１２７.０.０.１:{secret}", "dot": f"127.0.0.1.:{secret}",
        "percent": f"127.0.0.%31:{secret}", "link-local": "[fe80::1]", "unique-local": "[fd00::1]", "nat64": "[64:ff9b::7f00:1]",
        "zeros": f"0:{secret}", "ipv6-zero": f"[::]:{secret}", "upper": f"LOCALHOST:{secret}", "below-localhost": f"a.localhost:{secret}",
        "ideographic": f"127。0。0。1:{secret}", "circled": f"①②⑦.⓪.⓪.①:{secret}", "compatible": f"[::127.0.0.1]:{secret}",
        "6to4": "[2002:7f00:1::]", "teredo": "[2001:0:7f00:1::]", "zone": "[fe80::1%25lo]", "carrier": "100.64.0.1", "multicast": "224.0.0.1",
        "broadcast": "255.255.255.255", "padded": f"0000000127.000.000.001:{secret}", "overflow": f"4294967297:{secret}",
        "fragment": f"127.0.0.1:{secret}#@chuyen.{DOMAIN}", "backslash": f"127.0.0.1:{secret}\\@chuyen.{DOMAIN}", "tab": f"127.0\t.0.1:{secret}",
    }  # fmt: skip


ODD = (
    b"//#/x",
    b"///#/x",
    b"\\\\#\\x",
    b"/\\#/x",
    b"http:#/x",
    b"http:///#/x",
    b"HTTP://#/x",
    b"http://",
    b"http:",
    b"://x",
    b"http://[::1",
    b"http://a:b:c/",
    b"http://#:99999/",
    b"http://x:-1/",
    b"http://%00/",
    b"http://\xff\xfe/",
    b"/tin/%0d%0aSet-Cookie:%20a=b",
    b"/tin/a\tb\x0bc",
    b"#",
    b"?",
    b"blob:http://#/x",
    b"view-source:http://#/",
    b"about:blank",
    b"mailto:a@b.vn",
    b"tel:1",
    b"ws://#/",
    b"jar:http://#/!/x",
    b"dict://#/x",
    b"ldap://#/",
    b"netdoc:///etc/passwd",
    b"FILE:///etc/passwd",
    b" file:///etc/passwd",
    b"\x01file:///etc/passwd",
    b"unix:/run/x.sock",
    b"http+unix://%2frun%2fx/",
    b"tftp://#/x",
    b"smb://#/x",
)
"""Where no redirect leads; # is a server that nobody may reach."""


def redirects(secret: int) -> list[Case]:
    """Return the cases of redirects; *secret* is the port of a server that nobody may reach."""
    inner = spellings(secret)
    cases = [one(f"to-{name}", "rejected", to(f"http://{host}/tin/x".encode())) for name, host in inner.items()]
    links = [
        Case(f"link-{name}", "refused", [page(article("x"))], link=f"http://{host}/tin/link-{name}")
        for name, host in inner.items()
    ]
    schemes = {
        "file": b"file:///etc/passwd", "data": b"data:text/html,<h1>x</h1>", "ftp": b"ftp://127.0.0.1/x",
        "javascript": b"javascript:alert(1)", "gopher": b"gopher://127.0.0.1:70/_x", "nothing": b"",
    }  # fmt: skip
    refused = "refused|rejected|failed: status|failed: malformed"
    cases += [one(f"to-{name}", refused, to(target)) for name, target in schemes.items()]
    cases += [
        one("to-other-port", "rejected", to(f"http://chuyen.{DOMAIN}:{secret}/tin/x".encode())),
        one("to-other-site", "rejected", to(b"http://quang-cao.example/tin/x")),
        one("to-nul", "refused|rejected|failed: malformed|gone|failed: status", to(b"/tin/\0x")),
        one("to-itself", "rejected|failed: status|failed: malformed", to(b"/tin/to-itself")),
        Case("loop", "rejected|failed: status|failed: malformed", [to(b"/tin/loop-b")], {"/tin/loop-b": [to(b"/tin/loop")]}),
        Case(
            "chain",
            "rejected|failed: status",
            [to(b"/tin/chain-0")],
            {f"/tin/chain-{n}": [to(b"/tin/chain-%d" % (n + 1))] for n in range(40)},
        ),
        one("refresh-to-file", "read|rejected",
            page(article("refresh-to-file", head='<meta http-equiv="refresh" content="0;url=file:///etc/passwd">'))),
        one("refresh-to-itself", "read",
            page(article("refresh-to-itself", head='<meta http-equiv="refresh" content="0">'))),
        *(one(f"to-odd-{n}", "rejected|refused|gone|failed", to(target.replace(b"#", b"127.0.0.1:%d" % secret))) for n, target in enumerate(ODD)),
        *(one(f"to-nowhere-{n}", "rejected|failed: status|refused", page("x", status=status))
          for n, status in enumerate((b"300 Multiple", b"301 Moved", b"302 Found", b"307 Temporary", b"308 Permanent", b"399 Odd"))),
        one("to-proxy", "rejected|failed: status", to(b"http://127.0.0.1:%d/" % secret, b"305 Use Proxy")),
        one("to-long", "rejected|refused|gone|failed", to(b"/tin/" + b"x" * 100_000)),
        one("to-two", "rejected|refused|gone|failed|read", to(b"/tin/to-two-a", more=b"Location: http://127.0.0.1:%d/x" % secret)),
        Case("grows", "rejected|failed|refused|gone", [to(b"/tin/grows?x=1")], {"/tin/grows?" + "&".join(["x=1"] * n): [
            to(b"/tin/grows?" + b"&".join([b"x=1"] * (n + 1)))] for n in range(1, 40)}),
        Case("spaced", "read|gone", [to(b" /tin/moved to \t")], {"/tin/moved%20to": [page(article("spaced"))]}),
        Case("kept-method", "read", [to(b"/tin/kept-307", b"307 Temporary")], {
            "/tin/kept-307": [to(b"/tin/kept-308", b"308 Permanent")], "/tin/kept-308": [page(article("kept-method"))]}),
        Case("by-query", "read|rejected", [to(b"?b=1")], {"/tin/by-query?b=1": [page(article("by-query"))]}),
        Case("moved", "read", [to(b"/tin/moved-to", b"301 Moved")], {"/tin/moved-to": [page(article("moved"))]}),
        Case("moved-utf8", "read", [to("/tin/chuyển-đến".encode())],
             {"/tin/chuy%E1%BB%83n-%C4%91%E1%BA%BFn": [page(article("moved-utf8"))]}),
    ]  # fmt: skip
    return cases + links


def parts(secret: int) -> list[Case]:
    """Return articles of which a part lies where nobody may ask for it."""
    inner = spellings(secret)
    urls = {name: f"http://{host}" for name, host in inner.items()}
    pictures = "".join(f'<p><img src="{url}/a-{name}.jpg" alt="Ảnh"></p>' for name, url in urls.items())
    style = "".join(f"@import url({url}/i.css);" for url in urls.values())
    style += "".join(f".a{n}{{background:url({url}/b.png)}}" for n, url in enumerate(urls.values()))
    loopback = urls["loopback"]
    elements = (
        f'<iframe src="{loopback}/f.html"></iframe><object data="{loopback}/o.pdf"></object><embed src="{loopback}/e.pdf">'
        f'<video src="{loopback}/v.mp4" poster="{loopback}/p.jpg"></video><img srcset="{loopback}/1.jpg 1x, {loopback}/2.jpg 2x">'
        f'<a href="{loopback}/t.pdf">Tài liệu</a><form action="{loopback}/x"><input type="image" src="{loopback}/i.jpg"></form>'
    )
    head = (
        f'<link rel="icon" href="{loopback}/favicon.ico"><link rel="stylesheet" href="{loopback}/s.css">'
        f'<link rel="alternate" type="application/rss+xml" href="{loopback}/rss.xml"><script src="{loopback}/s.js"></script>'
    )
    away = [to(f"{loopback}/{name}".encode()) for name in ("a.jpg", "t.pdf")]
    return [
        one("pictures", "read", page(article("pictures", pictures))),
        one("elements", "read", page(article("elements", elements, head))),
        one("base", "read", page(article("base", '<img src="b.jpg"><a href="tin/b">x</a>', f'<base href="{loopback}/">'))),
        one("base-file", "read", page(article("base-file", '<img src="etc/passwd">', '<base href="file:///">'))),
        Case("style", "read", [page(article("style", head='<link rel="stylesheet" href="/css/s.css">'))],
             {"/css/s.css": [page(style, kind=b"text/css")]}),
        Case("moved-picture", "read", [page(article("moved-picture", '<p><img src="/anh/ra.jpg"></p>'))], {"/anh/ra.jpg": away[:1]}),
        Case("moved-file", "read", [page(article("moved-file", '<p><a href="/tep/ra.pdf">Tệp</a></p>'))], {"/tep/ra.pdf": away[1:]}),
        one("refresh-field", "read", page(article("refresh-field"), f"Refresh: 0;url={loopback}/".encode())),
        *(
            one(f"refresh-{name}", "rejected|read",
                page(article(f"refresh-{name}", head=f'<meta http-equiv="refresh" content="0;url={url}/r">')))
            for name, url in urls.items()
        ),
    ]  # fmt: skip


NAMED = "http://quan-tri:m4tkhau-bimat@mat-khau.khcn-thu.vn"
"""The password is a stranger's, and goes nowhere all the same."""
PASSWORDS = [
    Case("password-link", "read|refused", [page(article("password-link"))], link=f"{NAMED}/tin/password-link"),
    Case(
        "password-moved",
        "read|rejected",
        [to(f"{NAMED}/tin/password-to".encode())],
        {"/tin/password-to": [page(article("password-moved"))]},
    ),
    one("password-picture", "read", page(article("password-picture", f'<p><img src="{NAMED}/anh/p.jpg"></p>'))),
]


def baking(html: str) -> Script:
    """Return a page that sets a cookie for its host, its domain, and all that its domain lies in."""
    name = b"dat=cookie-a"
    return page(
        html, b"Set-Cookie: " + name, b"Set-Cookie: mien=cookie-a; Domain=khcn-thu.vn; Path=/",
        b"Set-Cookie: nuoc=cookie-a; Domain=vn", b"Set-Cookie: khac=cookie-a; Domain=cookie-b.khcn-thu.vn",
    )  # fmt: skip


ELSEWHERE = ("http://cookie-b.khcn-thu.vn", "http://cookie-a.khcn-thu.vn:8080", "http://khcn-thu.vn")
COOKIES = [
    one(
        "bakes",
        "read",
        baking(article("bakes", "".join(f'<p><img src="{host}/anh/{n}.jpg"></p>' for n, host in enumerate(ELSEWHERE)))),
    ),
    Case(
        "bakes-and-moves",
        "rejected",
        [[*to(ELSEWHERE[0].encode() + b"/tin/moved", more=b"Set-Cookie: chuyen=cookie-a; Domain=khcn-thu.vn")]],
    ),
    Case(
        "picture-moves",
        "read",
        [page(article("picture-moves", '<p><img src="/anh/di.jpg"></p>'))],
        {"/anh/di.jpg": [to(ELSEWHERE[0].encode() + b"/anh/den.jpg", more=b"Set-Cookie: anh=cookie-a")]},
    ),
    Case(
        "gate",
        "read",
        [to(b"/tin/gate", more=b"Set-Cookie: cua=mo"), story("gate")],
    ),
]
