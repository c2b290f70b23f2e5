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
from crawler.looks import UNSEEN, Link, Look, Picture, enter, is_decor, is_hidden, picture_of

_BLANKS = re.compile(r"[\u00a0\u2002\u2003\u3000]{3,}|[ \t\u00a0\u2002\u2003\u3000]{6,}")
# What every long run begins with, written so that it is looked for letter by letter.
_RUN = re.compile(3 * r"[ \t\u00a0\u2002\u2003\u3000]")
_NBSP = "\u00a0"
MAX_BLOCKS = 20_000
"""A page of more lines is cut there: the longest saved page has fewer than 3,000."""


@dataclass(slots=True)
class Block:
    """A line of text, or a picture."""

    text: str
    """Folded text; empty for a picture."""
    path: tuple[int, ...]
    """Numbers of the block elements around it, outermost first."""
    tags: tuple[str, ...]
    """Their names."""
    marks: tuple[str, ...] = ()
    """Their classes and ids, in lower case."""
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

    @property
    def tag(self) -> str:
        """Name of the innermost block element."""
        return self.tags[-1] if self.tags else ""


class _Walk:
    """State of one walk over a page."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.pieces: list[tuple[str, Look]] = []
        """The line that runs, each piece with its look; blanks before its first word are nobody's."""
        self.count = 0
        self.breaks = 0
        self.blanks = 0

    def end_line(self, look: Look, breaks: int = 0) -> None:
        """Close the line that runs; *breaks* is 1 when a ``<br>`` closes it."""
        if self.pieces:
            pieces, self.pieces = self.pieces, []
            raw = pieces[0][0] if len(pieces) == 1 else "".join([text for text, _ in pieces])
            text = line(raw)
            if text:
                self.blocks.append(self._block(pieces, raw, text))
                self.blanks = self.breaks = 0
            elif "\u00a0" in raw:
                self.blanks += 1
        self.breaks = self.breaks + breaks if breaks else 0

    def _block(self, pieces: list[tuple[str, Look]], raw: str, text: str) -> Block:
        if len(pieces) == 1:
            first = pieces[0][1]
            bold, italic, linked = first.bold, first.italic, 1.0 if first.link else 0.0
        else:
            # What it looks like is decided by letters, not by the blanks around them.
            solid = [(len("".join(piece.split())), look) for piece, look in pieces]
            total = sum([size for size, _ in solid]) or 1
            first = next((look for size, look in solid if size), pieces[0][1])
            bold = sum([size for size, look in solid if look.bold]) >= 0.9 * total
            italic = sum([size for size, look in solid if look.italic]) >= 0.9 * total
            linked = sum([size for size, look in solid if look.link]) / total
        links: list[Link] = []
        for piece, look in pieces:
            if look.link is not None:
                if not links or links[-1] is not look.link:
                    links.append(look.link)
                look.link.text += piece
        for link in links:
            link.text = text if link.text == raw else line(link.text)
        return Block(
            text=text,
            path=first.path,
            tags=first.tags,
            marks=first.marks,
            align=first.align,
            bold=bold,
            italic=italic,
            linked=linked,
            heading=first.heading,
            chrome=first.chrome,
            header=first.header,
            form=first.form,
            breaks=self.breaks,
            blanks=self.blanks,
            indented=_indented(raw),
            tail=_tail(raw, text, pieces),
            links=links,
        )

    def add_picture(self, picture: Picture, look: Look) -> None:
        breaks = 0 if self.pieces and "".join(text for text, _ in self.pieces).strip() else self.breaks
        self.end_line(look)
        self.blocks.append(
            Block("", look.path, look.tags, look.marks, align=look.align, chrome=look.chrome, header=look.header,
                  form=look.form, blanks=self.blanks, breaks=breaks, picture=picture)
        )  # fmt: skip
        self.blanks = self.breaks = 0


def _indented(raw: str) -> bool:
    if raw[0] not in " \t\r\n\f\u00a0\u2003":
        return False
    start = raw.lstrip(" \t\r\n\f")
    return start[:4].count("\u00a0") + start[:4].count("\u2003") >= 2 and start[:1] in "\u00a0\u2003"


def _tail(raw: str, text: str, pieces: list[tuple[str, Look]]) -> str | None:
    """Return the end of a line that the page sets apart from its beginning, by blanks or by its look."""
    # Most lines are as they stand in the source, which is quickly seen.
    may_have_runs = raw.strip() != text and _RUN.search(raw) is not None
    runs = list(_BLANKS.finditer(raw.rstrip())) if may_have_runs else []
    found = runs[-1] if runs else None
    if found is not None and found.start() and line(raw[: found.start()]):
        return line(raw[found.end() :]) or None
    if len(pieces) == 1:
        return None
    end, at = pieces[-1][1], len(pieces)
    looks = (end.bold, end.italic)
    while at and (not pieces[at - 1][0].strip() or (pieces[at - 1][1].bold, pieces[at - 1][1].italic) == looks):
        at -= 1
    return line("".join(text for text, _ in pieces[at:])) or None if at and any(looks) else None


def blocks_of(root: etree._Element, hidden: bool = False) -> list[Block]:
    """Return the lines and pictures of a page in source order, at most MAX_BLOCKS.

    With *hidden* those, too, that only a script would show.
    """
    walk = _Walk()
    look = Look()
    stack: list[tuple[Look, bool]] = []
    tree: Any = etree.iterwalk(root, events=("start", "end"))
    for event, element in tree:
        if event == "end":
            if stack:
                here = look
                look, is_block = stack.pop()
                if is_block and (walk.pieces or walk.breaks):
                    walk.end_line(here)
            # White space between blocks is what most elements have behind them: it is not worth a call.
            if (tail := element.tail) and (walk.pieces or not tail.isspace() or look.link is not None or _NBSP in tail):
                walk.pieces.append((tail, look))
            continue
        tag = element.tag
        outer, is_block = look, False
        if not isinstance(tag, str):
            pass
        elif tag == "br":
            walk.end_line(look, breaks=1)
        elif tag == "img":
            picture = picture_of(dict(element.items()), look)
            # An icon inside a sentence does not part it.
            if picture is not None and not is_decor(picture):
                walk.add_picture(picture, look)
        elif tag in UNSEEN or ((attrib := dict(element.items())) and not hidden and is_hidden(attrib)):
            tree.skip_subtree()
        else:
            look = enter(attrib, tag, look, walk.count + 1)
            if look is not outer and look.path is not outer.path:
                # A paragraph without a word is a blank line, as editors leave them.
                if walk.pieces or walk.breaks:
                    walk.end_line(outer)
                walk.count += 1
                is_block = True
            if (text := element.text) and (walk.pieces or not text.isspace() or look.link is not None or _NBSP in text):
                walk.pieces.append((text, look))
        stack.append((outer, is_block))
        if len(walk.blocks) >= MAX_BLOCKS:
            break
    walk.end_line(look)
    return walk.blocks
