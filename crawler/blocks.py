"""A page as a reader sees it: one sequence of lines and pictures, each with how it looks and where it stands.

The tree is walked once. A line ends at a block element, at ``<br>`` and at a
picture; inline tags never end it, so words cut by tags are whole again. What a
browser does not show (scripts, hidden elements, form fields) is not there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from crawler.clean import line

_BLOCK = frozenset(
    (
        "html body address article aside blockquote caption center dd details dialog dir div dl dt fieldset figcaption "
        "figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main marquee menu nav ol optgroup "
        "option p pre section summary table tbody td tfoot th thead tr ul"
    ).split()
)
_UNSEEN = frozenset(
    (
        "script style noscript template head select button textarea iframe object embed applet svg math canvas audio "
        "video map datalist input title meta link noframes progress meter"
    ).split()
)
_BOLD = frozenset(("b", "strong", "th"))
_ITALIC = frozenset(("i", "em", "cite", "dfn"))
_CHROME = frozenset(("nav", "footer", "aside", "menu"))
_CHROME_ROLES = frozenset(("navigation", "contentinfo", "complementary", "search", "menubar", "menu", "dialog"))
_ALIGNED = frozenset(("p", "div", "td", "th", "tr", "tbody", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "section"))
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url")
_STYLE_ALIGN = re.compile(r"text-align\s*:\s*(?:-\w+-)?(left|right|center|justify|start|end)", re.I)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.I)
_BLANKS = re.compile(r"[\u00a0\u2002\u2003\u3000]{3,}|[ \t\u00a0\u2002\u2003\u3000]{6,}")
MAX_BLOCKS = 20_000
"""A page of more lines is cut there: the longest saved page has fewer than 3,000."""


@dataclass(slots=True)
class Link:
    """A link inside a line."""

    href: str
    text: str = ""


@dataclass(slots=True)
class Picture:
    """An ``<img>`` as the page gives it."""

    src: str
    alt: str | None
    width: int | None
    height: int | None
    href: str | None
    floats: bool = False
    """Text runs round it."""


@dataclass(slots=True)
class Block:
    """A line of text, or a picture."""

    text: str
    """Folded text; empty for a picture."""
    path: tuple[int, ...]
    """Numbers of the block elements around it, outermost first."""
    tags: tuple[str, ...]
    """Their names."""
    align: str | None = None
    """left, right, center, justify, or None when nothing says."""
    bold: bool = False
    """Nearly all of it is bold."""
    italic: bool = False
    """Nearly all of it is italic."""
    linked: float = 0.0
    """Share of its letters that are links."""
    heading: int = 0
    """Level of the heading element, 0 for none."""
    chrome: bool = False
    """In an element for menus, footers or side notes."""
    header: bool = False
    """In a page header."""
    form: int = 0
    """Number of the innermost form around it, 0 for none."""
    breaks: int = 0
    """How many ``<br>`` part it from the line before in the same flow."""
    blanks: int = 0
    """Empty paragraphs and lines before it."""
    indented: bool = False
    """Begins with a run of no-break spaces."""
    tail: str | None = None
    """What follows the last long run of blanks, or the last change to bold or italic."""
    links: list[Link] = field(default_factory=list)
    picture: Picture | None = None
    time: str | None = None
    """``datetime`` of a ``<time>`` inside."""

    @property
    def tag(self) -> str:
        """Name of the innermost block element."""
        return self.tags[-1] if self.tags else ""


@dataclass(slots=True)
class _Look:
    """What an element hands down to what it holds."""

    align: str | None = None
    bold: bool = False
    italic: bool = False
    heading: int = 0
    chrome: bool = False
    header: bool = False
    form: int = 0
    link: Link | None = None
    path: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()


class _Walk:
    """State of one walk over a page."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[tuple[str, _Look]] = []
        self.count = 0
        self.breaks = 0
        self.blanks = 0
        self.time: str | None = None

    def end_line(self, look: _Look, breaks: int = 0) -> None:
        """Close the line that runs; *breaks* is 1 when a ``<br>`` closes it."""
        pieces, self.pieces = self.pieces, []
        raw = "".join(text for text, _ in pieces)
        text = line(raw) if raw else ""
        if not text:
            if "\u00a0" in raw:
                self.blanks += 1
        else:
            self.blocks.append(self._block(pieces, raw, text))
            self.blanks = self.breaks = 0
            self.time = None
        self.breaks = self.breaks + breaks if breaks else 0

    def _block(self, pieces: list[tuple[str, _Look]], raw: str, text: str) -> Block:
        # What it looks like is decided by letters, not by the blanks around them.
        solid = [(len("".join(piece.split())), look) for piece, look in pieces]
        total = sum(size for size, _ in solid) or 1
        first = next((look for size, look in solid if size), pieces[0][1])
        links: list[Link] = []
        for piece, look in pieces:
            if look.link is not None:
                if not links or links[-1] is not look.link:
                    links.append(look.link)
                look.link.text += piece
        for link in links:
            link.text = line(link.text)
        return Block(
            text=text,
            path=first.path,
            tags=first.tags,
            align=first.align,
            bold=sum(size for size, look in solid if look.bold) >= 0.9 * total,
            italic=sum(size for size, look in solid if look.italic) >= 0.9 * total,
            linked=sum(size for size, look in solid if look.link) / total,
            heading=first.heading,
            chrome=first.chrome,
            header=first.header,
            form=first.form,
            breaks=self.breaks,
            blanks=self.blanks,
            indented=_indented(raw),
            tail=_tail(raw, pieces),
            links=links,
            time=self.time,
        )

    def add_picture(self, picture: Picture, look: _Look) -> None:
        self.end_line(look)
        self.blocks.append(
            Block("", look.path, look.tags, align=look.align, chrome=look.chrome, header=look.header,
                  form=look.form, blanks=self.blanks, breaks=self.breaks, picture=picture)
        )  # fmt: skip
        self.blanks = self.breaks = 0


def _indented(raw: str) -> bool:
    start = raw.lstrip(" \t\r\n\f")
    return start[:4].count("\u00a0") + start[:4].count("\u2003") >= 2 and start[:1] in "\u00a0\u2003"


def _tail(raw: str, pieces: list[tuple[str, _Look]]) -> str | None:
    """Return the end of a line that the page sets apart from its beginning, by blanks or by its look."""
    runs = list(_BLANKS.finditer(raw.rstrip()))
    found = runs[-1] if runs else None
    if found is not None and found.start() and line(raw[: found.start()]):
        return line(raw[found.end() :]) or None
    end, at = pieces[-1][1], len(pieces)
    looks = (end.bold, end.italic)
    while at and (not pieces[at - 1][0].strip() or (pieces[at - 1][1].bold, pieces[at - 1][1].italic) == looks):
        at -= 1
    return line("".join(text for text, _ in pieces[at:])) or None if at and any(looks) else None


def blocks_of(root: etree._Element) -> list[Block]:
    """Return the lines and pictures of a page in source order, at most MAX_BLOCKS."""
    walk = _Walk()
    look = _Look()
    stack: list[tuple[_Look, bool]] = []
    tree = etree.iterwalk(root, events=("start", "end"))
    for event, element in tree:
        tag: Any = element.tag
        if event == "end":
            if stack:
                here, is_block = look, stack[-1][1]
                look = stack.pop()[0]
                if is_block:
                    walk.end_line(here)
            if element.tail:
                walk.pieces.append((element.tail, look))
            continue
        stack.append((look, False))
        if not isinstance(tag, str):
            continue
        if tag == "br":
            walk.end_line(look, breaks=1)
        elif tag == "img":
            picture = _picture(element, look)
            if picture is not None:
                walk.add_picture(picture, look)
        elif tag in _UNSEEN or _is_hidden(element):
            tree.skip_subtree()
        elif tag == "wbr":
            pass
        else:
            inner = _enter(element, tag, look, walk)
            if inner is not look and len(inner.path) != len(look.path):
                # A paragraph without a word is a blank line, as editors leave them.
                walk.end_line(look)
                stack[-1] = (look, True)
            look = inner
        if element.text and tag not in _UNSEEN and tag not in ("br", "img") and stack:
            if not _is_hidden(element):
                walk.pieces.append((element.text, look))
        if len(walk.blocks) >= MAX_BLOCKS:
            break
    walk.end_line(look)
    return walk.blocks


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or "hidden" in element.attrib


def _enter(element: etree._Element, tag: str, look: _Look, walk: _Walk) -> _Look:
    """Return what *element* hands down; the same object when it changes nothing."""
    attrib = element.attrib
    is_block = tag in _BLOCK
    style = (attrib.get("style") or "").lower() if attrib else ""
    if "display" in style and re.search(r"display\s*:\s*(block|flex|table|grid|list-item)", style):
        is_block = True
    bold = look.bold or tag in _BOLD
    italic = look.italic or tag in _ITALIC
    align, link = look.align, look.link
    if tag == "center":
        align = "center"
    elif tag == "table":
        # As browsers do for pages without a doctype: a table begins anew.
        align = None
    if attrib:
        if "align" in attrib and tag in _ALIGNED:
            align = str(attrib["align"]).strip().lower()
        if style:
            found = _STYLE_ALIGN.search(style)
            if found:
                align = {"start": "left", "end": "right"}.get(found.group(1), found.group(1))
            if "font-weight" in style:
                bold = bool(re.search(r"font-weight\s*:\s*(bold|[6-9]00)", style)) or (
                    bold and not re.search(r"font-weight\s*:\s*(normal|[1-4]00)", style)
                )
            if "font-style" in style:
                italic = "italic" in style or (italic and "normal" not in style)
        if tag == "a" and "href" in attrib:
            link = Link(str(attrib["href"]))
        if tag == "time":
            walk.time = str(attrib.get("datetime", "")) or walk.time
    if not is_block:
        if (bold, italic, align, link) == (look.bold, look.italic, look.align, look.link) and link is look.link:
            return look
        return _Look(align, bold, italic, look.heading, look.chrome, look.header, look.form, link,
                     look.path, look.tags)  # fmt: skip
    walk.count += 1
    heading = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else look.heading
    chrome = look.chrome or tag in _CHROME or str(attrib.get("role", "")) in _CHROME_ROLES
    form = walk.count if tag == "form" else look.form
    return _Look(align, bold, italic, heading, chrome, look.header or tag == "header", form, link,
                 (*look.path, walk.count), (*look.tags, tag))  # fmt: skip


def _picture(element: etree._Element, look: _Look) -> Picture | None:
    if _is_hidden(element):
        return None
    attrib = element.attrib
    src = next((str(attrib[name]) for name in _LAZY if attrib.get(name)), "") or str(attrib.get("src", ""))
    if not src.strip() or src.strip().startswith("data:"):
        wide = str(attrib.get("srcset") or attrib.get("data-srcset") or "")
        src = wide.split(",")[0].split(" ")[0] if wide and not wide.startswith("data:") else ""
    if not src.strip():
        return None
    alt = line(str(attrib.get("alt", ""))) or None
    style = str(attrib.get("style", ""))
    return Picture(
        src=src,
        alt=alt,
        width=_pixels(str(attrib.get("width", "")), style, "width"),
        height=_pixels(str(attrib.get("height", "")), style, "height"),
        href=look.link.href if look.link else None,
        floats=str(attrib.get("align", "")).lower() in ("left", "right") or "float" in style.lower(),
    )


def _pixels(value: str, style: str, name: str) -> int | None:
    found = re.match(r"\s*(\d+)(?:\.\d+)?\s*(?:px)?\s*$", value)
    if not found:
        found = re.search(rf"(?<![-\w]){name}\s*:\s*(\d+)(?:\.\d+)?px", style)
    return int(found.group(1)) if found else None
