"""What is held of some sites over the years, and how it came here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from archive.catalog.tables import articles, captures, versions

Place = tuple[str, int, str]
"""Site id, year in Vietnam, and origin."""
_PART = 500
_NEW_YEAR = "12-31T17"
"""When the next year begins in Vietnam, as it stands in a time of UTC."""


@dataclass(frozen=True, slots=True)
class Held:
    """Captures and articles, counted by site, year and origin."""

    captures: Counter[Place] = field(default_factory=Counter)
    """By the year of the capture."""
    articles: Counter[Place] = field(default_factory=Counter)
    """By the year of publication (without a date: of capture); the origin is that of the latest version."""


def held_of(connection: Connection, sites: Sequence[str], but: Collection[str], keys: Collection[str]) -> Held:
    """Count what is held of *sites*; the articles *but* (ids) and captures at the identity *keys* are left out."""
    made = _by_year(captures.c.site, captures.c.date).where(captures.c.site.in_(sites))
    told = (
        _by_year(articles.c.site, versions.c.dated)
        .select_from(articles)
        .join(versions, versions.c.id == articles.c.current)
        .join(captures, captures.c.id == versions.c.capture)
        .where(articles.c.site.in_(sites))
    )
    held = Held()
    _add(held.captures, connection, made, 1)
    _add(held.articles, connection, told, 1)
    for some in _parts(keys):
        _add(held.captures, connection, made.where(captures.c.key.in_(some)), -1)
    for some in _parts(but):
        _add(held.articles, connection, told.where(articles.c.id.in_(some)), -1)
    return held


def _by_year(site: ColumnElement[str], date: ColumnElement[str]) -> Select[Any]:
    columns = site, func.substr(date, 1, 4), func.substr(date, 6, 8) >= _NEW_YEAR, captures.c.origin
    return select(*columns, func.count()).group_by(*columns)


def _add(counts: Counter[Place], connection: Connection, query: Select[Any], sign: int) -> None:
    for site, year, is_next, origin, number in connection.execute(query):
        counts[site, int(year) + bool(is_next), origin] += sign * number


def _parts(names: Collection[str]) -> list[list[str]]:
    every = sorted(names)
    return [every[start : start + _PART] for start in range(0, len(every), _PART)]
