"""Lines as the author meant them, from lines as the markup cuts them.

Sentences cut by ``<br>`` are joined, rows of data tables become one line, and a
date that shares its line with a headline is parted from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from crawler.blocks import Block
from crawler.dates import date_line, split_edge_date
from spiders.pages import words

LinkKind = Literal["", "article", "self", "file", "image", "page", "button"]
"""Where a link leads, see :class:`spiders.pages.evidence.LinkJudge`."""


def only_dates(block: Block) -> bool:
    """Say whether the words beside a line's links are no more than a date, a counter or buttons."""
    rest = without_links(block).strip(" -–—|·•»>()[],.:")
    return len(rest) < 60 and (len(rest) < 3 or date_line(rest) is not None or words.is_button(rest))


def without_links(block: Block) -> str:
    """Return a line's words that are no link."""
    rest = block.text
    for link in block.links:
        rest = rest.replace(link.text, " ", 1)
    return " ".join(rest.split())


def without_null(text: str) -> str:
    """Take the word null off the beginning of a line, where Liferay prints it for a field that is not there.

    >>> without_null("null Mở vườn ươm"), without_null("null là gì?")
    ('Mở vườn ươm', 'null là gì?')
    """
    return text[5:] if text.startswith("null ") and text[5:6].isupper() else text


def split_dates(blocks: Sequence[Block]) -> list[Block]:
    """Part a date from the headline it shares a line with; only above the first long paragraph."""
    out: list[Block] = []
    above = True
    for block in blocks:
        text = block.text
        above = above and not (len(text) > 250 and block.linked < 0.5)
        if (
            above
            and 18 < len(text) <= 330
            and block.picture is None
            and date_line(text) is None
            and not (block.links and only_dates(block))
        ):
            found = split_edge_date(text)
            if found is not None:
                rest, _ = found
                date_text = text.replace(rest, " ", 1).strip()
                if date_line(date_text) is not None:
                    date = replace(block, text=date_text, links=[], linked=0.0, heading=0)
                    halves = [replace(block, text=rest), date]
                    out += halves if text.startswith(rest[:5]) else halves[::-1]
                    continue
        out.append(block)
    return out


def rejoin(blocks: Sequence[Block]) -> list[Block]:
    """Join lines that one ``<br>`` cuts inside a sentence; other lines are paragraphs of their own."""
    wraps: dict[tuple[int, ...], int] = {}
    for one, two in pairwise(blocks):
        if (
            two.breaks == 1
            and two.text[:1].islower()
            and one.path == two.path
            and one.text
            and not one.text.endswith(_STOPS)
        ):
            wraps[two.path] = wraps.get(two.path, 0) + 1
    out: list[Block] = []
    for block in blocks:
        last = out[-1] if out else None
        if (
            last is not None and block.breaks == 1 and block.path == last.path
            and last.picture is None and block.picture is None and len(last.text) < _MAX_JOINED
            and _runs_on(last, block, wraps.get(block.path, 0) >= 3, len(out) > 1 and out[-2].picture is not None)
        ):  # fmt: skip
            linked = last.linked * len(last.text) + block.linked * len(block.text)
            text = f"{last.text} {block.text}"
            links = [*last.links, *block.links]
            out[-1] = replace(last, text=text, links=links, linked=linked / (len(text) - 1), tail=block.tail)
        else:
            out.append(block)
    return out


_STOPS = tuple('.!?…:;”"»)')
# A line of a hundred thousand words would be copied, and looked at, for each of them.
_MAX_JOINED = 10_000
_BULLET = re.compile(r"(?:[-–—+•*▪●]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)])\s*")


def _runs_on(last: Block, block: Block, wrapped: bool, after_picture: bool) -> bool:
    """Say whether a sentence goes on after a single ``<br>``; *wrapped* text breaks every line."""
    if last.text.endswith(_STOPS) or _BULLET.match(block.text) or last.bold != block.bold:
        return block.heading > 0 and not (_BULLET.match(block.text) or date_line(block.text) or date_line(last.text))
    if date_line(last.text) or date_line(block.text) or words.is_button(last.text) or words.is_button(block.text):
        return False
    if block.heading or block.text[0].islower():
        return True
    if last.text.endswith((",", " -", " –")):
        return True
    return wrapped and len(last.text) >= 60 and not after_picture and len(block.text) >= 20 and not block.indented


def join_rows(blocks: Sequence[Block], kind_of: Callable[[str], LinkKind]) -> list[Block]:
    """Make one line of each row of a data table, cells parted by `` | ``."""
    tables: dict[int, dict[int, dict[int, list[int]]]] = {}
    for at, block in enumerate(blocks):
        if "tr" in block.tags:
            place = len(block.tags) - 1 - block.tags[::-1].index("tr")
            outer = len(block.tags) - 1 - block.tags[::-1].index("table") if "table" in block.tags else 0
            cell = block.path[place + 1] if place + 1 < len(block.path) else block.path[place]
            rows = tables.setdefault(block.path[outer], {})
            rows.setdefault(block.path[place], {}).setdefault(cell, []).append(at)
    joined: dict[int, Block] = {}
    dropped: set[int] = set()
    for table, rows in tables.items():
        members = [at for row in rows.values() for cell in row.values() for at in cell]
        nested = any(
            table in blocks[at].path and _table_of(blocks[at]) != table for at in range(min(members), max(members))
        )
        if nested or not _is_data(blocks, rows, kind_of):
            continue
        for row in rows.values():
            ats = sorted(at for cell in row.values() for at in cell)
            first = blocks[ats[0]]
            cells = [" ".join(blocks[at].text for at in cell) for cell in row.values()]
            place = len(first.tags) - 1 - first.tags[::-1].index("tr")
            joined[ats[0]] = replace(
                first, text=" | ".join(cells), path=first.path[: place + 1], tags=first.tags[: place + 1],
                links=[link for at in ats for link in blocks[at].links],
                linked=min(blocks[at].linked for at in ats), align=None, tail=None, heading=0,
            )  # fmt: skip
            dropped.update(ats[1:])
    return [joined.get(at, block) for at, block in enumerate(blocks) if at not in dropped]


def _table_of(block: Block) -> int:
    if "table" not in block.tags:
        return 0
    return block.path[len(block.tags) - 1 - block.tags[::-1].index("table")]


def _is_data(
    blocks: Sequence[Block], rows: dict[int, dict[int, list[int]]], kind_of: Callable[[str], LinkKind]
) -> bool:
    """Tell a table of data from one that only lays out the page."""
    widths = [len(row) for row in rows.values()]
    if len(rows) < 2 or max(widths) < 2 or sum(width >= 2 for width in widths) < 0.6 * len(widths):
        return False
    for row in rows.values():
        for cell in row.values():
            if len(cell) > 3 or sum(len(blocks[at].text) for at in cell) > 300:
                return False
            if not all(_is_datum(blocks[at], kind_of) for at in cell):
                return False
    return True


def _is_datum(block: Block, kind_of: Callable[[str], LinkKind]) -> bool:
    """Say whether a line may stand in a cell of data: no picture, no button, no article's date line or link."""
    text = block.text
    if block.picture is not None or any(kind_of(link.href) in ("article", "button") for link in block.links):
        return False
    found = date_line(text)
    if found is not None:
        return found.precision == "day"
    if words.ends_article(text):
        return False
    return text.isdigit() or len(text) <= 3 or words.is_column_head(text) or not words.is_button(text)
