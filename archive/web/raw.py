"""Raw bytes of captures, ``/web/<timestamp>id_/<url>``: mementos, as they came, and nothing that could run here.

What HTTP allows is given as it was: status, media type, content coding, the body byte by byte. All fields of the
archived head come as ``X-Archive-Orig-*``, for under their own names they would act on this origin: set cookies, force
https upon it, clear its data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse
from warcio.timeutils import timestamp_to_datetime

from archive.http import Head
from archive.web.lookup import address_in, index_of, whole_address, written_safely
from archive.web.memento import EXPOSED, around, base_of
from archive.web.mementos import Memento, closest, exact, mementos_of, neighbours, raw_path
from archive.web.pages.files import attachment, name_of, picture_type
from archive.web.problems import Problem, taken_down
from archive.web.safety import SANDBOX
from archive.web.stored import Stored, capture_at, leads_back, stored
from archive.web.withheld import refuse, withheld
from archive.withheld import NOTHING_WITHHELD

router = APIRouter()

KEPT = ("content-encoding", "content-language", "content-range", "last-modified")
"""Fields that are given under their own names too."""
MAX_FIELDS = 48 << 10
"""Bytes of archived fields that are given; clients refuse longer heads."""
IN_MEMORY = 1 << 20
"""A chunked body up to this size is read before it is sent, so that its length can be told."""

_USED_BY_PAGES = re.compile(
    r"script|style|worker|sharedworker|serviceworker|audioworklet|paintworklet|iframe|frame|fencedframe|object|embed|xslt"
    r"|font|manifest|report|track|json|webidentity"
)
"""Values of ``Sec-Fetch-Dest`` with which a page would make archived bytes part of itself."""
_SCRIPT = re.compile(r"(application|text)/(x-)?(java|ecma|j|live)script\b.*|application/wasm|text/css", re.DOTALL)
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+[\x20-\x7e]*")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PLACE = re.compile(r"([0-9]{0,14})([a-z]{2}_)?/(?=.)", re.DOTALL)


@router.api_route("/web/{address:path}", methods=["GET", "HEAD"], include_in_schema=False)
def raw(request: Request, address: str) -> Response:
    """Give a capture's answer; lead to its exact address from one that names its time or spelling only about."""
    if _USED_BY_PAGES.fullmatch(request.headers.get("sec-fetch-dest", "")):
        raise Problem(403, "archived bytes are for download; a page can not use them as a part of itself")
    place = _PLACE.match(address)
    if place is None or place[2] not in (None, "id_"):
        raise Problem(
            400,
            f"/web/{address[:80]}: raw bytes are at /web/<timestamp>id_/<url>, as in /web/2025id_/https://example.vn/",
        )
    at, before = place[1], f"/web/{place[0]}"
    url = whole_address(address_in(request, before), before)
    hidden = withheld(request)
    found = mementos_of(index_of(request), url, hidden)
    if not found:
        if hidden and mementos_of(index_of(request), url, NOTHING_WITHHELD):
            raise taken_down(url, url)
        raise Problem(404, f"{url}: no capture is held", vi=f"{url}: kho không có bản lưu nào")
    chosen = exact(found, at, url)
    if chosen is None or place[2] is None:
        near = chosen or closest(found, _moment(at), lambda each: leads_back(request, each))
        assert near is not None
        return Response(status_code=302, headers={**EXPOSED, "Location": base_of(request) + near.path})
    record, kept = stored(request, chosen)
    known = capture_at(request, record, chosen) if hidden else None
    if known is not None:
        refuse(hidden, known)
    return _answer(request, chosen, kept, found)


def _moment(at: str) -> datetime | None:
    """Return the moment that digits name, the last one of a year or a day; null without any."""
    if not at:
        return None
    try:
        if len(at) < 4:
            raise ValueError(at)
        moment: datetime = timestamp_to_datetime(at)
        return moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Problem(400, f"{at!r} is no time of the calendar; give 4 to 14 digits, such as 20250301") from None


def _answer(request: Request, shown: Memento, kept: Stored, found: list[Memento]) -> Response:
    base = base_of(request)
    pieces = kept.pieces()
    first = next(pieces, b"")
    headers = EXPOSED | _given(kept.head) | _kind(kept, first) | {"Content-Security-Policy": SANDBOX}
    links = [*around(written_safely(shown.address), base), *neighbours(found, shown, base)]
    headers |= {"Memento-Datetime": shown.http_date, "Link": ", ".join(map(str, links)), "Accept-Ranges": "none"}
    if (target := kept.location()) is not None:
        # Within the archive, so that nobody is led from here to wherever an archived page once led.
        headers["Location"] = base + raw_path(shown.timestamp, target)
    length = kept.length
    if length is None:
        read, left = _read_ahead(first, pieces)
        length, first = (len(read), read) if not left else (None, read)
        pieces = chain(left, pieces)
    if length is not None:
        headers["Content-Length"] = str(length)
    answer: Response
    if request.method == "HEAD" or kept.status in (204, 205):
        answer = Response(status_code=kept.status, headers=headers)
    else:
        answer = StreamingResponse(chain((first,), pieces), status_code=kept.status, headers=headers)
    answer.raw_headers += _original(kept.head)
    return answer


def _read_ahead(first: bytes, pieces: Iterator[bytes]) -> tuple[bytes, list[bytes]]:
    """Return the body when it is short; else what was read of it, and what was read too much."""
    read = [first]
    size = len(first)
    for piece in pieces:
        if size + len(piece) > IN_MEMORY:
            return b"".join(read), [piece]
        read.append(piece)
        size += len(piece)
    return b"".join(read), []


def _given(head: Head) -> dict[str, str]:
    """Return the fields that are given under their own names."""
    given: dict[str, str] = {}
    for name in KEPT:
        values = head.values(name.encode())
        text = b", ".join(values).decode("latin-1")
        if values and re.fullmatch(r"[\x20-\x7e]+", text):
            given[name] = text
    return given


def _kind(kept: Stored, first: bytes) -> dict[str, str]:
    """Return what the body is: a picture to look at, everything else a file to keep."""
    declared = next(iter(kept.head.values(b"content-type")), b"").decode("latin-1") or (kept.mime or "")
    mime = declared.strip() if _TYPE.fullmatch(declared.strip()) else "application/octet-stream"
    if _SCRIPT.fullmatch(mime.lower()):
        # Else a page of this origin could load it as a script of its own.
        mime = "text/plain; charset=utf-8"
    picture = picture_type(first[:64]) if not kept.head.encodings else None
    if picture is not None and mime.lower().startswith("image/") and "svg" not in mime.lower():
        return {"Content-Type": picture}
    return {"Content-Type": mime, "Content-Disposition": attachment(name_of(kept.url))}


def _original(head: Head) -> list[tuple[bytes, bytes]]:
    """Return the archived fields, in their order, as ``X-Archive-Orig-*``."""
    fields: list[tuple[bytes, bytes]] = []
    size = omitted = 0
    for name, value in head.headers:
        clean = _plain(value)
        size += len(name) + len(clean)
        if _NAME.fullmatch(name) and size <= MAX_FIELDS:
            fields.append((b"x-archive-orig-" + name.lower(), clean))
        else:
            omitted += 1
    if head.status is not None:
        line = b" ".join(filter(None, (head.version, str(head.status).encode(), head.reason)))
        fields.insert(0, (b"x-archive-orig-status", _plain(line)[:MAX_FIELDS]))
    if omitted:
        fields.append((b"x-archive-orig-omitted", str(omitted).encode()))
    return fields


def _plain(value: bytes) -> bytes:
    """Return a value as it can be sent: control characters are spaces, and what is not ASCII is percent-encoded."""
    spaced = re.sub(rb"[\x00-\x08\x0a-\x1f\x7f]", b" ", value).strip()
    return re.sub(rb"[\x80-\xff]", lambda match: b"%%%02X" % match[0][0], spaced)
