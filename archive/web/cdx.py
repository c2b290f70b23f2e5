"""The CDX server: ``/cdx?url=...`` answers like pywb's over the same sidecars."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import chain, islice

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from archive.merged import Entry, MergedIndex
from archive.web.cdx_answer import answer, runs_backwards
from archive.web.cdx_query import CdxQuery, parse_query
from archive.web.lookup import OPEN_TO_ALL, index_of
from archive.web.withheld import shown, withheld

router = APIRouter()

ANSWER_S = 60.0
"""Seconds that an answer may take; one that takes longer is broken off, and its connection with it."""
CHUNK = 500
"""Lines that are sent at once."""
_TYPES = {"cdxj": "text/x-cdxj", "json": "text/x-ndjson", "text": "text/plain"}


@router.api_route("/cdx", methods=["GET", "HEAD"], include_in_schema=False)
def cdx(request: Request) -> Response:
    """Answer a query to the index, as a stream of lines."""
    query = parse_query(request.scope["query_string"].decode("latin-1"))
    index = index_of(request)
    if query.counts_pages:
        return Response(_pages(query, index), media_type="application/json", headers=OPEN_TO_ALL)
    hidden = withheld(request)
    lines = _lines(query, index)
    if hidden:
        lines = shown(hidden, lines)
    written = answer(query, lines, deadline=time.monotonic() + ANSWER_S)
    # What is wrong with the first lines is told by the status: it can not be told later.
    first = next(_chunks(written), "")
    headers = {**OPEN_TO_ALL, "Cache-Control": "no-cache"}
    media_type = f"{_TYPES[query.output]}; charset=utf-8"
    return StreamingResponse(chain((first,), _chunks(written)), media_type=media_type, headers=headers)


def _lines(query: CdxQuery, index: MergedIndex) -> Iterator[Entry]:
    if query.page is None:
        return index.lines(query.start, query.end, backwards=runs_backwards(query))
    # A page is so many lines of the index, of which conditions may leave few: so pages are the same for all of them.
    page = islice(index.lines(query.start, query.end, skip=query.page * query.page_size), query.page_size)
    return iter(list(page)[::-1]) if runs_backwards(query) else page


def _pages(query: CdxQuery, index: MergedIndex) -> str:
    lines = index.count(query.start, query.end)
    pages = -(-lines // query.page_size)
    return json.dumps({"pages": pages, "pageSize": query.page_size, "blocks": lines}) + "\n"


def _chunks(written: Iterator[str]) -> Iterator[str]:
    while some := "".join(islice(written, CHUNK)):
        yield some
