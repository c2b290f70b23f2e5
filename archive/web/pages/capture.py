"""One capture: what was sent and received, byte by byte, and where it lies."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from archive.archive import HeldCapture
from archive.errors import ArchiveError
from archive.report import begun_path, report_path
from archive.times import timestamp14
from archive.warc.files import find_warc
from archive.warc.reader import read_answer
from archive.web.deps import Reading, served
from archive.web.links import short_id
from archive.web.pages import shown
from archive.web.pages.files import LARGEST, attachment, name_of, picture_type
from archive.web.pages.origin import recovered
from archive.web.records import stretch
from archive.web.render import page

router = APIRouter(include_in_schema=False)

SIBLINGS = 50
"""Other captures of the address that the page names."""
HEAD = 32_000
"""Bytes of a head that are shown."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What went over the wire, as text: bytes that are no ASCII stand for themselves as in Latin-1."""

    request: str
    head: str
    body_bytes: int
    ip: str | None
    tls: str | None
    error: str | None
    is_picture: bool


@router.api_route("/captures/{capture}", methods=["GET", "HEAD"])
def capture(request: Request, archive: Reading, capture: str) -> Response:
    """Show a capture."""
    held = shown.capture(archive, capture)
    wire, damage = _wire(held)
    told = served(request)
    siblings = list(islice(archive.catalog.captures(url=held.url), SIBLINGS))
    hidden = archive.withheld
    article = archive.catalog.past(held.url) if held.purpose in ("page", "unknown") else None
    if article is not None and hidden.hides_article(article.article, article.site):
        article = None
    values = {
        "capture": held,
        "via": None if hidden.hides_url(held.via) else held.via,
        "recovered": recovered(archive, held),
        "wire": wire,
        "damage": damage,
        "site": told.sites.get(held.site),
        "siblings": siblings,
        "original": archive.catalog.capture(held.revisit_of) if held.revisit_of else None,
        "is_reported": any(path(archive.root, held.crawl).is_file() for path in (report_path, begun_path)),
        "name": name_of(held.url),
        "article": article.article if article is not None else None,
        "is_small": wire is not None and wire.body_bytes <= LARGEST,
        "replay": f"{told.replay_url.rstrip('/')}/{timestamp14(held.date)}/{held.url}" if told.replay_url else None,
    }
    return page(request, "capture.html", values)


@router.api_route("/captures/{capture}/record.warc.gz", methods=["GET", "HEAD"])
def record(request: Request, archive: Reading, capture: str) -> Response:
    """Send the record as it lies in its file: a gzip member, which is a WARC file of one record."""
    held = shown.capture(archive, capture)
    path = find_warc(archive.root, held.location.warc)
    read_answer(archive.root, held)  # what lies there is whole, and is it
    name = f"{held.site}-{timestamp14(held.date)}-{short_id(held.id)[:8]}.warc.gz"
    headers = {
        "Content-Length": str(held.location.length),
        "Content-Disposition": attachment(name),
        "ETag": f'"{held.id}"',
        "Cache-Control": "no-cache",
    }

    return StreamingResponse(
        stretch(path, held.location.offset, held.location.length), media_type="application/warc", headers=headers
    )


def _wire(held: HeldCapture) -> tuple[Wire | None, str | None]:
    """Return the exchange of a capture; what is wrong when it can not be read, for the rest is worth a page."""
    try:
        read_answer(held.root, held)
        exchange = held.exchange()
    except ArchiveError as error:
        return None, str(error)
    head, gap, body = exchange.response.partition(b"\r\n\r\n")
    is_picture = False
    if held.purpose in ("image", "requisite", "unknown") or (held.mime or "").startswith("image/"):
        with suppress(ArchiveError):
            is_picture = picture_type(held.payload().body) is not None
    made = Wire(
        request=exchange.request[:HEAD].decode("latin-1").rstrip("\r\n"),
        head=(head + gap)[:HEAD].decode("latin-1").rstrip("\r\n"),
        body_bytes=len(body),
        ip=exchange.ip,
        tls=exchange.tls,
        error=exchange.error,
        is_picture=is_picture,
    )
    return made, None
