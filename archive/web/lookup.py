"""Captures found by their addresses, for the protocols of web archives."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from fastapi import FastAPI, Request

from archive.merged import MergedIndex
from archive.web.problems import Problem

OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*"}
"""Scripts of other origins may read what everybody may."""

_UNSAFE = re.compile(r"[^\x21-\x7e]|[<>\"\\^`{|}]")
INDEX = "merged_index"


def index_of(request: Request) -> MergedIndex:
    """Return the index of the archive that is served; one an app."""
    return index_in(request.app)


def index_in(app: FastAPI) -> MergedIndex:
    """Return the index of the archive that an app serves."""
    found: MergedIndex | None = getattr(app.state, INDEX, None)
    if found is None:
        found = MergedIndex(app.state.served.pool.root)
        setattr(app.state, INDEX, found)
    return found


def address_in(request: Request, place: str) -> str:
    """Return the address that stands in a path behind *place* (``/timegate/``), with its query, as it was written.

    One without a scheme is taken for ``http``; a slash that a proxy took for doubled is put back. Raises Problem
    (400) when there is none.
    """
    written = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    path = written.decode("latin-1").partition("?")[0]
    root = request.scope.get("root_path", "").rstrip("/")
    path = path.removeprefix(root) if root else path
    query = request.scope["query_string"].decode("latin-1")
    url = path.partition(place)[2] + (f"?{query}" if query else "")
    return whole_address(url, place)


def whole_address(url: str, place: str) -> str:
    """Return an address as people write it as one that was asked for.

    >>> whole_address("example.vn/tin?a=1", "/timegate/"), whole_address("https:/example.vn", "/timegate/")
    ('http://example.vn/tin?a=1', 'https://example.vn')
    >>> whole_address("https%3A%2F%2Fexample.vn%2F", "/timegate/")
    'https://example.vn/'
    """
    if re.match(r"https?%3a", url, re.IGNORECASE):
        # Encoded as a whole, as some clients do: then once, and no further.
        url = unquote(url, errors="surrogateescape")
    repaired = re.match(r"(https?):/{1,2}(?=[^/])", url, re.IGNORECASE)
    if repaired:
        url = f"{repaired[1].lower()}://{url[repaired.end() :]}"
    elif re.match(r"[A-Za-z][A-Za-z0-9+-]*:(?!\d)", url) or not url.strip("/"):
        raise Problem(
            400, f"{url or 'nothing'!r} is no address; write it behind {place}, as in {place}https://example.vn/"
        )
    else:
        url = f"http://{url}"
    if not re.match(r"https?://[^/?#\s]", url):
        raise Problem(400, f"{url!r} has no host; write the address behind {place}, as in {place}https://example.vn/")
    return written_safely(url)


def written_safely(url: str) -> str:
    """Return an address as it can stand in a header or in a document; most stay as they are.

    >>> written_safely("http://a.vn/đ?q=<b>"), written_safely("http://a.vn/%C4%91?a=1&b=2#c")
    ('http://a.vn/%C4%91?q=%3Cb%3E', 'http://a.vn/%C4%91?a=1&b=2#c')
    """
    return _UNSAFE.sub(lambda match: quote(match[0], safe="", errors="surrogateescape"), url)
