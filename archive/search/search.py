"""Search one archive: ranked or newest first, in pages, with facets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from weakref import WeakKeyDictionary

import tantivy

from archive.catalog import Catalog
from archive.catalog.following import Following
from archive.catalog.stamp import Stamp, stamp_of
from archive.catalog.times import page_time
from archive.errors import ArchiveError, DiskError
from archive.model import Precision
from archive.search.ask import NONE_HIDDEN, Hidden, are_first_as_typed, asked, is_ranked
from archive.search.elsewhere import Elsewhere
from archive.search.index import Opened, current_folder, guarded
from archive.search.newest import newest
from archive.search.query import Query, QueryError, parse
from archive.search.snippets import Highlighter
from archive.search.update import Busy, NotWritable, catch_up
from archive.takedown import takedown

logger = logging.getLogger(__name__)

T = TypeVar("T")
Order = Literal["rank", "newest"]
Ranges = tuple[tuple[int, int], ...]

PAGE = 100
"""Hits whose texts are in memory at a time."""
MOST_EQUALS = 10_000
"""Hits of one score that are put into order; of more than so many equals the first are not the newest."""
SPARE = 100
"""Hits more than are shown that are asked for first."""
MOST_SITES = 1_000
_COUNTED = {name: {"terms": {"field": name, "size": MOST_SITES}} for name in ("site", "month")}


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a query."""

    rank: int
    """1 for the first hit of all."""
    site: str
    """Site id."""
    url: str
    """The address of the page."""
    title: str
    """Headline."""
    published: datetime | None
    """When the page says it was published."""
    published_precision: Precision | None
    """What the page really gives of ``published``."""
    snippet: str
    """A piece of summary and text with the words asked for, as it is written there, on one line."""
    score: float | None
    """How well it answers, to be compared within one query only; null when ordered by date."""
    state: Literal["live", "gone"]
    """Whether the article is still on the site."""
    highlights: Ranges
    """Begin and end of the words asked for, in characters of ``snippet``."""
    title_highlights: Ranges
    """The same of ``title``."""
    article: str
    """Article id."""


@dataclass(frozen=True, slots=True)
class Facets:
    """How many articles answer a query, in all and by kind."""

    articles: int
    """In all."""
    sites: tuple[tuple[str, int], ...]
    """By site id, most first."""
    months: tuple[tuple[str, int], ...]
    """By month of publication (without one: of capture) in Vietnam, as ``2025-06``, newest first."""


_SUMS: WeakKeyDictionary[Opened, dict[object, Facets]] = WeakKeyDictionary()
"""Sums that were made, of each state of an index."""
MOST_SUMS = 256


class Kept(Protocol):
    """An index that is open, and kept up by others."""

    def opened(self) -> Opened | None:
        """Return it, null while it can not be used."""

    def forget(self) -> None:
        """Let go of it, for it is damaged."""


class Search:
    """The search of one archive; used by one thread at a time.

    Before each query the index takes in what changed in the catalog since the last one, where it may be written.
    """

    def __init__(
        self,
        root: Path,
        catalog: Catalog,
        *,
        budget_s: float | None = None,
        first_s: float | None = None,
        elsewhere: Elsewhere | None = None,
        kept: Kept | None = None,
    ) -> None:
        """Search the index below *root*, brought up in about *budget_s*; null: however long that takes.

        *first_s* is how long to wait for one that another process makes when there is none. Where *root* can not be
        written and has no index to use, there is one *elsewhere*, by default for this object alone. *kept* is an
        index that others keep up; while it has one that is searched, as it is.
        """
        self._kept = kept
        self._root = root
        self._budget_s = budget_s
        self._first_s = first_s
        self._catalog = catalog
        self._opened: Opened | None = None
        self._level: Stamp | None = None
        self._elsewhere = elsewhere or Elsewhere()
        self._is_own = elsewhere is None
        self._place = root
        """Below it lies the index."""

    def close(self) -> None:
        """Let go of the index."""
        self._opened = None
        if self._is_own:
            self._elsewhere.close()

    def find(
        self,
        query: str,
        *,
        sites: Sequence[str] = (),
        since: date | datetime | None = None,
        until: date | datetime | None = None,
        order: Order = "rank",
        limit: int = 20,
        offset: int = 0,
    ) -> Iterator[Hit]:
        """Yield the articles that answer *query*, best or newest first, from the one after *offset*.

        *sites* are site ids, none means all. *since* and *until* are included. Articles that answer equally
        well come newest first. Raises QueryError at once; see :mod:`archive.search.query`.
        """
        wanted = parse(query)
        if order not in ("rank", "newest"):
            raise ArchiveError(f'order "{order}": there are "rank" and "newest"')
        if limit < 0 or offset < 0:
            raise ArchiveError(f"limit {limit}, offset {offset}: give numbers from 0")
        is_scored = order == "rank" and is_ranked(wanted)
        hidden = self._hidden()
        opened = self._up_to_date()

        def look(opened: Opened) -> list[tuple[float | None, str]]:
            build = partial(asked, opened.schema, wanted, sites, since, until, is_scored=is_scored, hidden=hidden)
            # tantivy makes room for as many as are asked for.
            many = min(offset + limit, opened.searcher.num_docs)
            places: Sequence[tuple[float | None, tantivy.DocAddress]] = []
            if is_scored and are_first_as_typed(opened.searcher, wanted):
                places = _best(opened, guarded(build, is_as_typed=True), many)
            if len(places) < many:
                built = guarded(build)
                places = _best(opened, built, many) if is_scored else newest(opened, built, wanted, many, until)
            page = places[offset:]
            ids = opened.article_ids([address for _, address in page])
            return [(score, article) for (score, _), article in zip(page, ids, strict=True)]

        found = self._asked(look, opened) if limit else []
        return self._hits(found, wanted, offset)

    def facets(
        self,
        query: str,
        *,
        sites: Sequence[str] = (),
        since: date | datetime | None = None,
        until: date | datetime | None = None,
    ) -> Facets:
        """Count the articles that answer *query*, by site and by month."""
        return self.facets_ahead(query, sites=sites, since=since, until=until)()

    def facets_ahead(
        self,
        query: str,
        *,
        sites: Sequence[str] = (),
        since: date | datetime | None = None,
        until: date | datetime | None = None,
        beside: Executor | None = None,
    ) -> Callable[[], Facets]:
        """Begin to count, *beside* what the caller does; return what waits for the sums, to be called once.

        Raises QueryError at once. Without *beside* nothing is done before the sums are asked for.
        """
        wanted = parse(query)
        hidden = self._hidden()
        opened = self._up_to_date()
        # Each page of the hits asks for the same sums, and so does each other order.
        kept = _SUMS.setdefault(opened, {})
        key = (wanted, tuple(sites), since, until, hidden)
        if (found := kept.get(key)) is not None:
            return lambda: found

        build = partial(asked, query=wanted, sites=sites, since=since, until=until, is_scored=False, hidden=hidden)

        def count(opened: Opened, built: tantivy.Query) -> Facets:
            return _facets(guarded(opened.searcher.aggregate, built, _COUNTED))

        # Built before: two threads that run Python at once wait for each other.
        begun = beside.submit(count, opened, build(opened.schema)) if beside is not None else None

        def look(of: Opened) -> Facets:
            return begun.result() if begun is not None and of is opened else count(of, build(of.schema))

        def told() -> Facets:
            made = self._asked(look, opened)
            if len(kept) >= MOST_SUMS:
                kept.clear()
            kept[key] = made
            return made

        return told

    def _hidden(self) -> Hidden:
        """Return what must not be found (:mod:`archive.takedown`)."""
        listed = takedown(self._root)
        if not listed:
            return NONE_HIDDEN
        with self._catalog.browsing() as state:
            return Hidden(listed.sites, state.at(listed.keys))

    def _hits(self, found: list[tuple[float | None, str]], query: Query, offset: int) -> Iterator[Hit]:
        highlighter = Highlighter(query)
        for start in range(0, len(found), PAGE):
            page = found[start : start + PAGE]
            ids = [article for _, article in page]
            with self._catalog.following() as state:
                rows, states = state.hit_rows(ids), state.states(ids)
            for number, (score, article) in enumerate(page, offset + start + 1):
                if (row := rows.get(article)) is None:
                    continue  # retracted since the index was written
                title, snippet = highlighter.whole(row.title), highlighter.best((row.summary, row.text))
                yield Hit(
                    rank=number,
                    site=row.site,
                    url=row.url,
                    title=title.text,
                    published=page_time(row.published),
                    published_precision=row.published_precision,
                    snippet=snippet.text,
                    score=score,
                    state=states[article],
                    highlights=snippet.highlights,
                    title_highlights=title.highlights,
                    article=article,
                )

    def _asked(self, look: Callable[[Opened], T], opened: Opened) -> T:
        """Ask an index; one that turns out to be damaged is made anew, and asked again."""
        try:
            return look(opened)
        except (ValueError, OSError) as error:
            if "max expansions" in str(error):
                raise QueryError("query: too many words begin as the last of a phrase does; type more of it") from None
            logger.warning("index damaged", extra={"index": str(opened.folder), "cause": str(error)})
            self._opened = None
            if self._kept is not None:
                self._kept.forget()
            catch_up(self._root, self._catalog, anew=True, place=self._place)
            return look(self._open(current_folder(self._place)) or self._up_to_date())

    def _up_to_date(self) -> Opened:
        """Return the index, as far as it can be brought up with the catalog."""
        if self._kept is not None and (found := self._kept.opened()) is not None:
            return found
        if self._opened is None:
            self._opened = self._open(current_folder(self._place))
        elif self._level is not None and self._level == stamp_of(self._catalog.path):
            return self._opened
        stamp = stamp_of(self._catalog.path)
        with self._catalog.following() as state:
            if self._opened is not None and is_level(self._opened, state):
                self._level = stamp
                return self._opened
        self._level = None
        try:
            wait_s = self._first_s if self._opened is None else None
            done = catch_up(self._root, self._catalog, budget_s=self._budget_s, wait_s=wait_s, place=self._place)
            if done.anew is not None and done.anew != "there was none":
                logger.warning("index made anew", extra={"cause": done.anew, "articles": done.articles})
        except Busy:
            logger.warning("index searched as it is", extra={"cause": "another process is writing it"})
        except (NotWritable, DiskError) as error:
            return self._as_it_is(error)
        self._opened = self._open(current_folder(self._place)) or self._opened
        if self._opened is None:
            raise Busy(f"{self._root}: the index is being made by another process; search again when it is there")
        return self._opened

    def _as_it_is(self, reason: NotWritable | DiskError) -> Opened:
        """Return the index of an archive that can not be written; one for this search when there is none to use."""
        with self._catalog.following() as state:
            generation = state.generation()
            if self._opened is not None and self._opened.cursor.generation == generation:
                behind = state.count_after(self._opened.cursor.seq)
                told = {"cause": str(reason), "articles_behind": behind}
                logger.warning("index searched as it is", extra=told)
                return self._opened
        if self._place != self._root:
            raise reason
        self._place, self._opened = self._elsewhere.folder, None
        logger.warning("index kept elsewhere", extra={"cause": str(reason), "folder": str(self._place)})
        return self._up_to_date()

    @staticmethod
    def _open(folder: Path | None) -> Opened | None:
        """Open the index in a folder; null when it is none that this program can read."""
        if folder is not None:
            with suppress(ValueError, OSError):  # who may write makes it anew, and says so
                return Opened(folder)
        return None


def _facets(told: Any) -> Facets:
    by_site = {str(each["key"]): int(each["doc_count"]) for each in told["site"]["buckets"]}
    by_month = {each["key"]: each["doc_count"] for each in told["month"]["buckets"]}
    return Facets(
        articles=sum(by_site.values()) + told["site"]["sum_other_doc_count"],
        sites=tuple(sorted(by_site.items(), key=lambda each: (-each[1], each[0]))),
        months=tuple([(_month(each), by_month[each]) for each in sorted(by_month, reverse=True)]),
    )


@cache
def _month(number: int) -> str:
    """Return the name of a month, ``2025-06`` of 202506."""
    return f"{number // 100:04}-{number % 100:02}"


def is_level(opened: Opened, state: Following) -> bool:
    """Say whether an index holds all changes of a state of the catalog, and of that one."""
    return (opened.cursor.generation, opened.cursor.seq) == (state.generation(), state.last())


def _best(opened: Opened, query: tantivy.Query, many: int) -> list[tuple[float | None, tantivy.DocAddress]]:
    """Return the *many* best; of equals the newest, in whatever order the index holds them."""
    # Some more at once, which costs nothing: of two common words every second question ends among equals.
    asked_for = many + SPARE
    while True:
        found = guarded(opened.searcher.search, query, asked_for, count=False).hits
        is_cut = len(found) == asked_for and found[-1][0] == found[many - 1][0]
        if not is_cut or asked_for > many + MOST_EQUALS:
            break
        asked_for = many + 10 * (asked_for - many)
    end = min(many, len(found))
    while end < len(found) and found[end][0] == found[end - 1][0]:
        end += 1
    found = found[:end]
    dated = opened.searcher.fast_field_values("dated", [address for _, address in found])
    ordered = sorted(zip(found, dated, strict=True), key=lambda each: (-each[0][0], -(each[1] or 0)))
    return [(float(score), address) for (score, address), _ in ordered[:many]]
