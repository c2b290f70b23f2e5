"""To which site the records of other programs belong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date

from archive.digests import address_hash
from archive.foreign import ForeignExchange
from archive.times import VN, parse_warc_date
from archive.warc.captures import told_by
from archive.warc.record import Record
from crawler.claims import claimant
from crawler.seeds import undeclared_id
from crawler.sites import Site, split_target

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
UNKNOWN = "unknown"


class Belonging:
    """Places exchanges, in the order of their file. The first of these that fits:

    1. The site that was named for all.
    2. The declared site in whose hosts and scopes the address lies, of several the one of its day.
    3. Of what is no page (pictures, style sheets, documents, redirects): the site of the address
       that asked for it, by ``via`` or the Referer; so the files of an article meet it.
    4. Of the same: the declared site of the host, whatever the scope.
    5. The undeclared site of the host. Pages of other offices on a shared host go there too.

    What has no web address goes where most of its file goes.
    """

    def __init__(self, sites: Iterable[Site], named: str | None = None) -> None:
        self._named = named
        self._hosts: dict[str, list[Site]] = {}
        for site in sites:
            for host in site.hosts:
                entries = self._hosts.setdefault(host.host, [])
                if site not in entries:
                    entries.append(site)
        self._placed: dict[int, str] = {}
        self._counts: Counter[str] = Counter()

    def place(self, exchange: ForeignExchange) -> str | None:
        """Return the site of an exchange; null when only the whole file can tell (see :meth:`most`)."""
        if self._named is not None:
            return self._named
        url = web_address((exchange.answer or exchange.records[0]).url)
        site = self._of(url, exchange) if url else None
        if site is not None:
            self._counts[site] += 1
        return site

    def most(self) -> str:
        """Return the site to which most exchanges went so far."""
        best = min(self._counts.items(), key=lambda entry: (-entry[1], entry[0]), default=(undeclared_id(UNKNOWN), 0))
        return self._named or best[0]

    def next_file(self) -> None:
        """Count anew."""
        self._counts.clear()

    def _of(self, url: str, exchange: ForeignExchange) -> str | None:
        host = _host(url)
        if not host:
            return None
        day = _day(exchange.answer or exchange.records[0])
        if (declared := self._declared(url, host, day)) is not None:
            return declared
        site = undeclared_id(host)
        if not _is_page(exchange.answer):
            known = self._hosts.get(host)
            by_host = known[0].id if known else site
            site = self._of_asker(told_by(exchange.records).get("via") or "", day) or by_host
        self._placed[address_hash(url)] = site
        return site

    def _declared(self, url: str, host: str, day: date) -> str | None:
        site = claimant(self._hosts.get(host, ()), url, day)
        return site.id if site is not None else None

    def _of_asker(self, via: str, day: date) -> str | None:
        host = _host(via)
        if not host:
            return None
        return self._declared(via, host, day) or self._placed.get(address_hash(via)) or undeclared_id(host)


def web_address(url: str) -> str | None:
    """Return the web address in a record's address, null when there is none.

    >>> web_address("urn:pageinfo:https://a.vn/tin"), web_address("dns:a.vn"), web_address("metadata://gnu.org/x")
    ('https://a.vn/tin', 'http://a.vn/', None)
    """
    match = re.search(r"https?://.*", url, re.DOTALL)
    if match is not None:
        return match[0]
    return f"http://{url[4:]}/" if url.startswith("dns:") else None


def _day(record: Record) -> date:
    try:
        return parse_warc_date(record.get("WARC-Date") or "").astimezone(VN).date()
    except ValueError:
        return date.max


def _host(url: str) -> str:
    try:
        scheme, host, _ = split_target(url)
    except ValueError:
        return ""
    return host if scheme in ("http", "https") else ""


def _is_page(answer: Record | None) -> bool:
    if answer is None:
        return False
    head = answer.head()
    return head.mime in _PAGES and not 300 <= (head.status or 0) < 400
