"""Which lines after the anchors are the article's, and where it ends.

The article ends at a heading such as ``Các tin khác``, at a list of links to
other articles, or where the page's structure leaves the element that holds
headline, date and first paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiders.pages import words
from spiders.pages.anchors import Anchors
from spiders.pages.evidence import Item
from spiders.pages.margins import heads_contents, without_margins

Path = tuple[int, ...]
_LETTER = re.compile(r"[^\W\d_]")


def common(one: Path, two: Path) -> Path:
    """Return the elements that hold both places."""
    size = 0
    for a, b in zip(one, two, strict=False):
        if a != b:
            break
        size += 1
    return one[:size]


def inside(path: Path, holder: Path) -> bool:
    """Say whether *path* lies in *holder*."""
    return path[: len(holder)] == holder


def article_items(items: Sequence[Item], anchors: Anchors) -> list[Item]:
    """Return the lines and pictures of the article after its headline, in order."""
    title = items[anchors.title]
    date = items[anchors.date] if anchors.date is not None else None
    start = anchors.title + 1
    if date is not None and start <= date.at and not any(item.strong for item in items[start : date.at]):
        start = date.at + 1
    return _Range(items, title, date).collect(start)


class _Range:
    """One walk from the headline to the end of the article."""

    def __init__(self, items: Sequence[Item], title: Item, date: Item | None) -> None:
        self.items, self.title = items, title
        head = title.block.path
        if date is not None:
            head = common(head, date.block.path)
        self.root: Path = head
        self.dated = date is not None
        self.core: Path | None = None
        self.taken: list[Item] = []
        self.strong = 0
        self.last: Item | None = None
        self.skipped: set[int] = set()

    def collect(self, start: int) -> list[Item]:
        for item in self.items[start:]:
            block = item.block
            if self.strong == 0 and item.strong:
                self._choose_column(item)
            if not self.skipped.isdisjoint(block.path):
                continue
            if block.chrome or (block.form and block.form not in self.title.block.path):
                if item.link == "file" and self.strong and not block.form and inside(block.path, self.root):
                    # Documents in a side note of the article itself.
                    self.taken.append(item)
                continue
            if self._is_side_column(item):
                continue
            if item.ends:
                if self.strong == 0 and item.link in ("button", "self"):
                    # A jump such as "Bình luận (0)" above the text heads nothing.
                    continue
                break
            if not item.noise and words.may_end_article(item.text):
                if not self._goes_on(item):
                    break
                if self.strong == 0:
                    continue
            if item.link == "article" or self._names_itself(item):
                if self._is_passing_link(item):
                    continue
                break
            if self._is_outside(item):
                if self._ends_outside(item):
                    break
                continue
            if self._is_skipped(item):
                continue
            self._take(item)
        return without_margins(self.taken, self.root)

    def _choose_column(self, first: Item) -> None:
        """Leave out a side column that stands before the article's own in the same row.

        It begins with the heading of a box or holds links to articles; or it is far shorter.
        """
        path, tags = first.block.path, first.block.tags
        for depth in range(len(tags) - 1):
            if tags[depth] != "tr" or inside(self.title.block.path, path[: depth + 1]):
                continue
            masses: dict[int, int] = {}
            for other in self.items[first.at :]:
                if other.strong and inside(other.block.path, path[: depth + 1]) and len(other.block.path) > depth + 1:
                    cell = other.block.path[depth + 1]
                    masses[cell] = masses.get(cell, 0) + len(other.text)
            here = path[depth + 1]
            free = [cell for cell in masses if not self._is_box(cell, first.at)]
            rival = max((masses[cell] for cell in free if cell != here), default=0)
            if rival > (4 * masses.get(here, 0) if here in free else 0):
                self.skipped.add(here)
                self.taken = [item for item in self.taken if here not in item.block.path]
                return

    def _is_box(self, cell: int, start: int) -> bool:
        """Say whether a column begins with the heading of a box, or with a link to an article."""
        for item in self.items[max(0, start - 30) :]:
            if cell in item.block.path and (item.text or item.link):
                return item.link == "article" or item.ends or words.may_end_article(item.text)
        return False

    def _take(self, item: Item) -> None:
        self.taken.append(item)
        if item.strong or item.block.picture is not None:
            here = item.block.path
            self.core = here[:-1] if self.core is None else common(self.core, here)
        self.strong += item.strong
        if item.strong:
            self.last = item
        if self.strong == 1 and item.strong:
            self.root = common(self.root, item.block.path)

    def _is_skipped(self, item: Item) -> bool:
        """A line that is inside the article's range but not of it."""
        block = item.block
        if block.picture is not None:
            return item.link in ("button", "page") and (block.picture.width or 999) < 200
        if item.noise or item.date is not None or item.key == self.title.key or heads_contents(item, self.items):
            return True
        return item.link in ("button", "page", "self", "image") and block.linked >= 0.8

    def _is_side_column(self, item: Item) -> bool:
        """Say whether a line stands in another cell of the paragraphs' row: cells of one row are columns."""
        if self.last is None:
            return False
        holder = common(self.last.block.path, item.block.path)
        return item.block.tags[len(holder) - 1 : len(holder)] == ("tr",) and len(item.block.path) > len(holder)

    def _is_outside(self, item: Item) -> bool:
        return self.strong > 0 and not inside(item.block.path, self.root)

    def _ends_outside(self, item: Item) -> bool:
        """Say whether a line beyond the article's element is the end; else it is read on, line by line."""
        if self.core is None:
            return True
        if item.link == "file":
            self.taken.append(item)
            return False
        branch = [other for other in self.items[item.at :] if not other.ends]
        holder = common(self.root, item.block.path)
        side = item.block.path[: len(holder) + 1]
        mates = [other for other in branch if inside(other.block.path, side)]
        paragraphs = [other for other in mates if other.strong and not words.is_footer(other.text)]
        flat = len(side) >= len(item.block.path)
        if flat:
            # Paragraphs that are children of the page itself: each is its own branch.
            paragraphs = []
            for other in self.items[item.at :]:
                if other.ends or other.link == "article":
                    break
                if other.strong and not words.is_footer(other.text) and inside(other.block.path, holder):
                    paragraphs.append(other)
        if (
            (len(paragraphs) >= 2 or (flat and paragraphs))
            and not any(other.link == "article" for other in mates)
            and self.strong <= 2
        ):
            self.root = holder
            if not self._is_skipped(item):
                self._take(item)
            return False
        if not item.strong and not self._far(item):
            # A byline or a list of files may stand just below the body's element.
            said = _LETTER.search(item.text) or item.block.picture is not None
            if said and not self._is_skipped(item) and not words.is_footer(item.text):
                self.taken.append(item)
            return False
        return True

    def _far(self, item: Item) -> bool:
        return len(self.root) - len(common(self.root, item.block.path)) > 1

    def _names_itself(self, item: Item) -> bool:
        """Say whether a line links to this page under another headline: then this page is a list."""
        return item.link == "self" and len(item.text) >= 20 and not item.noise and item.key != self.title.key

    def _goes_on(self, item: Item) -> bool:
        """Say whether the article's own paragraphs follow a heading that may end it."""
        if self.strong == 0:
            return self._is_passing_link(item)
        if self.core is None or not inside(item.block.path, self.core):
            return False
        for other in self.items[item.at + 1 :]:
            if other.ends or other.link == "article" or not inside(other.block.path, self.core):
                return False
            if other.strong:
                return True
        return False

    def _is_passing_link(self, item: Item) -> bool:
        """Say whether the article goes on after a link to another one.

        Before the first paragraph a column of links may stand; between paragraphs a single
        ``Xem thêm`` may. A page where each paragraph has its own link is a list.
        """
        after = count = between = 0
        links = 1
        for other in self.items[item.at + 1 :]:
            if other.ends:
                break
            if other.link == "article":
                if self.strong == 0 and count >= 3 and after >= 600:
                    # More than any lead: the links before it were of the writer, those after it are others' news.
                    return True
                if other.block.picture is None:
                    links += 1
                between += count
                after = count = 0
            elif other.strong and not words.is_footer(other.text):
                if self.core is not None and not inside(other.block.path, self.core):
                    continue
                after += len(other.text)
                count += 1
        if self.strong == 0:
            # A headline with a date of its own, before links without leads, is no list's.
            return count >= 1 if self.dated and not between else count >= 2 and after >= 300
        return (links == 1 and count >= 1) or (count >= 2 and after >= 400)
