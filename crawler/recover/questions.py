"""What is asked of an index about a Department, and which of the rows are its own. Pure.

Each host of the site file is asked for with and without ``www.``, in the days of its validity; without a scheme, so
that http and https are both found. The path scope makes the question smaller where it begins with plain letters;
what a row belongs to is decided by the scope rule alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from urllib.parse import urlencode

from archive.times import UTC, VN, parse_timestamp14, timestamp14
from crawler.recover.rows import Row
from crawler.recover.sources import Kind
from crawler.sites import Host, Site, split_target

Match = Literal["host", "prefix", "exact"]

FIELDS = "timestamp,original,mimetype,statuscode,digest,length"
"""What a Wayback index is asked for (``fl``)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask of an index."""

    api: str
    """Address of the index."""
    url: str
    """Host, or host and path, without a scheme; an address when ``match`` is ``exact``."""
    match: Match
    since: str = ""
    """First second, 14 digits; empty when there is no bound."""
    until: str = ""


def questions_of(site: Site, api: str, since: date | None = None, until: date | None = None) -> Iterator[Question]:
    """Yield what to ask for all hosts of a site; each once. *since* and *until* are days in Vietnam."""
    asked = set()
    for host in site.hosts:
        first, last = _bounds(host, since, until)
        if first and last and first > last:
            continue
        prefix = scope_prefix(host.scope)
        for name in with_and_without_www(host.host):
            question = Question(api, name + prefix, "prefix" if prefix else "host", first, last)
            if question not in asked:
                asked.add(question)
                yield question


def with_and_without_www(host: str) -> tuple[str, str]:
    """Return both names of a host.

    >>> with_and_without_www("www.a.vn"), with_and_without_www("a.vn")
    (('www.a.vn', 'a.vn'), ('a.vn', 'www.a.vn'))
    """
    return (host, host[4:]) if host.startswith("www.") else (host, f"www.{host}")


def scope_prefix(scope: str) -> str:
    r"""Return the plain path that all targets of a scope begin with, without its query; empty when there is none.

    >>> scope_prefix(r"(?i)/HtmlView\.aspx\?(?:.*&)?siteid=60"), scope_prefix("/.*"), scope_prefix("/a|/b")
    ('/HtmlView.aspx', '', '')
    """
    pattern = re.sub(r"^\(\?[a-z]+\)", "", scope)
    if "|" in re.sub(r"\\.|\([^()]*\)", "", pattern):
        return ""
    plain = ""
    for part in re.finditer(r"\\([^\w])|([\w/~%=&;,@:-])|(.)", pattern):
        if part[3] is not None:
            if part[3] in "*?{":  # the letter before may be missing
                plain = plain[:-1]
            break
        plain += part[1] or part[2]
    plain = plain.partition("?")[0]
    return plain if len(plain) > 1 else ""


def address_of(kind: Kind, question: Question, position: str, rows: int) -> str:
    """Return the address that asks a question from *position* on: a resume key, or the number of a page.

    *rows* is how many a Wayback index is to give at once.

    >>> address_of("commoncrawl", Question("http://i/CC-1-index", "a.vn", "host"), "2", 10)
    'http://i/CC-1-index?url=a.vn&matchType=host&output=json&page=2'
    """
    asked: dict[str, str | int] = {"url": question.url, "matchType": question.match, "output": "json"}
    asked |= {name: value for name, value in (("from", question.since), ("to", question.until)) if value}
    if kind == "wayback":
        asked |= {"fl": FIELDS, "limit": rows, "showResumeKey": "true"}
        asked |= {"resumeKey": position} if position else {}
    elif kind == "commoncrawl":
        asked["page"] = position or "0"
    return f"{question.api}?{urlencode(asked)}"


def is_wanted(site: Site, row: Row, since: date | None = None, until: date | None = None) -> bool:
    """Say whether a row is the Department's: its host, in the scope and the days of it, and within the bounds asked."""
    day = day_of(row.timestamp)
    if (since is not None and day < since) or (until is not None and day > until):
        return False
    return any(site.claims(url, day) for url in spellings(row.url))


def spellings(url: str) -> tuple[str, str]:
    """Return an address with and without ``www.``."""
    try:
        _, host, _ = split_target(url)
    except ValueError:
        return url, url
    _, other = with_and_without_www(host)
    return url, re.sub(r"(?i)(?<=://)[^/?#]*", other, url, count=1)


def day_of(timestamp: str) -> date:
    """Return the day of a capture in Vietnam."""
    return parse_timestamp14(timestamp).astimezone(VN).date()


def indexes_of(collections: object, since: date | None, until: date | None) -> list[str]:
    """Return the addresses of the indexes that ``collinfo.json`` lists, of those that meet the days asked for.

    Raises ValueError when it is no such list.

    >>> indexes_of([{"id": "CC-MAIN-2015-06", "cdx-api": "http://i/1", "to": "2015-02-01"}], date(2016, 1, 1), None)
    []
    """
    if not isinstance(collections, list):
        raise ValueError("no list of indexes")
    found = []
    for entry in collections:
        api = entry.get("cdx-api") if isinstance(entry, Mapping) else None
        if not isinstance(api, str) or not re.match(r"https?://", api):
            raise ValueError("an entry without cdx-api")
        first, last = _day(entry.get("from")), _day(entry.get("to"))
        if (until is None or first is None or first <= until) and (since is None or last is None or last >= since):
            found.append(api)
    return list(dict.fromkeys(found))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _bounds(host: Host, since: date | None, until: date | None) -> tuple[str, str]:
    first = max(filter(None, (host.since, since)), default=None)
    last = min(filter(None, (host.until, until)), default=None)
    start = _stamp(first) if first else ""
    return start, _stamp(last + timedelta(days=1), -1) if last else ""


def _stamp(day: date, seconds: int = 0) -> str:
    moment = datetime.combine(day, time(), VN) + timedelta(seconds=seconds)
    return timestamp14(moment.astimezone(UTC))
