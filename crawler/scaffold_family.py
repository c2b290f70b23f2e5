"""Text of a new family's module: a page class whose selectors are still to be filled in."""

from __future__ import annotations

import importlib
from pathlib import Path

from crawler.registry import page_classes
from crawler.scaffold import OTHERWISE, NameTaken, write_new

FAMILY_NAME = r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*"

_MODULE = '''\
"""TODO which software this is, and which Departments use it.

Odd:

- TODO what nobody would expect: where the id stands, copies of an article, the pages of a list, today's date
  in the header, labels that leak into the text. A line each, for whoever wonders why the code below is as it is.
"""

from __future__ import annotations

from typing import ClassVar

from crawler.page import ListingPage, Page
from spiders.pages.marked import MarkedArticle
from spiders.pages.marked_listing import MarkedListing


class {stem}Listing(MarkedListing):
    """TODO one section's headlines."""

    items_at: ClassVar[tuple[str, ...]] = ()  # TODO CSS of one item, such as ".news-list .item"; without: every link
    link_at: ClassVar[tuple[str, ...]] = ("a[href]",)  # TODO the headline's link within the item
    date_at: ClassVar[tuple[str, ...]] = ()  # TODO the date within the item


class {stem}Article(MarkedArticle):
    """TODO one article."""

    name: ClassVar[str] = "{name}"
    version: ClassVar[int] = 1
    # TODO the whole of path and query; named groups are the article's id: r"/tin-tuc/[^/?]+-(?P<id>\\d+)\\.html"
    articles: ClassVar[tuple[str, ...]] = ()
    # TODO the page's number in the query is page_param; in the path it is a group, with what only later pages have
    # around it: r"/tin-tuc(?P<page>/trang-(?P<number>\\d+))?"
    listings: ClassVar[tuple[str, ...]] = ()
    page_param: ClassVar[str | None] = None  # TODO such as "trang"
    first_page: ClassVar[int] = 1  # TODO the number of a list's first page: some count from 0
    source_id: ClassVar[tuple[str, ...]] = ()  # TODO query keys that are the article's id, if no group of articles is
    junk: ClassVar[tuple[str, ...]] = ()  # TODO query keys that make no other article: ("print", "tab")
    listing_page: ClassVar[type[ListingPage]] = {stem}Listing

    # TODO CSS selectors; of several the first that finds words counts. Delete what the pages do not have.
    title_at: ClassVar[tuple[str, ...]] = ()  # TODO the headline
    date_at: ClassVar[tuple[str, ...]] = ()  # TODO the date of publication, be it with other words
    summary_at: ClassVar[tuple[str, ...]] = ()  # TODO the lead
    body_at: ClassVar[tuple[str, ...]] = ()  # TODO the element that holds the body
    author_at: ClassVar[tuple[str, ...]] = ()  # TODO the writers
    source_at: ClassVar[tuple[str, ...]] = ()  # TODO where the text was taken from
    section_at: ClassVar[tuple[str, ...]] = ()  # TODO the links of the breadcrumb
    tags_at: ClassVar[tuple[str, ...]] = ()  # TODO the keywords, each
    files_at: ClassVar[tuple[str, ...]] = ()  # TODO lists of documents beside the body
    noise_at: ClassVar[tuple[str, ...]] = ()  # TODO what stands within the body and is none of it: buttons, boxes
    # TODO the items of a list, as above: a page without a body that shows two is a list, where an article was
    items_at: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def fingerprint(cls, page: Page) -> float:
        return 0.0  # TODO 0.5 or more for marks that no other family's pages bear: 0.9 if "..." in page.markup else 0.0
'''


def family_module(name: str) -> str:
    """Return the module of a new family.

    >>> "class HoaNinhArticle(MarkedArticle):" in family_module("hoa_ninh")
    True
    """
    return _MODULE.format(name=name, stem="".join(part.capitalize() for part in name.split("_")))


def family_path(name: str) -> Path:
    """Return where the module of a family lies, or would."""
    package = importlib.import_module("spiders.pages")
    return Path(next(iter(package.__path__))) / f"{name}.py"


def write_family(path: Path, name: str) -> None:
    """Write the module of a new family. Raises NameTaken when module or page class of that name is there."""
    if path.exists():
        raise NameTaken(f"{path}: is there already, and nothing was changed; {OTHERWISE}")
    if (known := page_classes().get(name)) is not None:
        module = known.__module__.replace(".", "/")
        raise NameTaken(f'{module}.py: has a page class "{name}" already, and nothing was changed; take another name')
    write_new(path, family_module(name))
