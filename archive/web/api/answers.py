"""Answers that a client may already have: ETag, Last-Modified, and 304 instead of the same again (RFC 9110)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from importlib.metadata import version

from fastapi import Request
from starlette.responses import Response

from archive.times import UTC

JSON = "application/json"
REVALIDATE = "no-cache"
"""May be kept, and must be asked for again each time: what is taken down is not shown out of a cache."""


@cache
def software() -> str:
    """Return name and version of this program, such as ``khcn/0.1.0``."""
    return f"khcn/{version('khcn')}"


def answer(
    request: Request,
    body: bytes,
    *,
    media: str = JSON,
    modified: datetime | None = None,
    following: str | None = None,
) -> Response:
    """Return a body, or 304 to a client that has it.

    *modified* is when it can have changed last; *following* the address of the next page.
    """
    # Weak: the bytes on the wire may be packed or not.
    tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": REVALIDATE, "Vary": "Accept-Encoding"}
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC).replace(microsecond=0), usegmt=True)
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    if _has_it(request, tag, modified):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media, headers=headers)


def _has_it(request: Request, tag: str, modified: datetime | None) -> bool:
    given = request.headers.get("if-none-match")
    if given is not None:
        # RFC 9110, 13.1.3: where there is a tag the time says nothing.
        return is_named(given, tag)
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except (ValueError, TypeError, OverflowError):
        return False
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return modified.replace(microsecond=0) <= moment


def is_named(given: str, tag: str) -> bool:
    """Say whether a value of If-None-Match names an answer by its tag, compared as weak ones are.

    >>> is_named('"a", W/"b"', 'W/"a"'), is_named("*", '"a"'), is_named('"ab"', '"a"')
    (True, True, False)
    """
    tags = {each.strip().removeprefix("W/") for each in given.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
