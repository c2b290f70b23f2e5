"""What the lines of a page are, counted: paragraphs, headlines of other pages, items of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from crawler.blocks import Block
from crawler.date_words import MAY_BE_DATE
from spiders.pages import words

HEADLINE = 25
"""Letters from which on a line that is a link is another page's headline."""
DATE = 40
"""Letters of a date beside a headline, at most."""
PARAGRAPH = 60
"""Letters from which on a line that is no link is a paragraph."""
LISTED = 3
"""Headlines of other pages that make a page without text of its own a list."""
SURE_RUN = 250
"""Letters of a run that make a page which calls itself an article one, and keep any other from being a mere list."""
ROW = 12
"""Lines of a row that is one item of a list, at most."""


class Outline(NamedTuple):
    """What the lines of a page are, counted."""

    run: int
    """Letters of the paragraphs in the longest run that no other headline interrupts."""
    text: int
    """Letters of all paragraphs."""
    headlines: int
    """Lines that are links to other pages, and long enough for headlines."""
    headed: int
    """Runs of much the same length as the longest, each below a heading that is a link to another page of the host."""
    own: int
    """Letters of the longest other run."""
    rows: int
    """Rows of tables, each with a link, a date and a text: their paragraphs are none of the above."""

    @property
    def is_list(self) -> bool:
        """Whether the same is there several times, and nothing else."""
        return self.own < SURE_RUN and (self.headed >= LISTED or (self.rows >= LISTED and self.run < SURE_RUN))


def outline(blocks: Sequence[Block], url: str) -> Outline:
    """Return what the lines of the page at *url* are; menus, feet and what names the owner do not count."""
    shown = [block for block in blocks if block.picture is None and not block.chrome]
    rows = _rows(shown)
    runs = [0]
    headed = [False]
    for block in shown:
        size = len(block.text)
        if _is_headline(block):
            runs.append(0)
            headed.append(block.heading > 0 and all(_leads_on(link.href, url) for link in block.links))
        elif size >= PARAGRAPH and block.linked < 0.5 and not words.is_footer(block.text) and _row(block) not in rows:
            runs[-1] += size
    longest = max(runs)
    pairs = list(zip(runs, headed, strict=True))
    alike = sum(is_headed and PARAGRAPH <= run >= longest / 2 for run, is_headed in pairs)
    own = max((run for run, is_headed in pairs if not is_headed), default=0)
    return Outline(longest, sum(runs), len(runs) - 1, alike, own, len(rows))


def _leads_on(href: str, url: str) -> bool:
    """Say whether a link leads to another page of the host.

    >>> [_leads_on(href, "http://a.vn/tin") for href in ("/tin/12", "http://b.vn/", "/tin#top", "http://[")]
    [True, False, False, False]
    """
    try:
        target = urljoin(url, href.strip()).partition("#")[0]
        return target != url.partition("#")[0] and urlsplit(target).netloc == urlsplit(url).netloc
    except ValueError:
        return False


def _row(block: Block) -> tuple[int, ...] | None:
    """Return the path of the innermost row of a table around a line."""
    if "tr" not in block.tags:
        return None
    return block.path[: len(block.tags) - block.tags[::-1].index("tr")]


def _rows(blocks: Sequence[Block]) -> set[tuple[int, ...] | None]:
    """Return the rows that are each an item of a list: a link, a date, and a text beside them."""
    rows: dict[tuple[int, ...], list[Block]] = {}
    for block in blocks:
        if (row := _row(block)) is not None:
            rows.setdefault(row, []).append(block)
    return {
        row
        for row, held in rows.items()
        if 2 <= len(held) <= ROW
        and any(block.links for block in held)
        and any(len(block.text) <= DATE and MAY_BE_DATE.search(block.text) for block in held)
        and any(len(block.text) > DATE for block in held)
    }


def _is_headline(block: Block) -> bool:
    """Say whether a line is a link to another page, and long enough for a headline; its date may stand behind it."""
    if block.linked >= 0.8:
        return len(block.text) >= HEADLINE
    link = sum(len(each.text) for each in block.links)
    rest = len(block.text) - link
    return link >= HEADLINE and rest <= DATE and any(letter.isdigit() for letter in block.text)
