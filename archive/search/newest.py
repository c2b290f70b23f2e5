"""The newest articles that answer a query, without looking at all of them.

A query that many articles answer is asked of the latest months first, of as many as should hold enough answers; of
more when they did not. What is found in the latest months is newer than all else, so the result is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import tantivy
from tantivy import Occur, Query

from archive.catalog.times import end_moment, utc_time
from archive.search.index import Opened, guarded
from archive.search.query import Query as Asked
from archive.times import VN

FEW = 3_000
"""Of so many answers all are looked at: that takes no longer than to choose months."""
SPARE = 4.0
"""Months are to hold so many times the answers that are needed, for words keep company."""
WIDER = 8.0


def newest(
    opened: Opened, query: tantivy.Query, asked: Asked, many: int, until: date | datetime | None
) -> list[tuple[None, tantivy.DocAddress]]:
    """Return the *many* newest documents that answer *query*, which is *asked* in tantivy's words."""
    for months in _widening(opened, _expected(opened, asked), many, until):
        narrowed = query
        if months:
            latest = Query.const_score_query(Query.term_set_query(opened.schema, "month", months), 0.0)
            narrowed = Query.boolean_query([(Occur.Must, query), (Occur.Must, latest)])
        found = guarded(opened.searcher.search, narrowed, many, count=False, order_by_field="dated").hits
        if len(found) == many or not months:
            return [(None, address) for _, address in found]
    raise AssertionError("the last time all months are asked")


def _expected(opened: Opened, asked: Asked) -> float:
    """Return how many articles should answer, were words strewn over them at random."""
    every = max(opened.searcher.num_docs, 1)
    expected = float(every)
    for group in asked.wanted:
        share = 0.0
        for term in group:
            if term.is_prefix or len(term.words) > 1:
                return 0.0  # nothing is known of what stands side by side
            share += opened.searcher.doc_freq(term.part, term.words[0]) / every
        expected *= min(share, 1.0)
    return expected


def _widening(opened: Opened, expected: float, many: int, until: date | datetime | None) -> Iterator[list[int]]:
    """Yield months to ask, more and more of them; at last none, which stands for all."""
    if expected > FEW:
        last = _month(until) if until is not None else None
        months = [(month, articles) for month, articles in opened.months if last is None or month <= last]
        every = sum(articles for _, articles in opened.months)
        wanted = SPARE * many * every / expected
        while wanted < every / 2:
            chosen, held = [], 0
            for month, articles in months:
                chosen.append(month)
                held += articles
                if held >= wanted:
                    break
            yield chosen
            wanted *= WIDER
    yield []


def _month(until: date | datetime) -> int:
    # A month too many does no harm, and Vietnam's calendar ends before that of UTC.
    local = min(utc_time(end_moment(until)), datetime.max.replace(tzinfo=VN)).astimezone(VN)
    return local.year * 100 + local.month
