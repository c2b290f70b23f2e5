"""What changed since a cursor: for who keeps a copy, and wants it to stay one."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from fastapi import Request
from starlette.responses import Response

from archive.catalog.browsing import Browsing, Span
from archive.public import PublicArchive
from archive.urls import identity_key
from archive.web.api.answers import answer
from archive.web.api.asked import Cursor, Limit
from archive.web.api.cursors import cursor as cursor_of
from archive.web.api.cursors import place_of
from archive.web.api.forms import Changes
from archive.web.api.paging import address_of
from archive.web.api.records import lines
from archive.web.api.told import router as make_router
from archive.web.api.told import told
from archive.web.deps import Reading
from archive.web.problems import Problem

router = make_router("changes")
_OF = "changes"


class Reached(NamedTuple):
    """How far a copy has followed."""

    generation: str
    seq: int
    """The last change that it has."""
    listed: str
    """Digest of the takedown list that it has followed."""
    following: str
    """Digest of the list that it is following now, whose articles come once more; empty when it follows none."""
    last: str
    """The last of these articles that it has."""


@router.get("/changes", **told(Changes, 410))
def changes(request: Request, archive: Reading, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List the articles that changed, each at its latest change; without a cursor from the beginning.

    An article that is null is held or shown no more. When the list of what is taken down changes, what it names
    comes once more. Whether an article is gone from its site is no change; see removals.
    """
    place = place_of(cursor, tuple[str, int, str, str, str], _OF)
    digest = archive.takedown.digest
    with archive.catalog.browsing() as state:
        generation = state.generation()
        at = Reached(*place) if place is not None else Reached(generation, 0, digest, "", "")
        if at.generation != generation:
            raise Problem(
                410,
                "the catalog was made anew since this cursor was given: start anew, without one",
                type="generation-changed",
            )
        found: list[tuple[int, str]] = []
        if at.listed != digest:
            ids = _named(archive, state, at.last if at.following == digest else "", limit)
            found = [(at.seq, article) for article in ids]
            more = len(ids) == limit
            at = at._replace(following=digest, last=ids[-1]) if more else at._replace(
                listed=digest, following="", last=""
            )  # fmt: skip
        if not found:
            found = [(each.seq, each.article) for each in state.changes(min(max(at.seq, 0), 2**62), limit)]
            at = at._replace(seq=found[-1][0]) if found else at
        more = at.listed != digest or state.last_change() > at.seq
        written = _written(archive, state, found)
    following = cursor_of(at, _OF)
    body = msgspec.json.encode({"generation": generation, "changes": written, "next": following, "more": more})
    return answer(request, body, following=address_of(request, following))


def _written(archive: PublicArchive, state: Browsing, found: list[tuple[int, str]]) -> list[dict[str, object]]:
    hidden = archive.withheld
    held = state.by_ids([article for _, article in found])
    shown = [each for each in held.values() if not hidden.hides_article(each.id, each.article.site)]
    by_id = {each.id: msgspec.Raw(line) for each, line in zip(shown, lines(archive, shown), strict=True)}
    return [{"seq": seq, "id": article, "article": by_id.get(article)} for seq, article in found]


def _named(archive: PublicArchive, state: Browsing, after: str, limit: int) -> list[str]:
    """Return the first articles by id, after one, that the takedown list names now, or named until it was lifted."""
    entries = archive.takedown.entries
    urls = [entry.url for entry in entries if entry.url is not None]
    keys = {identity_key(url) for url in urls}
    # A picture or document that is named: the page on which it was found shows it no more.
    keys |= {identity_key(page) for page in state.found_on(keys)}
    sites = tuple(entry.site for entry in entries if entry.site is not None)
    named = {article for article in state.at(keys) if article > after}
    if sites:
        named |= {each[0] for each in state.article_ids(Span(sites=sites), limit, after)}
    return sorted(named)[:limit]
