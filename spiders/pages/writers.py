"""Where an article names its writers: below the text, glued to its end, above it, beside its date."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.bylines import Byline, parse_byline
from crawler.names import is_person
from spiders.pages.evidence import Item

_TAIL_OF_SENTENCE = re.compile(
    r"^(?P<body>.*(?:\./\.?|/\.|[.!?…][”\")]?))\s+(?P<tail>[^.]{3,90}(?:\.[^.]{1,30}){0,3})$", re.S
)
_TOP_LABEL = re.compile(
    r"(?:Tác giả|Người (?:viết|đăng|gửi|nhập)|Tin bài|Bài viết|Tin|Bài|Thực hiện|Nguồn|Đăng bởi"
    r"|Post(?:ed)? (?:name|by))[^:]{0,12}:|(?:Reported|Written) by ",
    re.I,
)


def take_byline(items: Sequence[Item]) -> tuple[list[Item], Byline]:
    """Return the article without the lines that name its writers, and whom they name.

    At most three stand at the end, and one at the beginning.
    """
    kept = list(items)
    found: list[Byline] = []
    while kept and len(found) < 3:
        item = kept[-1]
        names = _byline_of(item, kept) if item.block.picture is None else None
        if names is None:
            break
        # Two bare lines of names do not follow each other: the upper one is text.
        if found and not names.labelled and not found[0].labelled and item.block.align != "right":
            break
        found.insert(0, names)
        kept.pop()
    if not found and kept and kept[-1].block.picture is None:
        cut = _glued_byline(kept[-1])
        if cut is not None:
            text, names = cut
            kept[-1].block.text = text
            found.append(names)
    if len(kept) > 1 and kept[0].block.picture is None and re.match(_TOP_LABEL, kept[0].text):
        top = parse_byline(kept[0].text)
        if top is not None:
            found.insert(0, top)
            kept.pop(0)
    if not any(one.authors for one in found) and len(kept) > 1 and _heads_with_names(kept[0], kept[1]):
        top = parse_byline(kept.pop(0).text)
        found += [top] if top is not None else []
    authors = [name for one in found for name in one.authors]
    photographers = [name for one in found for name in one.photographers]
    source = next((one.source for one in found if one.source), None)
    return kept, Byline(tuple(dict.fromkeys(authors)), tuple(dict.fromkeys(photographers)), source)


def named_above(date_text: str, between: Sequence[Item] = ()) -> tuple[str, ...]:
    """Return the writers that the date line names after ``Tác giả:``, or a line *between* headline and date.

    Who posted it is an account, and no writer.
    """
    said = re.search(r"Tác giả\s*:\s*([^|(:]+?)\s*(?:[-–|(]\s*)?(?:$|[|(]|(?=(?:Lượt|Ngày|Cập|Xem|Nguồn)))", date_text)
    for text in ([said.group(1)] if said else []) + [item.text for item in between if not item.block.links]:
        names = parse_byline(text)
        if names is not None and names.authors and (said or all(map(is_person, names.authors))):
            return names.authors
    return ()


def _heads_with_names(item: Item, following: Item) -> bool:
    """Say whether the first line below headline and date is nothing but names of persons, above a paragraph."""
    block = item.block
    if block.picture is not None or block.heading or block.links or not following.strong:
        return False
    names = parse_byline(item.text)
    return names is not None and bool(names.authors) and all(map(is_person, names.authors))


def _byline_of(item: Item, items: Sequence[Item]) -> Byline | None:
    """Return whom the last line names, when its place and look agree with its words."""
    block, text = item.block, item.text
    if item.link == "article" or " | " in text:
        return None
    names = parse_byline(text)
    if block.align == "right" or block.indented:
        if names is not None:
            return names
        if len(text) <= 80 and not re.search(r"[.!?:;]$", text) and not any(other.strong for other in items[-1:]):
            return Byline((text.strip("()"),)) if block.align == "right" and text[:1].isupper() else None
        return None
    if names is None or (block.heading and not names.labelled):
        return None
    previous = items[-2] if len(items) > 1 else None
    if previous is None:
        return None
    if not names.labelled and previous.block.picture is not None and block.align == "center":
        return None
    return names


def _glued_byline(item: Item) -> tuple[str, Byline] | None:
    """Split names off the end of the last paragraph, when blanks or bold letters set them apart."""
    text, tail = item.text, item.block.tail
    if tail and text.endswith(tail) and len(tail) < len(text):
        names = parse_byline(tail)
        head = text[: -len(tail)].rstrip()
        if names is not None and re.search(r"[.!?…/”\")]$", head):
            return head, names
    found = _TAIL_OF_SENTENCE.match(text)
    if found and found.group("body").endswith(("./.", "/.")):
        names = parse_byline(found.group("tail"))
        if names is not None:
            return found.group("body"), names
    return None
