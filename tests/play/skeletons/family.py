"""What the skeletons of families share: plain shapes of a body, pages of a list, one list of teasers.

A family's module ``family_<name>`` has:

- ``page(article, chrome)`` and ``listing(chrome, teasers, pager)``, which give templates;
- ``date(published)``: the date line as printed, and what is printed of it;
- ``UPLOADS``: where pictures and documents lie (``{year} {month} {name}``);
- ``HAS_LEAD``: whether the lead is set apart from the body;
- ``HAS_FIELDS``: whether writers and source stand in fields of their own, and not below the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes
from tests.play.truth import PlayedArticle

PLAIN = Shapes(
    p='<p style="text-align: justify;">{}</p>',
    lead="<p><strong>{}</strong></p>",
    heading="<h3>{}</h3>",
    quote="<blockquote><p>{}</p></blockquote>",
    gap="<p>&nbsp;</p>",
    picture='<p style="text-align: center;"><img src="{src}"{alt} width="600" height="400" /></p>',
    captioned='<p style="text-align: center;"><img src="{src}"{alt} width="600" height="400" /></p>\n'
    '<p style="text-align: center;"><em>{caption}</em></p>',
    table='<table border="1"><tbody>{}</tbody></table>',
    row="<tr>{}</tr>",
    cell="<td>{}</td>",
    signed='<p style="text-align: right;"><strong>{}</strong></p>',
)
"""What editors of most systems write."""


@dataclass(frozen=True, slots=True)
class Pager:
    """Which page of a list is shown."""

    number: int
    """From 1."""
    count: int
    address: Callable[[int], str]
    """Target of a page by its number."""

    @property
    def next(self) -> str | None:
        """Target of the next page, ready for an attribute."""
        return escape(self.address(self.number + 1)) if self.number < self.count else None

    def links(self, form: str = '<a href="{href}">{number}</a>', here: str = "<span>{number}</span>") -> str:
        """Return the numbers of all pages, each but this one a link."""
        made = []
        for number in range(1, self.count + 1):
            shape = here if number == self.number else form
            made.append(shape.format(href=escape(self.address(number)), number=number))
        return "\n".join(made)


def unsigned(article: PlayedArticle) -> PlayedArticle:
    """Return *article* without the lines that name writers and source, which stand elsewhere."""
    return replace(article, byline=None, source_line=None)


def crumbs(chrome: Chrome, form: str = '<a href="{href}">{label}</a>', between: str = " » ") -> str:
    """Return the breadcrumb's links."""
    return between.join(form.format(href=escape(one.href), label=escape(one.label)) for one in chrome.crumbs)


def others(chrome: Chrome, form: str) -> str:
    """Return the neighbours of an article."""
    return parts.teasers(chrome.others[:5], form)


def documents(article: PlayedArticle, form: str = '<a href="{url}">{title}</a>') -> str:
    """Return the links to the documents that stand below the body."""
    return "\n".join(form.format(url=parts.local(one.url), title=escape(one.title)) for one in article.attached)


def body(article: PlayedArticle, ink: Ink, shapes: Shapes = PLAIN) -> str:
    """Return the body in an editor's plain shapes."""
    return shapes.body(article, ink)
