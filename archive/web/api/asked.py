"""The parameters of the API: what they may be, and what they mean."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BeforeValidator, WithJsonSchema

from archive.times import VN

MAX_ITEMS = 100
"""Articles, pictures and hits of a page."""
MAX_CAPTURES = 1_000
MAX_TEXT = 2_000
"""Characters of a parameter."""
_YEARS = range(1000, 9999)
"""With a zone or a day more they stay in the calendar."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def moment_of(value: Any) -> date | datetime:
    """Return a day, or a time; one without a zone is in Vietnam.

    >>> moment_of("2025-06-11"), moment_of("2025-06-11T10:16:00+07:00").isoformat()
    (datetime.date(2025, 6, 11), '2025-06-11T10:16:00+07:00')
    """
    text = str(value)
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise ValueError(f'"{text[:40]}" is no date; write it as 2025-06-11 or 2025-06-11T10:16:00+07:00')
    if isinstance(found, datetime) and found.tzinfo is None:
        return found.replace(tzinfo=VN)
    return found


def end_of(moment: date | datetime | None) -> datetime | None:
    """Return a time as it is, and the last second of a day in Vietnam."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, 23, 59, 59, 999_999, VN)


def version_of(value: Any) -> int | date | datetime:
    """Return the number of a version, or the time at which it was shown."""
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else moment_of(text)


_TIME_FORMS = [
    {"type": "string", "format": "date", "pattern": r"^[1-8][0-9]{3}-[0-9]{2}-[0-9]{2}$"},
    {"type": "string", "format": "date-time", "pattern": r"^[1-8][0-9]{3}-"},
]
_TIME: dict[str, Any] = {"anyOf": _TIME_FORMS}
_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 999_999_999}

Moment = Annotated[Any, BeforeValidator(moment_of), WithJsonSchema(_TIME)]
Which = Annotated[Any, BeforeValidator(version_of), WithJsonSchema({"anyOf": [_NUMBER, *_TIME_FORMS]})]

Since = Annotated[
    Moment | None,
    Query(
        description="First date of publication (without one: of capture); a day is a whole day in Vietnam.",
        openapi_examples={"day": {"value": "2025-02-01"}},
    ),
]
Until = Annotated[
    Moment | None, Query(description="Last date, included.", openapi_examples={"day": {"value": "2025-12-31"}})
]
At = Annotated[
    Moment | None,
    Query(description="As it was then; a day: at its end.", openapi_examples={"day": {"value": "2025-03-02"}}),
]
Site = Annotated[
    str | None, Query(max_length=200, description="Site id.", openapi_examples={"site": {"value": "ha_tinh"}})
]
SiteIds = Annotated[
    list[str] | None,
    Query(alias="site", max_length=100, description="Site id; several may be given.",
          openapi_examples={"site": {"value": ["ha_tinh"]}}),
]  # fmt: skip
Url = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_TEXT,
        description="Address on the site; scheme, `www.` and a slash at the end do not matter.",
        openapi_examples={"url": {"value": "https://skhcn.hatinh.gov.vn/tin/giong-lua-moi"}},
    ),
]
Limit = Annotated[int, Query(ge=1, le=MAX_ITEMS, description="Most items of a page.")]
ManyLimit = Annotated[int, Query(ge=1, le=MAX_CAPTURES, description="Most items of a page.")]
Cursor = Annotated[
    str | None,
    Query(min_length=1, max_length=MAX_TEXT, description="`next` of the page before; none for the first page."),
]
ArticleId = Annotated[
    str,
    Path(
        pattern="^[0-9a-f]{32}$",
        description="Article id: 32 hexadecimal digits.",
        openapi_examples={"id": {"value": "0b7e1f6a52c94d0e8a3c5b7d9f1e2a4c"}},
    ),
]
CaptureId = Annotated[
    str,
    Path(
        pattern="^[0-9A-Za-z:._-]{1,200}$",
        description="Capture id, with or without `urn:uuid:`.",
        openapi_examples={"id": {"value": "urn:uuid:6f1c1a52-0b5e-4f0e-8c60-1d2f3a4b5c6d"}},
    ),
]
Words = Annotated[
    str,
    Query(
        min_length=1,
        max_length=MAX_TEXT,
        description='What is looked for, with or without accents: words, "phrases", `OR`, `-word`, `begin*`, `title:`.',
        openapi_examples={"words": {"value": "giống lúa"}},
    ),
]
