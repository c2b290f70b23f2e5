"""What stands at the edges of an article's element beside its text: buttons, ratings, notes of the portal.

Words of buttons are endless; where they stand is not. When the paragraphs have
an element of their own, a short line in another one is no text, unless it is a
byline or a document.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.bylines import parse_byline
from spiders.pages import words
from spiders.pages.evidence import FILE, Item

Path = tuple[int, ...]


def without_margins(taken: Sequence[Item], root: Path) -> list[Item]:
    """Return the lines of an article less those before and after its paragraphs, in elements of their own.

    *root* is the element that holds headline, date and first paragraph.
    """
    told = [at for at, item in enumerate(taken) if item.strong or item.block.picture is not None]
    body = [taken[at] for at in told if taken[at].block.path[: len(root)] == root]
    depth = len(root) + 1
    branches = {item.block.path[:depth] for item in body}
    # Paragraphs that are children of the root stand among the lines that may be none.
    if not body or any(len(item.block.path) <= depth for item in body):
        return list(taken)
    shapes = {item.block.tags[len(root) :] for item in body}

    def is_margin(item: Item) -> bool:
        path = item.block.path
        shaped = item.block.tags[len(root) :] in shapes and not words.is_footer(item.text)
        return path[: len(root)] == root and path[:depth] not in branches and not shaped

    first, last = told[0], told[-1]
    before = [item for item in taken[:first] if not is_margin(item) or _is_kept(item)]
    after: list[Item] = []
    tags = False
    for item in taken[last + 1 :]:
        tags = words.is_tag_label(item.text) or (tags and bool(item.block.links))
        if tags or not is_margin(item) or _is_kept(item):
            after.append(item)
    return [*before, *taken[first : last + 1], *after]


def heads_contents(item: Item, items: Sequence[Item]) -> bool:
    """Say whether a short line heads a table of contents: jumps within the page follow beside it."""
    after = items[item.at + 1] if item.at + 1 < len(items) else None
    if after is None or item.strong or not after.block.links or after.block.linked < 0.8:
        return False
    jumps = all(link.href.startswith("#") and len(link.href) > 1 for link in after.block.links)
    holder = item.block.path[:-1]
    return jumps and after.block.path[: len(holder)] == holder


def _is_kept(item: Item) -> bool:
    block = item.block
    return (
        any(FILE.search(link.href) for link in block.links)
        or block.align == "right" or block.indented or parse_byline(item.text) is not None
    )  # fmt: skip
