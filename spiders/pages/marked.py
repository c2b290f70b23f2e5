"""Articles of known markup: exact selectors first, evidence for what they do not find.

A family's class names where its fields stand; nothing else of the page is asked for them.
Body, captions, bylines and documents are then read from the lines of the body's element
alone, by the same rules as on pages of unknown markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from functools import cached_property
from typing import ClassVar

from lxml import etree

from archive.model import NotAnArticle
from crawler.bylines import Byline, parse_byline
from crawler.clean import key, line
from crawler.dates import PrintedDate, parse_vi_datetime
from crawler.page import Page
from crawler.selecting import xpath_find
from spiders.pages.evidence import Item, items_of
from spiders.pages.evident import EvidenceArticle
from spiders.pages.reading import Reading, missing_in, read, read_lines
from spiders.pages.shaping import without_null

_WITHIN_WORDS = frozenset(("b", "strong", "i", "em", "u", "font", "sub", "sup", "mark"))


def find(root: etree._Element, *selectors: str) -> list[etree._Element]:
    """Return what the first of the CSS selectors with any match finds in a part of a page (see :meth:`Page.find`)."""
    return next((found for selector in selectors if (found := xpath_find(root, selector))), [])


def blind_of(page: Page) -> tuple[str, ...]:
    """Return the names of a page class's selectors of which none finds anything on *page*."""
    names = sorted({name for each in type(page).__mro__ for name in vars(each) if name.endswith("_at")})
    return tuple(name for name in names if getattr(page, name) and not page.find(*getattr(page, name)))


def said(element: etree._Element | None) -> str:
    """Return the words of an element as one line, without Liferay's null before them.

    Bold and slanted letters do not cut a word, other tags do.

    >>> said(etree.HTML("<h1><b>H</b>ội nghị<span>2024</span></h1>"))
    'Hội nghị 2024'
    >>> said(etree.HTML("<h2>null Mở vườn ươm</h2>"))
    'Mở vườn ươm'
    """
    if element is None:
        return ""
    if not len(element):
        return without_null(line(str(element.text or "")))
    pieces: list[str] = []
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        text = inner.text if event == "start" else inner.tail if inner is not element else None
        pieces += ("" if inner.tag in _WITHIN_WORDS else " ", str(text or ""))
    return without_null(line("".join(pieces)))


class MarkedArticle(EvidenceArticle):
    """Base of the families: of the CSS selectors of a field the first that finds words counts."""

    needed: ClassVar[tuple[str, ...]] = ("title_at", "body_at")
    title_at: ClassVar[tuple[str, ...]] = ()
    """Where the headline stands."""
    date_at: ClassVar[tuple[str, ...]] = ()
    """Where the date of publication stands, be it with other words."""
    summary_at: ClassVar[tuple[str, ...]] = ()
    """Where the lead stands."""
    body_at: ClassVar[tuple[str, ...]] = ()
    """The element of the body. Found without a word or a picture, it is empty, and nothing else is the body."""
    author_at: ClassVar[tuple[str, ...]] = ()
    """Where the writers stand."""
    source_at: ClassVar[tuple[str, ...]] = ()
    """Where the source stands."""
    section_at: ClassVar[tuple[str, ...]] = ()
    """The links of the breadcrumb; the last that is not the headline counts."""
    tags_at: ClassVar[tuple[str, ...]] = ()
    """The keywords."""
    files_at: ClassVar[tuple[str, ...]] = ()
    """Elements beside the body that list documents."""
    noise_at: ClassVar[tuple[str, ...]] = ()
    """Elements within the body that are none of it."""
    items_at: ClassVar[tuple[str, ...]] = ()
    """The items of a list: two or more, and no body, make a page no article."""

    def blind(self) -> tuple[str, ...]:
        return tuple(name for name in blind_of(self) if name != "items_at")

    @cached_property
    def listed(self) -> list[etree._Element]:
        """The items of a list."""
        return self.find(*self.items_at)

    @cached_property
    def body(self) -> etree._Element | None:
        """The element of the body; what an item of a list has is none."""
        listed = set(self.listed)
        found = self.find(*self.body_at)
        return next((each for each in found if not listed or listed.isdisjoint(each.iterancestors())), None)

    @cached_property
    def evidence(self) -> Reading:
        """What the page tells without its marks."""
        return read(self, self.date_place, self.date_shape)

    @cached_property
    def reading(self) -> Reading:
        if self.body is None:
            return self.evidence
        marked = Reading(title=self._marked(self.title_at) or self.evidence.title)
        date_text = self._beside_body(self.date_at)
        marked.date = self._date(date_text)
        if marked.date is None and key(self.evidence.title or "") == key(marked.title or ""):
            marked.date = self.evidence.date
        parts = [self.body, *self.find(*self.files_at)]
        read_lines(self, self._own(parts, marked.title or ""), marked, date_text)
        self._drop_lead(marked)
        marked.byline = self._byline(marked.byline)
        marked.tags += [text for text in map(said, self.find(*self.tags_at)) if text]
        return marked

    @property
    def missing(self) -> str | None:
        # No part of the reading: what holds its page is not freed before somebody looks for cycles.
        return super().missing if self.body is None else missing_in(block.text for block in self.blocks)

    def refusal(self) -> NotAnArticle | None:
        refused = super().refusal()
        if self.body is None and len(self.listed) > 1 and (refused is None or refused.reason != "soft_404"):
            return NotAnArticle("section_list", self.head_title)
        return refused

    def title(self) -> str | None:
        return self._marked(self.title_at) or super().title()

    def summary(self) -> str | None:
        return self._marked(self.summary_at)

    def printed_section(self) -> str | None:
        trail = [said(element) for element in self.find(*self.section_at)]
        names = [name for name in trail if name and key(name) not in ("trang chủ", "home", key(self.title() or ""))]
        return names[-1] if names else super().printed_section()

    def _marked(self, selectors: tuple[str, ...]) -> str | None:
        """Return the first words that one of the selectors finds."""
        if selectors not in self._found:
            found = (said(element) for selector in selectors for element in self.find(selector))
            self._found[selectors] = next((text for text in found if text), None)
        return self._found[selectors]

    @cached_property
    def _found(self) -> dict[tuple[str, ...], str | None]:
        """What selectors found: the headline is asked for by most fields."""
        return {}

    def _beside_body(self, selectors: Iterable[str]) -> str:
        """Return the words that the selectors find nearest to the body: a page's head may print today's date alike."""
        elements = (element for selector in selectors for element in self.find(selector))
        found = [(element, text) for element in elements if (text := said(element))]
        if len(found) < 2:
            return found[0][1] if found else ""
        around = set(self.body.iterancestors()) if self.body is not None else set()
        return max(found, key=lambda each: len(around.intersection(each[0].iterancestors())))[1]

    def _date(self, text: str) -> PrintedDate | None:
        """Return the date in the words of the date's element."""
        found = parse_vi_datetime(text)
        return found if found.reason != "absent" else None

    def _byline(self, byline: Byline) -> Byline:
        """Add whom the marks of writers and source name."""
        if author := self._marked(self.author_at):
            names = parse_byline(author) or parse_byline(f"Tác giả: {author}")
            if names is not None and names.authors:
                byline = byline._replace(authors=names.authors)
            if names is not None and names.photographers:
                byline = byline._replace(photographers=names.photographers)
        if source := self._marked(self.source_at):
            byline = byline._replace(source=source.removeprefix("Nguồn").lstrip(" :") or None)
        return byline

    def _own(self, elements: Sequence[etree._Element], title: str) -> list[Item]:
        """Return the lines and pictures in the elements, less buttons, boxes and what repeats the headline."""
        kept: list[Item] = []
        for item in items_of(self._part(elements)):
            block = item.block
            if item.ends:
                break
            small = block.picture is not None and item.link in ("button", "page") and (block.picture.width or 999) < 200
            led = item.link in ("article", "button", "page", "self") and block.linked >= 0.8 and block.picture is None
            head = item.date is not None or item.key == key(title)
            early = head and not any(other.strong for other in kept)
            if not (block.chrome or block.form or item.noise or small or led or (early and block.picture is None)):
                kept.append(item)
        return kept

    def _part(self, elements: Sequence[etree._Element]) -> Page:
        """Return a page of nothing but copies of the elements, without their noise."""
        holder = etree.Element("div")
        for element in elements:
            copy = deepcopy(element)
            copy.tail = None
            holder.append(copy)
        for selector in (*self.noise_at, *self.summary_at, *self.author_at):
            if self._elements.may_find(selector):
                for element in find(holder, selector):
                    _drop(element)
        part = Page(self.site, self.url, self.captured, self.payload, self.via)
        vars(part).update(root=holder, base=self.base, _decoded=self._decoded)
        return part

    def _drop_lead(self, marked: Reading) -> None:
        """Leave out a first paragraph that says the lead again."""
        lead = self.summary()
        if lead and marked.paragraphs and key(marked.paragraphs[0]) == key(lead):
            del marked.paragraphs[0]


def _drop(element: etree._Element) -> None:
    """Take an element out of its tree; the words after it stay."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    element.tail = None
    parent.remove(element)
