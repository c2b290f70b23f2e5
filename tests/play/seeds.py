"""The two seed documents, when they lie beside the project: read into truth, never copied into it.

They are extracted text: a date line, a title, paragraphs, captions as lines of their own between blank lines,
lines of a lone no-break space, a byline, then a word that opens what is no longer the article. A picture is
placed before each caption.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from tests.play.body import new_uuid
from tests.play.content import CATEGORIES, HAU_GIANG_SECTION, VN, address, date_line
from tests.play.truth import Block, Figure, Gap, Layout, PlayedArticle, PlayedImage, Text

FOLDER = Path(__file__).parents[2].parent / "shared" / "seeds"
"""Beside the project's root."""

HA_TINH_DATE = re.compile(r"(\d\d):(\d\d) \| (\d\d)-(\d\d)-(\d{4})")
HAU_GIANG_DATE = re.compile(r"(\d+)/(\d+)/(\d{4}), (\d+):(\d+) \(GMT\+7\)")
ENDS = ("GÓP Ý - TRAO ĐỔI", "Các tin khác")


@cache
def seed_articles() -> tuple[PlayedArticle, ...]:
    """Return the truth about the seed documents that are there (none is no error)."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt"))] if FOLDER.is_dir() else []
    return tuple(article for text in texts if (article := parse_seed(text)) is not None)


def parse_seed(text: str) -> PlayedArticle | None:
    """Return the truth about one seed document; None when it is of neither site."""
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if line.strip() in ENDS), len(lines))
    filled = [number for number, line in enumerate(lines[:end]) if fold(line)]
    if len(filled) < 4:
        return None
    first, second, last = fold(lines[filled[0]]), fold(lines[filled[1]]), filled[-1]
    if found := HA_TINH_DATE.fullmatch(first):
        hour, minute, day, month, year = map(int, found.groups())
        layout: Layout = "ha_tinh"
        title = second
    elif found := HAU_GIANG_DATE.fullmatch(second):
        day, month, year, hour, minute = map(int, found.groups())
        layout, title = "hau_giang_1", first
    else:
        return None
    published = datetime(year, month, day, hour, minute, tzinfo=VN)
    byline = fold(lines[last])
    writers, _, photographers = byline.partition(", Ảnh ")
    category = "tin-tuc-su-kien" if layout == "ha_tinh" else ""
    return PlayedArticle(
        # An item number that no other article has.
        url=address(layout, title, 39, published).replace("ItemID=55783", "ItemID=55790"),
        layout=layout,
        title=title,
        published=published,
        precision="minute",
        authors=tuple(writers.split(" - ")),
        photographers=tuple(photographers.split(" - ")) if photographers else (),
        source=None,
        section=CATEGORIES[category] if category else HAU_GIANG_SECTION[layout],
        blocks=tuple(_blocks(lines[filled[1] + 1 : last], layout)),
        category=category,
        byline=byline,
        odd=frozenset(("nbsp",)),
        printed_date=date_line(layout, published),
    )


def is_caption(line: str) -> bool:
    """Whether a line of a seed stands below a picture: a short line, or who is speaking in it.

    A longer line that ends with a full stop and carries the narrative is a paragraph.
    """
    speaks = line.startswith("Đồng chí ") and ("phát biểu" in line or "tham luận" in line)
    return len(line) < 100 or (speaks and len(line) < 310)


def fold(line: str) -> str:
    """Return *line* with every run of blanks as one space."""
    return " ".join(line.replace("\u00a0", " ").split())


def _blocks(lines: list[str], layout: Layout) -> Iterator[Block]:
    rng = random.Random(f"seed {layout}")
    for line in lines:
        text = fold(line)
        if not text:
            if "\u00a0" in line:
                yield Gap()
        elif is_caption(text):
            yield Figure(PlayedImage(url=_picture(layout, rng), caption=text, printed=text))
        else:
            yield Text(text)


def _picture(layout: Layout, rng: random.Random) -> str:
    if layout == "ha_tinh":
        return f"http://skhcn.hatinh.gov.vn/storage/images.thumb.{new_uuid(rng)}.jpg"
    return f"http://haugiang.gov.vn/Uploads/Images/2020/5/Dai%20hoi-{rng.getrandbits(32):08x}.jpg"
