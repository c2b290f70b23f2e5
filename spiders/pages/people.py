"""Who wrote an article: what machines are told, then what is printed beside the headline.

The voices are asked in the order of their worth, and the first that names somebody is
believed; persons go before offices, and the site's own name comes last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.blocks import Block
from crawler.clean import key, line
from crawler.names import is_office
from spiders.pages.naming import BY, MAX_LINE, clean_names, is_person_like, may_be_name
from spiders.pages.structure import Facts, elements, texts, types
from spiders.pages.titles import squeezed

METAS = (
    *("parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "article:author_name"),
    *("cxenseparse:author", "citation_author", "article.author", "og:article:author", "dcsext.author", "author"),
    *("article:author",),
)
"""Names of meta elements, the more exact ones first."""
_LIBRARY = frozenset(("dc.creator", "dcterms.creator", "citation_author"))
"""Libraries put the family name first."""
_REVERSED = re.compile(r"([^\W\d_][\w'’-]+), ([^\W\d_][\w'’. -]{1,30})")
ABOVE, NEAR = 4, 14
"""Lines above and below the headline in which a byline stands."""
MAX_NAMES = 12

_OTHER = re.compile(r"(?:ImageObject|VideoObject|Comment|Review|Rating|Citation|Recipe)\b", re.I)
"""Types of scopes whose authors are not the article's."""
_JOINT = re.compile(r"\W*(?:and|und|et|y|e|og|och|en|và|with|mit|by|von|par|por)?\W*", re.I)
_LETTER = re.compile(r"[^\W\d_]")
_ASIDE = frozenset(("nav", "footer", "aside"))
_WIDE = frozenset(("body", "html", "article", "main", "form", "input", "img", "script"))
"""Elements that hold more than a name, or none."""
_MARKED = "//*[@class[{}] or @href[{}]]".format(
    " or ".join(f"contains(.,'{word}')" for word in ("author", "Author", "byline", "Byline", "autor")),
    " or ".join(f"contains(.,'/{word}/')" for word in ("author", "authors", "autor")),
)


@dataclass(frozen=True, slots=True)
class Writers:
    """Who wrote it, and how sure that is."""

    names: tuple[str, ...] = ()
    confidence: float = 0.0


def writers_of(
    facts: Facts, root: etree._Element | None, own: frozenset[str], title: str | None,
    blocks: Callable[[], Sequence[Block]], byline: Callable[[], tuple[str, ...]],
) -> Writers:  # fmt: skip
    """Return the writers. *own* are the site's names; *blocks* and *byline* are asked when machines name nobody."""
    office: tuple[str, ...] = ()
    for worth, names in _voices(facts, root, title, blocks, byline):
        people = tuple(name for name in names if squeezed(name) not in own and key(name) != key(title or ""))
        if any(not is_office(name) for name in people):
            return Writers(people[:MAX_NAMES], worth)
        office = office or people or names
    return Writers(office[:1], 0.3) if office else Writers()


def _voices(
    facts: Facts, root: etree._Element | None, title: str | None,
    blocks: Callable[[], Sequence[Block]], byline: Callable[[], tuple[str, ...]],
) -> Iterator[tuple[float, tuple[str, ...]]]:  # fmt: skip
    """Yield how much a voice is worth, and whom it names. The figures are how often each was right."""
    yield 0.95, _of_objects(facts)
    yield 0.85, clean_names(_of_microdata(facts.props.get("author", ())))
    for name in METAS:
        told = facts.meta(name)
        yield (
            0.85,
            clean_names(_REVERSED.sub(r"\2 \1", text) for text in told) if name in _LIBRARY else clean_names(told),
        )
    if root is not None:
        yield 0.75, clean_names(_of_links(root))
    yield 0.8, byline()
    if root is not None:
        yield 0.7, _marked(root)
    yield 0.7, _printed(blocks(), title)


def _of_objects(facts: Facts) -> tuple[str, ...]:
    """Return the authors of the article's JSON-LD: persons, else organisations."""
    people: list[str] = []
    offices: list[str] = []
    for node in (facts.article, facts.page):
        for value in facts.resolve(node.get("author") or node.get("creator")):
            office = isinstance(value, dict) and any("Organization" in kind for kind in types(value))
            (offices if office else people).extend(texts(value))
        if people or offices:
            break
    return clean_names(people) or tuple(dict.fromkeys(filter(may_be_name, offices)))


def _of_microdata(found: Sequence[etree._Element]) -> list[str]:
    """Return the names of microdata: the name within a scope, else the text; only those of the first one's scope."""
    names: list[str] = []
    home: etree._Element | None = None
    for element in islice(found, MAX_NAMES):
        above = islice(element.iterancestors(), 60)
        scope = next((one for one in above if one.get("itemscope") is not None), None)
        other = scope is not None and _OTHER.search(str(scope.get("itemtype") or "")) is not None
        if other or (names and scope is not home):
            continue
        home = scope
        inner = (one for one in islice(element.iter(), 1, 60) if "name" in str(one.get("itemprop") or "").split())
        chosen = next(inner, element)
        text = str(chosen.get("content") or "")
        names += [text] if text else _pieces(chosen)
    return names


def _of_links(root: etree._Element) -> list[str]:
    """Return the first text that links to its author."""
    told = (_text(link) for link in elements(root, "//a[contains(concat(' ', @rel, ' '), ' author ')]", 20))
    return list(islice((name for name in told if 0 < len(name) <= 60), 1))


def _text(element: etree._Element) -> str:
    return line(" ".join(str(piece) for piece in islice(element.itertext(), 60)))


def _pieces(element: etree._Element) -> list[str]:
    """Return the first texts of an element that are names, up to the first that is none: what follows is about them."""
    names: list[str] = []
    for piece in islice(element.itertext(), 40):
        text = line(str(piece))
        here = clean_names([text]) if 0 < len(text) <= MAX_LINE else ()
        if names and not here and _LETTER.search(text) and not _JOINT.fullmatch(text):
            break
        names += here
    return names


def _marked(root: etree._Element) -> tuple[str, ...]:
    """Return the names in the first element that a class or an address calls the author's."""
    for element in elements(root, _MARKED, 60):
        around = islice(element.iterancestors(), 12)
        if element.tag in _WIDE or any(one.tag in _ASIDE or "comment" in str(one.get("class") or "") for one in around):
            continue
        if 3 <= len(_text(element)) <= 2 * MAX_LINE:
            names = tuple(filter(is_person_like, dict.fromkeys(_pieces(element))))
            if names:
                return names
    return ()


def _printed(blocks: Sequence[Block], title: str | None) -> tuple[str, ...]:
    """Return the names in a line beside the headline that begins with a word such as ``By``."""
    wanted = key(title or "")
    heads = [
        at for at, block in enumerate(blocks) if block.heading == 1 or (block.heading and key(block.text) == wanted)
    ]
    home = next((at for at in heads if key(blocks[at].text) == wanted), heads[0] if heads else 0)
    for block in blocks[max(0, home - ABOVE) : home + NEAR]:
        if 5 <= len(block.text) <= MAX_LINE and (found := BY.match(block.text)) is not None:
            names = tuple(filter(is_person_like, clean_names([block.text[found.end() :]])))
            if names:
                return names
    return ()
