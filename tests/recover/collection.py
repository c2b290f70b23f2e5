"""What two web archives hold of the played site of Hậu Giang's Department, from 2019 to 2025.

The site is played, and recorded as other people's crawlers would have: some pages often, some never,
some only when they were gone already or in the hands of others. :class:`Collection` says what is there
and what is true of it.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tests.play import Played, PlayedArticle, play
from tests.play.chrome import LISTING_OF, small
from tests.play.server import ADDRESS
from tests.recover.snaps import Snap, at

OLD, NEW = "http://haugiang.gov.vn", "http://skhcn.haugiang.gov.vn"
LISTING_1, LISTING_2 = OLD + LISTING_OF["hau_giang_1"], NEW + LISTING_OF["hau_giang_2"]
ABOUT = f"{OLD}/HtmlView.aspx?pageid=3101&siteid=60"
SPAM = f"{NEW}/chi-tiet/-/tin-tuc/slot-gacor-maxwin-777-61777"
HACKED = (
    "<!DOCTYPE html><html lang=id><head><title>SLOT GACOR 777 Situs Judi Online Terpercaya Maxwin</title></head><body>"
    "<h1>SLOT GACOR 777</h1><p>Daftar situs judi slot online gampang menang hari ini, bonus new member 100.</p>"
    + "<a href='https://gacor.example/daftar'>Daftar</a> " * 40
    + "</body></html>"
).encode()
DECOY = f"{OLD}/Uploads/Images/2020/2/UBND%20tinh-00000000.jpg"
OTHERS = (
    f"{OLD}/HtmlView.aspx?pageid=812&mid=2044&pageindex=0&siteid=12",
    f"{OLD}/HtmlView.aspx?pageid=812&mid=2044&pageindex=0&siteid=12&ItemID=9001",
    f"{OLD}/HtmlView.aspx?pageid=1420&mid=3310&pageindex=0&siteid=34",
    f"{OLD}/Legal.aspx?pageid=3140&siteid=12",
)


@dataclass
class Collection:
    """What is captured, and what is true of it."""

    old: list[PlayedArticle]
    """Articles of the older generation, oldest first."""
    new: list[PlayedArticle]
    """Articles of the newer one, oldest first."""
    snaps: list[Snap] = field(default_factory=list)
    """What one archive holds: it answers by replay."""
    crawled: list[Snap] = field(default_factory=list)
    """What the other holds: it gives ranges of WARC files."""
    versions: dict[str, list[PlayedArticle]] = field(default_factory=dict)
    """Each article that the first archive can give back, as it was over time, by its address."""
    missing: set[str] = field(default_factory=set)
    """Articles that were, and that the first archive can not give back."""

    @property
    def only_crawled(self) -> PlayedArticle:
        """The article that only the second archive holds."""
        return self.old[7]


def collect() -> Collection:
    """Play the site, and record it."""
    with play(seeds=False, oldest=1, still=True) as early:
        for article in early.articles:
            early.remove(article.url)
        empty = Camera(early).take(LISTING_1, at(2019, 9, 14), "listing")
    with play(seeds=False, oldest=9, still=True) as played:
        ours = sorted(played.articles, key=lambda one: (one.published, one.url))
        made = Collection(
            [one for one in ours if one.layout == "hau_giang_1"], [one for one in ours if one.layout == "hau_giang_2"]
        )
        made.snaps.append(empty)
        _record(made, Camera(played))
    return made


def _record(made: Collection, camera: Camera) -> None:
    a, b = made.old, made.new
    seen: list[tuple[PlayedArticle, Snap]] = []

    def page(article: PlayedArticle, date: datetime) -> Snap:
        snap = camera.take(article.url, date, "article")
        seen.append((article, snap))
        made.snaps.append(snap)
        return snap

    def take(url: str, date: datetime, kind: str) -> Snap:
        snap = camera.take(url, date, kind)
        made.snaps.append(snap)
        return snap

    # The older generation: whole pages, and what they show.
    for number, url in enumerate((LISTING_1, LISTING_1.replace("pageindex=0", "pageindex=1"), f"{OLD}/css/site.css")):
        take(url, at(2020, 7, 1, number), "listing" if number < 2 else "asset")
    first = [page(article, at(2020, 7, 1, 10 + 10 * number)) for number, article in enumerate(a[:5])]
    for number, article in enumerate(a[:5]):
        for place, url in enumerate(files(article)):
            take(url, at(2020, 7, 1, 11 + 10 * number + place), "asset")
    # The same page in other words; on another day, unchanged; on another day, changed.
    item = a[3].url.partition("ItemID=")[2].partition("&")[0]
    other_words = f"{OLD}/HtmlView.aspx?siteid=60&mid=7506&ItemID={item}&pageid=3129&pageindex=0"
    made.snaps.append(replace(first[3], url=other_words, date=at(2020, 9, 1)))
    made.snaps.append(replace(first[0], date=at(2021, 3, 10)))
    made.snaps.append(replace(first[0], url=first[0].url.replace(".vn/", ".vn:80/"), date=at(2021, 4, 10)))
    changed = camera.played.edit(a[1].url, "Tin cập nhật: Sở đã gửi kết quả cho các đơn vị.")
    page(changed, at(2021, 3, 10, 20))
    # Cut, then whole.
    whole = page(a[5], at(2021, 8, 15))
    cut = whole.raw[: len(whole.head) + len(whole.raw[len(whole.head) :]) // 3]
    made.snaps.append(replace(whole, raw=_with_length(whole, cut), date=at(2021, 6, 1), kind="cut", is_cut=True))
    page(a[8], at(2021, 5, 20))
    # Errors that were archived.
    made.snaps += [
        error(LISTING_1.replace("pageindex=0", "pageindex=2"), at(2021, 11, 1), 503, "Service Unavailable"),
        error(a[2].url, at(2021, 12, 1), 429, "Too Many Requests"),
    ]
    # Other offices of the same host.
    for number, url in enumerate(OTHERS):
        take(url, at(2021, 7, 1, number), "other")
    # A picture of theirs lies where ours do.
    picture = next(one for one in made.snaps if "/Uploads/Images/" in one.url)
    made.snaps.append(replace(picture, url=DECOY, date=at(2021, 7, 1, 9), kind="other"))
    lost = camera.take(a[7].url, at(2021, 6, 15), "article")
    # Gone, which that portal answers with 200.
    for article, date in ((a[6], at(2021, 9, 1)), (a[8], at(2022, 4, 1))):
        camera.played.remove(article.url)
        take(article.url, date, "soft404")
    # The newer generation.
    take(LISTING_2, at(2022, 6, 10), "listing")
    take(f"{NEW}/robots.txt", at(2022, 6, 10, 1), "asset")
    for number, article in enumerate(b[:3]):
        page(article, at(2022, 6, 10, 10 + 10 * number))
        for place, url in enumerate(files(article)):
            take(url, at(2022, 6, 10, 11 + 10 * number + place), "asset")
    for number, article in enumerate((b[3], b[4], b[6], b[7])):
        page(article, at(2023, 5, 2, 10 * number))
    take(b[0].url.replace("://skhcn", "://www.skhcn"), at(2023, 5, 3), "article")
    # Everything leads to https, and from there on.
    https = b[5].url.replace("http://", "https://")
    made.snaps.append(moved(b[5].url, https, at(2024, 3, 1)))
    secured = replace(camera.take(b[5].url, at(2024, 3, 1, 1), "article"), url=https)
    made.snaps.append(secured)
    seen.append((replace(b[5], url=https), secured))
    made.snaps.append(moved(f"{NEW}/", f"{NEW.replace('http', 'https')}/danh-sach/-/tin-tuc", at(2024, 3, 1, 2)))
    # In the hands of others.
    made.snaps += [hacked(b[6].url, at(2025, 1, 20)), hacked(SPAM, at(2025, 1, 20, 5))]
    camera.played.remove(b[7].url)
    take(b[7].url, at(2025, 2, 3), "error")
    for article, _ in seen:
        made.versions.setdefault(article.url, []).append(article)
    made.missing = {a[6].url, a[7].url, b[8].url}
    # What the other archive has: some captures of the same moment, some of others, one that nobody else has.
    made.crawled = [
        *(replace(one, date=one.date + timedelta(days=200)) for one in first[:2]),
        first[4],
        lost,
        *(camera.take(url, at(2021, 6, 16, number), "other") for number, url in enumerate(OTHERS[:2])),
        camera.take(b[1].url, at(2022, 6, 10, 20), "article"),
        camera.take(f"{NEW}/robots.txt", at(2024, 3, 1), "asset"),
        *(one for one in made.snaps if one.date.year == 2024 and "chi-tiet" in one.url),
        camera.take(f"{NEW}/chi-tiet/-/tin-tuc/khong-co-bai-nay-12345", at(2024, 3, 2), "error"),
    ]


def files(article: PlayedArticle) -> list[str]:
    """Return what a page shows and links: its pictures, small ones of two, and its documents."""
    shown = [image.url for image in article.images]
    return [*shown, *(small(url) for url in shown[:2]), *(file.url for file in article.attachments)]


class Camera:
    """Records the played site as it is now."""

    def __init__(self, played: Played) -> None:
        self.played = played

    def take(self, url: str, date: datetime, kind: str) -> Snap:
        """Return a capture of *url*, as if it had been made at *date*."""
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection(ADDRESS, self.played.port, timeout=300)
        connection.connect()
        asked = f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
        connection.sock.sendall(asked.encode())
        with connection.sock.makefile("rb") as answer:
            raw = answer.read()
        connection.close()
        return Snap(url, date, raw, kind)


def _with_length(whole: Snap, cut: bytes) -> bytes:
    """Return the head of *whole*, with the length that it promised, and what came of its body: *cut*."""
    body = cut[len(whole.head) :]
    lines = [
        f"{name}: {value}"
        for name, value in whole.fields
        if name.lower() not in ("transfer-encoding", "content-length")
    ]
    head = "\r\n".join(["HTTP/1.1 200 OK", *lines, f"Content-Length: {len(whole.payload)}"])
    if whole.field("transfer-encoding"):
        body = whole.payload[: len(whole.payload) // 3]
    return head.encode("latin-1") + b"\r\n\r\n" + body


def plain(status: str, body: bytes, *fields: str) -> bytes:
    """Return an answer."""
    lines = [f"HTTP/1.1 {status}", "Server: nginx", "Content-Type: text/html; charset=utf-8", *fields]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def moved(url: str, to: str, date: datetime) -> Snap:
    """Return the capture of a redirect."""
    return Snap(url, date, plain("301 Moved Permanently", b"<h1>301</h1>", f"Location: {to}"), "redirect")


def error(url: str, date: datetime, status: int, reason: str) -> Snap:
    """Return the capture of an error."""
    body = f"<html><body><h1>{status} {reason}</h1></body></html>".encode()
    return Snap(url, date, plain(f"{status} {reason}", body, "Retry-After: 3600"), "error")


def hacked(url: str, date: datetime) -> Snap:
    """Return the capture of a page that somebody else had put there."""
    return Snap(url, date, plain("200 OK", HACKED + url.encode()), "hacked")
