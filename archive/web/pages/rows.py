"""Rows of lists as HTML, made here: a template takes three times as long, and a page has a hundred of them.

All that comes from an archive or from who asks is escaped where it is put in.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from fastapi import Request
from markupsafe import Markup

from archive.catalog.browse import Line
from archive.search.search import Hit
from archive.web import forms
from archive.web.links import Varied, language_of, linker, to_articles
from archive.web.pages.marks import marked
from archive.web.sites import Registry
from archive.web.templating import timed
from archive.web.words import translate

WORDS = ("không ghi ngày", "lưu", "đã bị gỡ khỏi trang gốc")
"""What rows say besides."""


class Rows:
    """Makes the rows of one page."""

    def __init__(self, request: Request, sites: Registry, again: Varied) -> None:
        """Make rows of a list that *again* leads to, narrowed otherwise."""
        self._language, self._sites, self._again = language_of(request), sites, again
        self._article, self._link = to_articles(request), linker(request)
        self._known: dict[str, str] = {}
        self._undated, self._kept, self._gone = (escape(translate(self._language, each)) for each in WORDS)

    def hits(self, found: Iterable[Hit]) -> Markup:
        """Return what a search found."""
        return _joined(map(self._hit, found))

    def lines(self, found: Iterable[Line]) -> Markup:
        """Return articles as they are listed."""
        return _joined(map(self._line, found))

    def sites(self, counts: Iterable[tuple[str, int]], chosen: list[str]) -> Markup:
        """Return Departments, each with its articles; one that is chosen leads to the list without it."""
        address, without = self._again.by("site"), escape(self._again(site=[]))
        return _joined(
            _choice(
                without if site in chosen else address(site),
                f'<span lang="vi">{_escaped(self._sites.short(site))}</span>',
                forms.number(count, self._language),
                is_chosen=site in chosen,
            )
            for site, count in counts
        )

    def times(self, counts: Iterable[tuple[str, int]], chosen: str) -> Markup:
        """Return years and months, each with its articles; one that is chosen leads to the list without it."""
        address, without = self._again.by("when"), escape(self._again(when=None))
        return _joined(
            _choice(
                without if name == chosen else address(name),
                f"<span>{_escaped(forms.month(name, self._language))}</span>",
                forms.number(count, self._language),
                is_chosen=name == chosen,
                is_inner=len(name) > 4,
            )
            for name, count in counts
        )

    def _hit(self, hit: Hit) -> str:
        when: str = timed(self._language, hit.published, hit.published_precision) or self._undated
        if hit.state == "gone":
            when = f'{when} · <span class="gone">{self._gone}</span>'
        title, lead = marked(hit.title, hit.title_highlights), marked(hit.snippet, hit.highlights)
        return self._row(hit.article, hit.site, title, when, lead)

    def _line(self, line: Line) -> str:
        if line.published is not None:
            when: str = timed(self._language, line.published, line.precision)
        else:
            when = f"{self._undated}, {self._kept} {timed(self._language, line.captured, 'day')}"
        return self._row(line.id, line.site, escape(line.title), when, escape(line.lead))

    def _row(self, article: str, site: str, title: str, when: str, lead: str) -> str:
        return (
            f'<li>\n<a class="title" lang="vi" href="{escape(self._article(article))}">{title}</a>\n'
            f'<p class="facts">{self._site(site)} · {when}</p>\n<p class="lead" lang="vi">{lead}</p>\n</li>\n'
        )

    def _site(self, site: str) -> str:
        if (found := self._known.get(site)) is None:
            address, name = escape(self._link(f"/sites/{site}")), _escaped(self._sites.short(site))
            found = self._known[site] = f'<a lang="vi" href="{address}">{name}</a>'
        return found


def _choice(address: str, name: str, number: str, *, is_chosen: bool, is_inner: bool = False) -> str:
    inner, current = ' class="inner"' if is_inner else "", " aria-current=true" if is_chosen else ""
    return f'<li{inner}><a href="{address}"{current}>{name} <span class="n">{number}</span></a></li>\n'


_escaped = lru_cache(maxsize=4_096)(escape)
"""The same for names, which are few."""


def _joined(rows: Iterable[str]) -> Markup:
    return Markup("".join(rows))  # noqa: S704
