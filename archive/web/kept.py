"""Pages that are the same for everybody until the archive changes: made once, then sent again, or not even that.

What a page depends on is its name here, so that none is sent of a state that is no more: the sums
(:mod:`archive.web.counted`), the list of what must not be shown, and of a search the index and the files of the
catalog. Of a catalog that is written to all the time searches are therefore made each time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.catalog.stamp import stamp_of
from archive.errors import KhcnError
from archive.takedown import takedown
from archive.web.api.answers import REVALIDATE, is_named
from archive.web.bodies import Kept
from archive.web.deps import Served
from archive.web.problems import Problem

SECONDS = 20
"""After so long a page is made anew: what else it shows, reports and days that went by, has no number to compare."""
MOST_BYTES = 32_000_000
LARGEST = 200_000
"""Bytes of a page that is kept."""
PATHS = ("/", "/search", "/sites")
BELOW = "/sites/"
_WORDS = (b"q=", b"%71=")
"""How the parameter that asks for words can be written."""

RawHeaders = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, and the route that gave it."""

    headers: RawHeaders
    body: bytes
    tag: str
    route: object


class Remembering:
    """An app that sends :data:`PATHS` again as they were made, while nothing that they show changed."""

    def __init__(self, app: ASGIApp, served: Served) -> None:
        self.app = app
        self._served = served
        self._pages: Kept[Page] = Kept(MOST_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name = await self._named(scope) if _may_be_kept(scope) else None
        if name is None:
            await self.app(scope, receive, send)
            return
        found = self._pages.get(name)
        if found is not None:
            scope["route"] = found.route
            await _send(found, scope, send)
            return
        begun: Message | None = None

        async def keeping(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and message["status"] == 200:
                begun = message
                return
            if begun is not None:
                start, begun = begun, None
                body = message.get("body", b"")
                if not message.get("more_body") and len(body) <= LARGEST:
                    made = _page(start["headers"], body, scope.get("route"))
                    self._pages.put(name, made, len(body))
                    await _send(made, scope, send)
                    return
                await send(start)
            await send(message)

        await self.app(scope, receive, keeping)

    async def _named(self, scope: Scope) -> object | None:
        """Return what the page that is asked for depends on; null when that can not be told."""
        told = self._served
        try:
            if not told.counter.is_fresh:
                async with told.turns:
                    await run_in_threadpool(self._look)
            hidden = takedown(told.pool.root).digest
        except (KhcnError, Problem):
            return None  # which is told by who answers
        if (counted := told.counter.last) is None:
            return None
        asked = scope.get("root_path"), scope["path"], scope["query_string"]
        searched: object = None
        if any(each in scope["query_string"] for each in _WORDS):
            opened, stamp = told.pool.index.opened(), stamp_of(told.pool.path)
            if opened is None or stamp is None:
                return None
            searched = opened.folder, opened.cursor, stamp
        return asked, counted.level, counted.at, hidden, time.monotonic() // SECONDS, searched

    def _look(self) -> None:
        with self._served.pool.lent(self._served.pool.limit_s) as archive:
            self._served.counter.get(archive)


def _may_be_kept(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
        return False
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path in PATHS or path.startswith(BELOW)


def _page(headers: Iterable[tuple[bytes, bytes]], body: bytes, route: object) -> Page:
    # Weak: the bytes on the wire may be packed or not.
    tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    more = (b"etag", tag.encode()), (b"cache-control", REVALIDATE.encode())
    return Page((*headers, *more), body, tag, route)


async def _send(page: Page, scope: Scope, send: Send) -> None:
    """Send a page, or tell who has it already that it is the same."""
    given = Headers(scope=scope).get("if-none-match")
    status, headers, body = 200, [*page.headers], page.body
    if given is not None and is_named(given, page.tag):
        status, body = 304, b""
        headers = [each for each in headers if each[0] not in (b"content-length", b"content-type")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
