"""How elements look: what each hands down to the words inside, and whether it is seen at all.

Rests on what HTML and inline styles say; style sheets are not read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from crawler.clean import line

_BLOCK = frozenset(
    (
        "html",
        "body",
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "marquee",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    )
)
UNSEEN = frozenset(
    (
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "select",
        "button",
        "textarea",
        "iframe",
        "object",
        "embed",
        "applet",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "map",
        "datalist",
        "input",
        "title",
        "meta",
        "link",
        "noframes",
        "progress",
        "meter",
    )
)
_BOLD = frozenset(("b", "strong", "th"))
_ITALIC = frozenset(("i", "em", "cite", "dfn"))
_CHROME = frozenset(("nav", "footer", "aside", "menu"))
_CHROME_ROLES = frozenset(("navigation", "contentinfo", "complementary", "search", "menubar", "menu", "dialog"))
_ALIGNED = frozenset(("p", "div", "td", "th", "tr", "tbody", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "section"))
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url")
_DECOR = re.compile(
    r"(?:^|[/_\-.])(?:icons?|ico|blank|spacer|pixel|transparent|clear|1x1|bullet|arrow|print(?:er)?|e?mail|facebook|twitter"
    r"|zalo|share|rss|captcha|loading|lazy|placeholder|avatar|btn|button|counter|tracking|track|beacon|dot|line|star|like"
    r"|calendar|clock|user|view|eye|home|logo|banner|file|pdf|docx?|word|excel|xlsx?|zip|attach(?:ment)?|download|new|hot|next|prev)(?:[_\-]?\w{0,12})?\.(?:gif|png|svg|ico|webp)(?:$|[?#])"
    r"|(?:^|/)(?:pixel|1x1|blank|spacer|beacon|track(?:ing)?)\.\w+(?:$|[?#])|^data:",
    re.I,
)
_STYLE_ALIGN = re.compile(r"text-align\s*:\s*(?:-\w+-)?(left|right|center|justify|start|end)", re.I)
_AS_BLOCK = re.compile(r"display\s*:\s*(block|flex|table|grid|list-item)")
_HEAVY = re.compile(r"font-weight\s*:\s*(bold|[6-9]00)")
_LIGHT = re.compile(r"font-weight\s*:\s*(normal|[1-4]00)")
_IN_STYLE = {name: re.compile(rf"(?<![-\w]){name}\s*:\s*(\d+)(?:\.\d+)?px") for name in ("width", "height")}
_LENGTH = re.compile(r"\s*(\d+)(?:\.\d+)?\s*(?:px)?\s*$")
MAX_KEPT_STYLE = 300
"""A longer style is read anew each time."""
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.I)


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
class Look:
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
    marks: tuple[str, ...] = ()


class _Style(NamedTuple):
    """What an inline style says."""

    hidden: bool = False
    block: bool = False
    align: str | None = None
    heavy: bool = False
    light: bool = False
    slanted: bool = False
    upright: bool = False


def _style_of(attrib: Mapping[str, str]) -> _Style:
    said = attrib["style"]
    return _read_style(said) if len(said) <= MAX_KEPT_STYLE else _read_style.__wrapped__(said)


@lru_cache(maxsize=4096)
def _read_style(said: str) -> _Style:
    """Read a style: what editors write is the same on every paragraph of a site."""
    style = said.lower()
    found = _STYLE_ALIGN.search(style)
    has_weight, has_slant = "font-weight" in style, "font-style" in style
    return _Style(
        hidden=_HIDDEN.search(said) is not None,
        block="display" in style and _AS_BLOCK.search(style) is not None,
        align={"start": "left", "end": "right"}.get(found.group(1), found.group(1)) if found else None,
        heavy=has_weight and _HEAVY.search(style) is not None,
        light=has_weight and _LIGHT.search(style) is not None,
        slanted=has_slant and "italic" in style,
        upright=has_slant and "normal" in style,
    )


def is_hidden(attrib: Mapping[str, str]) -> bool:
    """Say whether a browser leaves out the element of these attributes."""
    return "hidden" in attrib or ("style" in attrib and _style_of(attrib).hidden)


def enter(attrib: Mapping[str, str], tag: str, look: Look, number: int) -> Look:
    """Return what the element *tag* hands down; the same object when it changes nothing.

    *number* names the element in paths when it is a block.
    """
    is_block = tag in _BLOCK
    bold = look.bold or tag in _BOLD
    italic = look.italic or tag in _ITALIC
    # As browsers do for pages without a doctype: a table begins anew.
    align = "center" if tag == "center" else None if tag == "table" else look.align
    link = look.link
    mark = role = ""
    if attrib:
        if "align" in attrib and tag in _ALIGNED:
            align = attrib["align"].strip().lower()
        if "style" in attrib:
            style = _style_of(attrib)
            is_block = is_block or style.block
            align = style.align or align
            bold = style.heavy or (bold and not style.light)
            italic = style.slanted or (italic and not style.upright)
        if tag == "a" and "href" in attrib:
            link = Link(attrib["href"])
        if is_block:
            mark, role = _mark(attrib), attrib.get("role", "")
    if not is_block:
        if bold == look.bold and italic == look.italic and align == look.align and link is look.link:
            return look
        return Look(align, bold, italic, look.heading, look.chrome, look.header, look.form, link,
                     look.path, look.tags, look.marks)  # fmt: skip
    heading = int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else look.heading
    chrome = look.chrome or tag in _CHROME or role in _CHROME_ROLES
    form = number if tag == "form" else look.form
    return Look(align, bold, italic, heading, chrome, look.header or tag == "header", form, link,
                 (*look.path, number), (*look.tags, tag), (*look.marks, mark))  # fmt: skip


def _mark(attrib: Mapping[str, str]) -> str:
    """Return what an element's maker called it: its classes and its id, in lower case."""
    named, number = attrib.get("class"), attrib.get("id")
    return f"{named or ''} {number or ''}".strip().lower() if named or number else ""


def picture_of(attrib: Mapping[str, str], look: Look) -> Picture | None:
    """Return the picture of an ``<img>``, its lazy address before its placeholder; None when it shows none."""
    if is_hidden(attrib):
        return None
    src = next((attrib[name] for name in _LAZY if attrib.get(name)), "") or attrib.get("src", "")
    if not src.strip() or src.strip().startswith("data:"):
        wide = attrib.get("srcset") or attrib.get("data-srcset") or ""
        src = wide.split(",")[0].split(" ")[0] if wide and not wide.startswith("data:") else ""
    if not src.strip():
        return None
    alt = line(attrib.get("alt", "")) or None
    style = attrib.get("style", "")
    return Picture(
        src=src,
        alt=alt,
        width=_pixels(attrib.get("width", ""), style, "width"),
        height=_pixels(attrib.get("height", ""), style, "height"),
        href=look.link.href if look.link else None,
        floats=attrib.get("align", "").lower() in ("left", "right") or "float" in style.lower(),
    )


def is_decor(picture: Picture) -> bool:
    """Say whether a picture is an icon, a spacer or a counter, by its size or its name."""
    known = [size for size in (picture.width, picture.height) if size is not None]
    if known and (min(known) <= 24 or (len(known) == 2 and max(known) <= 64)):
        return True
    if known and max(known) >= 150:
        return False
    return _names_decor(picture.src)


@lru_cache(maxsize=4096)
def _names_decor(src: str) -> bool:
    return _DECOR.search(src) is not None


def _pixels(value: str, style: str, name: str) -> int | None:
    found = _LENGTH.match(value) if value else None
    if not found and style:
        found = _IN_STYLE[name].search(style)
    return int(found.group(1)) if found else None
