"""What a site is expected to give, held against what the archive has of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from archive.model import Article
from archive.report import Expectation
from archive.times import VN
from crawler.sites import Expect

EMPTY_MOST = 0.5
"""A field that is empty in more than this share of the articles of a crawl is not read any more."""


def look(expect: Expect, newest: datetime | None, read: Iterable[Article], now: datetime) -> tuple[Expectation, ...]:
    """Return each expectation of a site with what was found.

    *newest* is when its newest article was published, *read* are the articles of the crawl that ended *now*.
    """
    found = []
    if expect.new_within_days is not None:
        found.append(_is_new(expect.new_within_days, newest, now))
    if expect.fields:
        articles = list(read)
        found += [_is_filled(name, articles) for name in expect.fields if articles]
    return tuple(found)


def _is_new(most: int, newest: datetime | None, now: datetime) -> Expectation:
    if newest is None:
        told = f"no article is held, one within {most} days was expected"
        return Expectation("new_within_days", False, None, most, told)
    day = newest.astimezone(VN).date()
    silent = max(0, (now.astimezone(VN).date() - day).days)
    told = f"the newest article is of {day}, {silent} days ago; one within {most} days was expected"
    return Expectation("new_within_days", silent <= most, silent, most, told)


def _is_filled(name: str, articles: list[Article]) -> Expectation:
    empty = sum(not getattr(article, name) for article in articles)
    share = empty / len(articles)
    told = f"{name} is empty in {empty} of the {len(articles)} articles read; at most half was expected"
    return Expectation(f"fields.{name}", share <= EMPTY_MOST, round(share, 3), EMPTY_MOST, told)
