"""What each address of the played hosts answers, before it is put on the wire."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from threading import RLock
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from tests.play import chrome as marks
from tests.play import finds
from tests.play.chrome import LISTING_OF, MENUS, OFFICES, chrome_of, small
from tests.play.content import CATEGORIES
from tests.play.documents import TYPES, document
from tests.play.listing import listing_page
from tests.play.pictures import icon, picture
from tests.play.skeletons import template
from tests.play.truth import Layout, PlayedArticle, PlayedAttachment

HOSTS = {
    "skhcn.hatinh.gov.vn": "ha_tinh",
    "haugiang.gov.vn": "hau_giang_1",
    "skhcn.haugiang.gov.vn": "hau_giang_2",
}
"""Host name to the generation that it shows."""

HTML = "text/html; charset=UTF-8"
ROBOTS = {
    "skhcn.hatinh.gov.vn": (
        "User-agent: *\nDisallow: /admin\nDisallow: /tim-kiem\n\nUser-agent: xau-bot\nDisallow: /\n"
    ),
    "haugiang.gov.vn": "User-agent: *\nDisallow: /Admin/\nDisallow: /Search.aspx\n",
    "skhcn.haugiang.gov.vn": "User-agent: *\nDisallow: /tim-kiem\nAllow: /\n",
}
REDIRECTS = {
    ("skhcn.hatinh.gov.vn", "/tin-tuc"): "/danh-sach-tin-tuc/tin-tuc-su-kien",
    ("haugiang.gov.vn", "/sokhcn"): LISTING_OF["hau_giang_1"],
    ("skhcn.haugiang.gov.vn", "/"): "/danh-sach/-/tin-tuc",
}
OTHER_OFFICES = {"12": "Văn phòng UBND tỉnh", "34": "Sở Nông nghiệp và Phát triển nông thôn"}
"""Offices beside the Department on haugiang.gov.vn, by ``siteid``: not to be crawled."""

STYLE = b"body{font:14px/1.5 Arial;margin:0}a{color:#0a4b9c;text-decoration:none}img{max-width:100%}\n" * 20
SCRIPT = b"(function(){var d=document;d.addEventListener('DOMContentLoaded',function(){})})();\n" * 20
EPOCH = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status, and either a template (changes at each fetch) or bytes."""

    status: int
    mime: str
    body: bytes
    changes: bool = False
    etag: str | None = None
    modified: datetime | None = None
    location: str | None = None


NO_POST = Answer(405, "text/plain; charset=utf-8", b"only GET and HEAD are played here")


class Answerer(Protocol):
    """A host that is played beside the world's own."""

    def answer(self, target: str) -> Answer:
        """Return what the host answers to a GET of *target*."""

    def post(self, target: str, body: bytes) -> Answer:
        """Return what it answers to a POST of *body*."""


class World:
    """The played hosts' content; articles can be added, replaced and removed while it is played."""

    def __init__(
        self,
        articles: Iterable[PlayedArticle],
        *,
        photos: bool = False,
        has_finds: bool = False,
        others: Mapping[str, Answerer] | None = None,
    ) -> None:
        self._others = others or {}
        self._photos = photos
        self._has_finds = has_finds
        self.modified: dict[str, datetime] = {}
        """What the sitemap says of an article in place of its date of publication."""
        self._lock = RLock()
        self._articles: dict[str, PlayedArticle] = {}
        self._pages: dict[str, bytes] = {}
        self._assets: dict[str, PlayedAttachment | str] = {}
        self._unlisted: set[str] = set()
        self._pinned: list[str] = []
        self._moved: dict[str, tuple[int, str]] = {}
        self._files: dict[str, bytes] = {}
        for article in articles:
            self._articles[article.url] = article
            self._note_assets(article)

    @property
    def articles(self) -> tuple[PlayedArticle, ...]:
        """All articles that are played now, newest first."""
        with self._lock:
            return tuple(sorted(self._articles.values(), key=lambda one: (one.published, one.url), reverse=True))

    def publish(self, article: PlayedArticle) -> None:
        """Add *article*, or put it in the place of the one at its address."""
        with self._lock:
            self._articles[article.url] = article
            self._note_assets(article)
            self._pages.clear()

    def remove(self, url: str) -> None:
        """Take the article at *url* away: its address then answers 404."""
        with self._lock:
            del self._articles[url]
            self._pages.clear()

    def unlist(self, url: str) -> None:
        """Take the article at *url* off all listings; its address still answers."""
        with self._lock:
            self._unlisted.add(url)
            self._pages.clear()

    def pin(self, url: str) -> None:
        """Put the article at *url* first on its listings, whatever its date."""
        with self._lock:
            self._pinned.insert(0, url)
            self._pages.clear()

    def move(self, url: str, to: str, status: int) -> None:
        """Let *url* redirect to *to* from now on."""
        with self._lock:
            self._moved[url] = status, to

    def put(self, url: str, body: bytes) -> None:
        """Let the picture or document at *url* be that file from now on."""
        with self._lock:
            self._files[url] = body

    def answer(self, host: str, target: str) -> Answer:
        """Return what *host* answers to a GET of *target* (path and query)."""
        if host in self._others:
            return self._others[host].answer(target)
        if host not in HOSTS:
            return Answer(421, "text/plain; charset=utf-8", f"{host} is not played here".encode())
        with self._lock:
            return self._named_elsewhere(host, target) or self._answer(host, target)

    def post(self, host: str, target: str, body: bytes) -> Answer:
        """Return what *host* answers to a POST of *body*."""
        if host in self._others:
            return self._others[host].post(target, body)
        found = None
        if self._has_finds and host == finds.HOST:
            with self._lock:
                found = finds.posted(target, body, self._generation(HOSTS[host]))
        if found is None:
            return NO_POST
        return Answer(200, found.mime, found.body)

    def _named_elsewhere(self, host: str, target: str) -> Answer | None:
        """Return a feed or a sitemap, and pages as they are where there are some; None elsewhere."""
        if not self._has_finds or host != finds.HOST:
            return None
        if target == "/robots.txt":
            return Answer(200, "text/plain", (ROBOTS[host] + finds.ROBOTS).encode(), modified=EPOCH)
        everything = [one for one in self.articles if one.layout == HOSTS[host]]
        found = finds.answer(target, everything, self.modified)
        if found is not None:
            return Answer(200, found.mime, found.body, etag=found.etag)
        listing = self._listing(host, target)
        if listing is None:
            return None
        return replace(listing, body=listing.body.replace(b"</head>", finds.NAMED.encode(), 1))

    def _answer(self, host: str, target: str) -> Answer:
        parts = urlsplit(target)
        url = f"http://{host}{target}"
        if parts.path == "/robots.txt":
            return Answer(200, "text/plain", ROBOTS[host].encode(), modified=EPOCH)
        if (to := REDIRECTS.get((host, parts.path))) is not None:
            return Answer(301, HTML, b"<html><body>301 Moved Permanently</body></html>", location=to)
        if url in self._moved:
            status, to = self._moved[url]
            return Answer(status, HTML, b"<html><body>Moved</body></html>", location=to)
        if url in self._assets:
            return self._asset(url)
        article = self._articles.get(url) or self._by_other_name(host, url)
        if article is not None:
            return self._article(article)
        if parts.path.startswith("/chi-tiet") and parts.path.endswith("/"):
            return Answer(301, HTML, b"<html><body>301</body></html>", location=url.rstrip("/"))
        return self._listing(host, target) or self._rest(host, target)

    def _by_other_name(self, host: str, url: str) -> PlayedArticle | None:
        """Return the article that *url* names in other words: query in another order, print view."""
        if host != "haugiang.gov.vn":
            return self._articles.get(url.removesuffix("?print=1"))
        query = parse_qs(urlsplit(url).query)
        if query.get("siteid") != ["60"] or "ItemID" not in query:
            return None
        plain = f"http://{host}/HtmlView.aspx?pageid=3129&ItemID={query['ItemID'][0]}&mid=7506&pageindex=0&siteid=60"
        return self._articles.get(plain)

    def _article(self, article: PlayedArticle) -> Answer:
        page = self._pages.get(article.url)
        if page is None:
            page = template(article, chrome_of(article, self._generation(article.layout))).encode()
            self._pages[article.url] = page
        check = zlib.crc32(page)
        if check % 3:
            return Answer(200, HTML, page, changes=True)
        # A third of the pages carries validators, as behind a cache: unchanged article, unchanged ETag.
        return Answer(200, HTML, page, changes=True, etag=f'W/"{check:08x}"', modified=article.published)

    def _generation(self, layout: Layout) -> list[PlayedArticle]:
        listed = [one for one in self.articles if one.layout == layout and one.url not in self._unlisted]
        place = {url: at for at, url in enumerate(self._pinned)}
        return sorted(listed, key=lambda one: place.get(one.url, len(place)))

    def _listing(self, host: str, target: str) -> Answer | None:
        parts, layout = urlsplit(target), HOSTS[host]
        query = parse_qs(parts.query)
        everything = self._generation(layout)
        if layout == "ha_tinh":
            category = parts.path.removeprefix("/danh-sach-tin-tuc/")
            if parts.path == "/":
                category = "tin-tuc-su-kien"
            if category not in CATEGORIES:
                return None
            listed = [one for one in everything if one.category == category]
            heading, base = CATEGORIES[category], f"http://{host}/danh-sach-tin-tuc/{category}"
        elif layout == "hau_giang_2":
            if parts.path != "/danh-sach/-/tin-tuc":
                return None
            listed, heading, base = everything, "Tin tức", parts.path
        else:
            if query.get("siteid") != ["60"] or query.get("pageid") != ["3129"] or "ItemID" in query:
                return None
            listed, heading, base = everything, "Tin hoạt động", LISTING_OF[layout]
        number = _number(query, "pageindex", 0) + 1 if layout == "hau_giang_1" else _number(query, "page", 1)
        key = f"list {host} {base} {number}"
        if key not in self._pages:
            self._pages[key] = listing_page(layout, heading, base, listed, number, everything).encode()
        return Answer(200, HTML, self._pages[key], changes=True)

    def _rest(self, host: str, target: str) -> Answer:
        """Decorations, the menu's other pages, other offices, and what is not there."""
        path = urlsplit(target).path
        if (decorated := decoration(path)) is not None:
            return decorated
        office = OTHER_OFFICES.get(parse_qs(urlsplit(target).query).get("siteid", [""])[0])
        if office:
            return Answer(200, HTML, _plain_page(host, office, _other_office(office, target)), changes=True)
        labels = {href: label for label, href in MENUS[HOSTS[host]]}
        if target in labels or path in ("/tim-kiem", "/Search.aspx", "/Default.aspx"):
            label = labels.get(target, "Tìm kiếm")
            return Answer(200, HTML, _plain_page(host, label, "<p>Nội dung đang được cập nhật.</p>"), changes=True)
        gone = "<p>Không tìm thấy thông tin bạn yêu cầu.</p>"
        # The older portal of Hậu Giang knows no 404: an unknown article answers 200.
        status = 200 if path == "/HtmlView.aspx" else 404
        return Answer(status, HTML, _plain_page(host, "Không tìm thấy trang", gone), changes=True)

    def _asset(self, url: str) -> Answer:
        what, etag = self._assets[url], f'"{zlib.crc32(url.encode()):08x}"'
        if (body := self._files.get(url)) is not None:
            kind = "application/pdf" if isinstance(what, PlayedAttachment) else f"image/{what}"
            return Answer(200, kind, body, etag=f'"{zlib.crc32(body):08x}"')
        if isinstance(what, PlayedAttachment):
            kind = next(name for name in TYPES if f".{name}" in url)
            return Answer(200, TYPES[kind], document(url, kind, what.title), etag=etag, modified=EPOCH)
        if what.startswith("http"):
            return Answer(302, HTML, b"<html><body>302 Found</body></html>", location=what)
        return Answer(200, f"image/{what}", picture(url, self._photos), etag=etag, modified=EPOCH)

    def _note_assets(self, article: PlayedArticle) -> None:
        for image in article.images:
            kind = "png" if ".png" in image.url else "jpeg"
            for url in (image.url, small(image.url)):
                self._assets[url] = kind
            if "/storage/images.thumb." in image.url and zlib.crc32(image.url.encode()) % 60 == 0:
                # A few pictures have moved: the old address leads on.
                moved = image.url.replace("/storage/images.thumb.", "/storage/app/images.")
                self._assets[image.url], self._assets[moved] = moved, kind
        for file in article.attachments:
            self._assets[file.url] = file


def decoration(path: str) -> Answer | None:
    """Return what pages are decorated with: pictures of the layout, styles, scripts."""
    if path.startswith(("/img/", "/favicon", "/captcha/", "/thong-ke/")):
        kind = {"png": "png", "gif": "gif", "ico": "x-icon"}.get(path.rsplit(".", 1)[-1], "jpeg")
        return Answer(200, f"image/{kind}", icon(path), etag=f'"{zlib.crc32(path.encode()):x}"', modified=EPOCH)
    if path.startswith("/css/"):
        return Answer(200, "text/css", STYLE, etag='"css-3"', modified=EPOCH)
    if path.startswith("/js/"):
        return Answer(200, "application/javascript", SCRIPT, etag='"js-3"', modified=EPOCH)
    return None


def _number(query: dict[str, list[str]], name: str, default: int) -> int:
    text = query.get(name, [""])[0]
    return int(text) if text.isdecimal() else default


def _other_office(office: str, target: str) -> str:
    base = escape(urlsplit(target).query)
    links = "".join(
        f'<li><a href="/HtmlView.aspx?{base}&amp;ItemID={9000 + number}">Tin của {office} số {number}</a></li>'
        for number in range(1, 6)
    )
    return f"<ul>{links}</ul>"


def _plain_page(host: str, heading: str, inside: str) -> bytes:
    layout = HOSTS[host]
    menu = "".join(f'<li><a href="{escape(href)}">{escape(label)}</a></li>' for label, href in MENUS[layout])
    return (
        '<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">'
        f"<title>{escape(heading)} - {OFFICES[layout]}</title></head>"
        f"<body><ul>{menu}</ul><div>{marks.TODAY}</div><h1>{escape(heading)}</h1>{inside}"
        f"<p>Đang trực tuyến: {marks.ONLINE}</p></body></html>"
    ).encode()
