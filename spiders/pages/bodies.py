"""The body of a page that nobody declared: its paragraphs and its pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from lxml import etree

from archive.model import Image
from crawler.blocks import Block, blocks_of
from crawler.clean import key, line, parse, shortened
from crawler.language import is_vietnamese
from crawler.looks import UNSEEN
from crawler.page import Page
from spiders.pages import candidates
from spiders.pages.captions import match_captions
from spiders.pages.chooser import Choice, choose
from spiders.pages.evidence import Item
from spiders.pages.reading import Reading, read_images
from spiders.pages.scripted import mass, scripted
from spiders.pages.structure import Facts
from spiders.pages.traits import Told, told_by
from spiders.pages.weights import ALONE, ASKED, Weights

MAX_LINES = 5_000
"""More lines are not weighed; the longest saved news page has fewer than 3,000."""
_HIDES = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|\shidden(?:\s*[=>]|\s+[\w-]+=)", re.I)
_STYLED = etree.XPath("//*[@hidden or @style]")
_SIZE = etree.XPath("string-length()")
_FEW = 4_000
"""Letters of paragraphs; a page that shows fewer may hide its article until a script runs."""
_MORE = 2.0
"""It does when with its hidden elements it has so many times more."""
_EMPTY = 1_000
"""Letters of a page in all; one that has fewer may be written by a script."""
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


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a page is read."""

    blocks: Sequence[Block]
    """Lines and pictures."""
    markup: str
    """Where they stand."""
    root: etree._Element | None


def read_body(
    page: Page, facts: Facts, evidence: Callable[[], Reading], weights: tuple[Weights, Weights] = (ALONE, ASKED)
) -> Body:
    """Return the body. *evidence* reads the page by the rules for Vietnamese portals; asked only on such pages."""
    blocks, choice = _chosen(seen_of(page), told_of(facts, page.head_title), weights)
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


_ARTICLE_BODY = re.compile(r'"articleBody"\s*:\s*(?=")')


def told_of(facts: Facts, head_title: str) -> Told:
    """Return what the page says of its article in its head."""
    return told_by(facts.meta("og:title", "twitter:title"), facts.meta("og:description", "description"), head_title)


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


def seen_of(page: Page) -> Seen:
    """Return the page's lines and pictures.

    Hidden ones, too, when the article seems to be among them; those that a script would show when the page is empty.
    """
    blocks = page.blocks[:MAX_LINES]
    if page.root is not None and (shown := mass(blocks)) < _FEW and _hides(page, (_MORE - 1) * shown):
        everything = blocks_of(page.root, hidden=True)[:MAX_LINES]
        if mass(everything) > _MORE * shown:
            blocks = everything
    if sum(len(block.text) for block in blocks) < _EMPTY and (html := scripted(page.markup)):
        root = parse(html)
        inner = blocks_of(root)[:MAX_LINES] if root is not None else []
        if mass(inner) >= _SHORT:
            return Seen(inner, html, root)
    return Seen(blocks, page.markup, page.root)


def _hides_itself(element: etree._Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and _HIDES.search(str(style)) is not None)


def _hides(page: Page, letters: float) -> bool:
    """Say whether hidden elements hold more than so many *letters*: a walk over all of them is not for nothing."""
    found = _STYLED(page.root) if page.root is not None else ()
    held = 0.0
    for element in found if isinstance(found, list) else ():
        if isinstance(element, etree._Element) and element.tag not in UNSEEN and _hides_itself(element):
            held += float(str(_SIZE(element)))
            if held > letters:
                return _HIDES.search(page.markup) is not None
    return False


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


def _chosen(seen: Seen, told: Told, weights: tuple[Weights, Weights]) -> tuple[Sequence[Block], Choice]:
    """Return the page's lines and pictures, and which of them are the article."""
    blocks = seen.blocks
    at = [place for place, block in enumerate(blocks) if block.picture is None]
    lines = [blocks[place] for place in at]
    deep = any(len(block.path) > candidates.MAX_DEPTH for block in lines)
    may_ask = not deep and candidates.may_be_asked(seen.markup) and not candidates.is_nested(seen.root)
    markup = shortened(seen.markup) if may_ask else ""
    generous = candidates.generous(markup) if may_ask else ""
    choice = choose(lines, told, generous, partial(candidates.picky, markup) if may_ask else str, weights)
    return blocks, Choice(tuple(at[place] for place in choice.kept), choice.sure, choice.asked)


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
