"""A played Department of any size, for measuring crawls: ``python -m benchmarks.crawl_site --articles 2000``.

The pages are those of a NukeViet site that :mod:`tests.play` writes, each article under an address, a number and a
title of its own; its pictures weigh as much as photographs, unless it is told otherwise. Nothing changes between two
fetches, so each contender gets the same bytes. Around what the player writes stands what offices have around it
(:func:`furniture`). It answers requests sent to it as to the host, and as to a proxy. Prints
one line of JSON with its port, what it holds and the folder of the answers' digests, and plays until its standard input
ends.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import json
import sys
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from tests.play import chrome
from tests.play.content import articles
from tests.play.departments import ROBOTS, Department, _moved, family
from tests.play.documents import document
from tests.play.pictures import picture
from tests.play.places import PLACES, Section
from tests.play.skeletons.family import Pager
from tests.play.truth import Text
from tests.play.world import HTML, Answer, decoration

HOST, SITE = "skhcn.dongnai.gov.vn", "dong_nai"
PER_PAGE = 20
NEWEST = 6
"""Articles beside each page, with pictures, and as many again that are read most."""
MENU = 6
BANNERS = 6
SHEETS, SCRIPTS = 11, 9
INLINE_BYTES = 11_000
PHOTOS = 40
"""Pictures that are painted; all others are one of them with a comment of their own behind it."""


class BigDepartment(Department):
    """A host with so many articles in one section."""

    def __init__(self, size: int, *, small: bool = False) -> None:
        self._large = not small
        place = next(place for place in PLACES if place.host == HOST)
        section = Section("Tin hoạt động", "tin-hoat-dong", 12, size)
        self.place, self.family = replace(place, sections=(section,), elsewhere=""), family(place)
        pool = [one for one in articles() if one.original is None and sum(isinstance(b, Text) for b in one.blocks) >= 3]
        supply = enumerate(itertools.islice(itertools.cycle(pool), size))
        made = [(number, _moved(one, self.place, section, 4000 + 7 * number)) for number, one in supply]
        own = [replace(one, title=f"{one.title} ({number})") for number, one in made]
        self.articles = {one.url: one for one in sorted(own, key=lambda one: one.published, reverse=True)}
        self.pages = {self.place.listing(section, n): (section, n) for n in range(1, self.count(section) + 1)}
        self.images = {image.url for one in own for image in one.images}
        self.files = {file.url: file for one in own for file in one.attachments}

    def count(self, section: Section) -> int:
        """Return how many pages a listing has."""
        return -(-section.size // PER_PAGE)

    def listing(self, section: Section, number: int) -> Answer:
        """Return a page of a listing."""
        shown = list(itertools.islice(self.articles.values(), (number - 1) * PER_PAGE, number * PER_PAGE))
        pager = Pager(number, self.count(section), lambda page: self.place.listing(section, page))
        made = self.family.listing(self.chrome(None, section), self.items(shown), pager)
        return Answer(200, HTML, made.encode())

    def file(self, url: str) -> Answer | None:
        """Return a picture or a document."""
        if url in self.images:
            kind = "png" if ".png" in url else "jpeg"
            number = int(hashlib.sha1(url.encode()).hexdigest(), 16) % PHOTOS  # noqa: S324
            # Behind its end: no reader of pictures looks there.
            return Answer(200, f"image/{kind}", picture(f"http://{HOST}/{number}.{kind}", self._large) + url.encode())
        if (file := self.files.get(url)) is not None:
            kind = url.rpartition(".")[2]
            return Answer(200, "application/octet-stream", document(url, kind, file.title))
        return None


def furniture(own: BigDepartment) -> dict[bytes, bytes]:
    """Return what stands before some marks of each page: sheets and scripts, a menu, the newest articles, a calendar.

    A page so weighs about what pages of offices do. Of ten saved ones, of two offices, the median has 48,700 bytes, 365
    elements, 58 links to 48 addresses, 16 pictures, 12 ``link`` and 10 ``script``; an article as the player writes it
    has 10,000 bytes, 150 elements, 36 links to 31 addresses, 3 pictures, 1 and 1.
    """
    sheets = "".join(f'<link rel="stylesheet" href="/css/{n}.css" type="text/css" />\n' for n in range(SHEETS))
    scripts = "".join(f'<script src="/js/{n}.js" type="text/javascript"></script>\n' for n in range(SCRIPTS))
    inline = 'nv_texts.push("Vui lòng nhập đủ các ô");\n'
    inline = f"<script>\n{inline * (INLINE_BYTES // len(inline.encode()))}</script>\n"
    shown = list(own.articles.values())
    newest = "".join(
        _wrapped(
            f'<a href="{each.url}" title="{escape(each.title)}"><img src="/img/thumb-{n}.jpg" alt="" width="60" />'
            f'<span class="title">{escape(each.title)}</span></a>'
        )
        for n, each in enumerate(shown[:NEWEST])
    )
    most = "".join(_wrapped(f'<a href="{each.url}">{escape(each.title)}</a>') for each in shown[-NEWEST:])
    lists = list(own.pages)
    menu = "".join(_wrapped(f'<a href="{lists[n % len(lists)]}" title="Mục {n}">Mục {n}</a>') for n in range(MENU))
    banners = "".join(
        _wrapped(f'<a href="https://don-vi-{n}.gov.vn/"><img src="/img/banner-{n}.png" alt="" /></a>')
        for n in range(BANNERS)
    )
    weeks = (
        "".join(f'<td class="calendar-day">{day}</td>' for day in range(week, week + 7)) for week in range(1, 36, 7)
    )
    calendar = f"<table>{''.join(f'<tr>{days}</tr>' for days in weeks)}</table>"
    beside = f"<ul>{newest}</ul>\n<ul>{most}</ul>\n{calendar}\n<ul>{banners}</ul>\n"
    parts = {"</head>": sheets + scripts + inline, "</nav>": f"<ul>{menu}</ul>", "<footer": beside}
    return {mark.encode(): made.encode() for mark, made in parts.items()}


def _wrapped(inside: str) -> str:
    """Return an entry of a block, in the layers that page builders put around it."""
    open_, close = (
        "\n".ljust(40) + '<div class="col-xs-24 col-sm-24 block-item clearfix"><div class="row">',
        "</div></div>",
    )
    return f'<li class="clearfix margin-bottom-sm">{open_}<span>{inside}</span>{close}</li>\n'


class Site:
    """All answers of the host."""

    def __init__(self, size: int, *, small: bool = False) -> None:
        self._department = BigDepartment(size, small=small)
        self._values = {mark.encode(): text.encode() for mark, text in chrome.values(1).items()}
        self._furniture = furniture(self._department)

    @cache  # noqa: B019 (it lives as long as the process)
    def page(self, target: str) -> Answer:
        """Return the answer to a GET, but for the marks that stand for what changes."""
        made = self._department.answer(target)
        body = made.body
        for mark, text in self._values.items():
            body = body.replace(mark, text)
        for mark, part in self._furniture.items():
            body = body.replace(mark, part + mark, 1)
        return replace(made, body=body)

    def answer(self, target: str) -> Answer:
        """Return the answer to a GET; large ones are not kept."""
        if target == "/robots.txt":
            return Answer(200, "text/plain", ROBOTS)
        made = self._department.file(f"http://{HOST}{target}") or decoration(urlsplit(target).path)
        return made or self.page(target)

    def targets(self) -> list[str]:
        """Return the addresses that a crawl must bring home: lists, articles, pictures, documents."""
        own = self._department
        urls = [*own.articles, *sorted(own.images), *own.files]
        return [*own.pages, *(url.partition(HOST)[2] for url in urls)]


class Wire(asyncio.Protocol):
    """One connection."""

    def __init__(self, site: Site) -> None:
        self._site, self._waiting = site, b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head, self._waiting = self._waiting[:end].decode("latin-1"), self._waiting[end + 4 :]
            target = head.split(" ", 2)[1].removeprefix(f"http://{HOST}") or "/"
            made = self._site.answer(target)
            reason = "OK" if made.status == 200 else "Not Found"
            first = f"HTTP/1.1 {made.status} {reason}\r\nContent-Type: {made.mime}\r\nContent-Length: {len(made.body)}"
            self._transport.write(f"{first}\r\n\r\n".encode() + made.body)


async def _play(site: Site) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Wire(site), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Write the digests of all answers, and play."""
    parser = argparse.ArgumentParser(description="Play a Department with so many articles.")
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--truth", type=Path, required=True, help="file for what must come home: digest, address, size")
    parser.add_argument("--small", action="store_true", help="let no picture weigh as much as a photograph")
    options = parser.parse_args()
    site = Site(options.articles, small=options.small)
    with options.truth.open("w") as file:
        for target in site.targets():
            body = site.answer(target).body
            file.write(f"{hashlib.sha256(body).hexdigest()} http://{HOST}{target} {len(body)}\n")
    asyncio.run(_play(site))


if __name__ == "__main__":
    main()
