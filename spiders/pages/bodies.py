"""The body of a page that nobody declared: its paragraphs and its pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from archive.model import Image
from crawler.blocks import Block, blocks_of
from crawler.clean import key, line
from crawler.language import is_vietnamese
from crawler.page import Page
from spiders.pages import candidates
from spiders.pages.captions import match_captions
from spiders.pages.chooser import Choice, choose
from spiders.pages.evidence import Item
from spiders.pages.reading import Reading, read_images
from spiders.pages.traits import Told, told_by

MAX_LINES = 5_000
"""More lines are not weighed; the longest saved news page has fewer than 3,000."""
_HIDES = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_FEW = 4_000
"""Letters of paragraphs; a page that shows fewer may hide its article until a script runs."""
_MORE = 2.0
"""It does when with its hidden elements it has so many times more."""
_SHORT = 200
"""Letters of a body below which JSON-LD is asked for a longer one."""
AGREED = 0.5
"""The evidence reader is believed on a Vietnamese page when it and the vote have so much in common."""
UNSURE = 0.1
"""It is believed alone, if it found a date, when the vote is as little sure as this."""


@dataclass(frozen=True, slots=True)
class Body:
    """What was chosen."""

    paragraphs: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    photographers: tuple[str, ...] = ()
    by_evidence: bool = False
    """It is what the evidence reader read."""
    sure: float = 0.0
    """How sure, 0 to 1."""


def read_body(page: Page, evidence: Callable[[], Reading]) -> Body:
    """Return the body. *evidence* reads the page by the rules for Vietnamese portals; asked only on such pages."""
    blocks, choice = _chosen(page, told_of(page))
    kept = [blocks[at] for at in choice.kept]
    paragraphs = tuple(block.text for block in kept)
    if is_vietnamese(" ".join(paragraphs or (block.text for block in blocks))):
        reading = evidence()
        common = agreement(reading.paragraphs, paragraphs)
        is_alone = choice.sure < UNSURE and reading.date is not None and bool(reading.paragraphs)
        if common >= AGREED or is_alone:
            images, photographers = tuple(reading.images), tuple(reading.photographers)
            return Body(tuple(reading.paragraphs), images, photographers, True, max(choice.sure, common))
    if sum(map(len, paragraphs)) < _SHORT:
        said = [text for text in map(line, _json_ld_body(page.markup).splitlines()) if text]
        if sum(map(len, said)) >= _SHORT:
            return Body(tuple(said), sure=0.5)
    shown = _pictures(page, blocks, choice)
    return Body(paragraphs, tuple(shown.images), tuple(shown.photographers), False, choice.sure)


_MAX_METAS = 500
_ARTICLE_BODY = re.compile(r'"articleBody"\s*:\s*(?=")')
_TOLD = ("og:title", "twitter:title", "og:description", "description")


def told_of(page: Page) -> Told:
    """Return what the page says of its article in its head."""
    metas = () if page.root is None else islice(page.root.iter("meta"), _MAX_METAS)
    named = [(str(meta.get("property") or meta.get("name") or "").lower(), meta) for meta in metas]
    told = sorted((_TOLD.index(name), name, str(meta.get("content") or "")) for name, meta in named if name in _TOLD)
    return told_by([(name, value) for _, name, value in told], page.head_title)


def _json_ld_body(markup: str) -> str:
    """Return the longest ``articleBody`` of the page's JSON-LD."""
    bodies = []
    # Not by a regular expression: a text of megabytes would take a hundred times its size.
    decoder = json.JSONDecoder(strict=False)
    for found in islice(_ARTICLE_BODY.finditer(markup), 20):
        try:
            bodies.append(str(decoder.raw_decode(markup, found.end())[0]))
        except ValueError:
            continue
    return max(bodies, key=len, default="")


def lines_of(page: Page) -> list[Block]:
    """Return the page's lines and pictures; hidden ones, too, when the article seems to be among them."""
    blocks = page.blocks[:MAX_LINES]
    if page.root is not None and _mass(blocks) < _FEW and _HIDES.search(page.markup):
        everything = blocks_of(page.root, hidden=True)[:MAX_LINES]
        if _mass(everything) > _MORE * _mass(blocks):
            return everything
    return blocks


def agreement(some: Sequence[str], others: Sequence[str]) -> float:
    """Return how much two readings have in common, 0 to 1, by letters.

    >>> agreement(["Một đoạn văn."], ["Một đoạn văn."]), agreement(["Một"], [])
    (1.0, 0.0)
    """
    one, two = list(map(candidates.squashed, some)), list(map(candidates.squashed, others))
    if not one or not two:
        return 0.0
    whole = "".join(two)
    common = sum(len(text) for text in one if text in whole)
    return min(1.0, 2 * common / (sum(map(len, one)) + len(whole)))


def _chosen(page: Page, told: Told) -> tuple[list[Block], Choice]:
    """Return the page's lines and pictures, and which of them are the article."""
    blocks = lines_of(page)
    at = [place for place, block in enumerate(blocks) if block.picture is None]
    lines = [blocks[place] for place in at]
    deep = any(len(block.path) > candidates.MAX_DEPTH for block in lines)
    may_ask = not deep and candidates.may_be_asked(page.markup) and not candidates.is_nested(page.root)
    generous = candidates.generous(page.markup) if may_ask else ""
    choice = choose(lines, told, generous, partial(candidates.picky, page.markup) if may_ask else str)
    return blocks, Choice(tuple(at[place] for place in choice.kept), choice.sure, choice.asked)


def _mass(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks if len(block.text) >= 60 and block.linked < 0.5)


def _pictures(page: Page, blocks: Sequence[Block], choice: Choice) -> Reading:
    """Return the pictures between the article's lines, each with its caption."""
    shown = Reading()
    if not choice.kept:
        return shown
    own = set(choice.kept)
    first, last = choice.kept[0], choice.kept[-1]
    paragraphs = [blocks[at] for at in choice.kept]
    around = _shared([block.path for block in paragraphs])
    items = [
        Item(at, block, key=key(block.text) if len(block.text) <= 400 else "")
        for at, block in enumerate(blocks[first : last + 2], first)
        if (at in own or len(block.text) <= 480) and not block.chrome and not block.form
        and block.path[: len(around)] == around
    ]  # fmt: skip
    shots = match_captions(items)
    for shot in shots:
        shot.lines = [item for item in shot.lines if item.at not in own]
    read_images(page, shots, shown)
    return shown


def _shared(paths: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the path of the element that holds all."""
    low, high = min(paths), max(paths)
    depth = next((at for at, (one, two) in enumerate(zip(low, high, strict=False)) if one != two), None)
    return low[: min(len(low), len(high)) if depth is None else depth]
