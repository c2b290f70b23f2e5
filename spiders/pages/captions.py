"""Which line is the caption of which picture.

A caption follows its picture. How sure that is depends on how the page sets
captions: in the picture's own cell or figure, centred, slanted, or as a plain
short line. A page has one way; the surest one seen on it decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from crawler.bylines import split_caption
from crawler.clean import key
from spiders.pages.body import Path, common, inside
from spiders.pages.evidence import Item

_STOP = re.compile(r"[.!?:;…][”\"»)]?$")
_SCENE = re.compile(
    r"(?:đồng chí|ông|bà|các đại biểu|đại biểu|lãnh đạo|toàn cảnh|quang cảnh|đoàn|ban|btv|ths|ts|pgs|anh|chị"
    r"|cán bộ|người dân|đội ngũ"
    r"|hội nghị|đại hội|một số)\b.*\b(?:phát biểu|trình bày|trao|tặng|chụp ảnh|tham quan|báo cáo|thảo luận"
    r"|điều hành|chủ trì|kiểm tra"
    r"|giới thiệu|tham dự|biểu quyết|trao đổi|tiếp nhận|bên)\b",
    re.I,
)
_CREDIT = re.compile(r"\(?(?:Ảnh|Nguồn ảnh|Photo)\s*:", re.I)
MAX_CAPTION = 480
"""Letters; the longest caption of the two seed pages has 297."""
SAID, SURE, CENTRED, SLANTED, PLAIN = 5, 4, 3, 2, 1
"""How a caption is known: by its own words (SAID), by its place, or by its look."""


@dataclass(slots=True)
class Shot:
    """A picture and the lines that belong to it."""

    item: Item
    lines: list[Item] = field(default_factory=list)


def match_captions(items: Sequence[Item]) -> list[Shot]:
    """Return the pictures of an article in order, each with the lines of its caption."""
    shots: list[Shot] = []
    offers: list[tuple[Shot, Item, int, int]] = []
    body = [item for item in items if item.block.picture is None and len(item.text) >= 120]
    centred = sum(item.block.align == "center" for item in body) * 2 > len(body)
    slanted = sum(item.block.italic for item in body) * 2 > len(body)
    for at, item in enumerate(items):
        if item.block.picture is None:
            continue
        shot = Shot(item)
        shots.append(shot)
        gallery = _gallery(items, at)
        if gallery is not None:
            shot.lines.append(gallery)
        elif at + 1 < len(items) and items[at + 1].block.picture is None:
            line = items[at + 1]
            if any(line is taken for other in shots for taken in other.lines):
                continue
            sure = _way(item, line, items, at, centred, slanted)
            if sure:
                offers.append((shot, line, sure, at + 1))
    # Words that tell a caption say nothing of how the page sets captions.
    best = max((way for *_, way, _ in offers if way != SAID), default=0)
    for shot, line, way, at in offers:
        if way == PLAIN and best > PLAIN:
            continue
        if way == SLANTED and line.block.bold and best > SLANTED:
            # Bold and slanted is a sub-heading, where captions are known by more.
            continue
        shot.lines.append(line)
        # A second line in the same setting: the credit, or the caption's other half.
        if at + 1 < len(items) and items[at + 1].block.picture is None:
            more = items[at + 1]
            credit = split_caption(more.text)
            same = (
                more.block.path == line.block.path
                or _CREDIT.match(more.text)
                or (more.block.align == line.block.align and more.block.italic == line.block.italic)
            )
            if (len(more.text) <= 90 and credit.text is None and credit.credit and same and at + 2 < len(items)) or (
                way == SURE
                and more.block.path == line.block.path
                and len(more.text) <= 160
                and _tight(shot.item, more, items)
            ):
                shot.lines.append(more)
    return shots


def _gallery(items: Sequence[Item], at: int) -> Item | None:
    """Return the caption of a picture that stands in a row of a table above a row of captions."""
    first = last = at
    while first > 0 and items[first - 1].block.picture is not None:
        first -= 1
    while last + 1 < len(items) and items[last + 1].block.picture is not None:
        last += 1
    size = last - first + 1
    lines = items[last + 1 : last + 1 + size]
    if size < 2 or len(lines) < size or any(line.block.picture is not None for line in lines):
        return None
    holder = common(items[first].block.path, lines[-1].block.path)
    tags = items[first].block.tags[: len(holder)]
    if not {"table", "figure"} & set(tags) or any(len(line.text) > 300 for line in lines):
        return None
    shared = sum(inside(item.block.path, holder) for item in items)
    if shared >= len(items) or any(line.block.path == lines[0].block.path for line in lines[1:]):
        return None
    return lines[at - first] if "tr" in items[first].block.tags[len(holder) - 1 :] else None


def _way(picture: Item, line: Item, items: Sequence[Item], at: int, centred: bool, slanted: bool) -> int:
    """Return how surely *line* is the caption of *picture*; 0 when it is none."""
    block, text = line.block, line.text
    if (block.heading and block.heading < 5) or len(text) > MAX_CAPTION or line.link or _is_row(line):
        return 0
    if block.tag in ("figcaption", "caption") or "figure" in block.tags:
        return SURE
    image = picture.block.picture
    if image is not None and image.alt and len(image.alt) > 12 and key(image.alt) == line.key:
        return SAID
    if len(text) <= 220 and not block.bold and split_caption(text).credit:
        return SAID
    if _tight(picture, line, items):
        return SURE
    if block.align == "center" and not centred:
        return CENTRED
    if not block.bold and len(text) <= 330 and _hangs_below(picture, line, items):
        return CENTRED
    if block.italic and not slanted:
        return SLANTED
    if block.bold or re.match(r"[-–+•*]\s|\d{1,2}[.)]\s", text):
        return 0
    if not _STOP.search(text) and len(text) <= 220:
        return PLAIN
    if len(text) <= 330 and _SCENE.match(text) and not text.endswith((":", ";")) and text.count(". ") == 0:
        return PLAIN
    return 0


def _hangs_below(picture: Item, line: Item, items: Sequence[Item]) -> bool:
    """Say whether one break parts the line from its picture, where two and more part paragraphs."""
    path = line.block.path
    if picture.block.path != path or line.block.breaks != 1:
        return False
    flow = [item.block for item in items if item.block.path == path]
    return len(flow) > 2 and all(
        two.breaks >= 2 or (two.breaks == 1 and one.picture is not None and two.picture is None)
        for one, two in pairwise(flow)
    )


def _is_row(line: Item) -> bool:
    return line.block.tag == "tr" and " | " in line.text


def _tight(picture: Item, line: Item, items: Sequence[Item]) -> bool:
    """Say whether an element holds the picture, the line, and nothing else of the article."""
    image = picture.block.picture
    text = line.text
    beside = line.block.path == picture.block.path and line.block.breaks == 0
    sentence = line.block.align != "center" and len(text) > 120 and _STOP.search(text) is not None
    # Words beside a picture in one paragraph: run round it, or a caption that wraps below it.
    if beside and image is not None and (image.floats or sentence):
        return False
    if (
        len(text) > 200
        and re.search(r"[.!?] [A-ZĐÀ-Ỹ]", text)
        and not line.block.italic
        and line.block.align != "center"
    ):
        return False
    holder: Path = common(picture.block.path, line.block.path)
    shared = [item for item in items if inside(item.block.path, holder)]
    texts = [item for item in shared if item.block.picture is None]
    if len(texts) == 1 and len(line.text) <= MAX_CAPTION:
        return len(items) > len(shared)
    # Rows of one small table: picture, caption, picture, caption.
    if "table" in picture.block.tags[: len(holder)] or "figure" in picture.block.tags[: len(holder)]:
        pictures = len(shared) - len(texts)
        return len(texts) <= pictures and all(len(item.text) <= 300 for item in texts) and len(items) > len(shared)
    return False
