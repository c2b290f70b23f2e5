"""CSS selectors over one tree that is asked many times: its elements lie by class and id.

An XPath looks at every element of a page; a family asks some twenty selectors. One that ends with a class or an id is
looked for among the few elements that have it, one of an attribute alone among that one's values, one that ends with a
tag inside what has the class before it, and one of which a class is nowhere on the page finds nothing. Any other is
asked as XPath. The result is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, cast

from cssselect import HTMLTranslator, parser
from lxml import etree

_WORDS = re.compile(r"[^ \t\r\n]+")
MAX_BEGINNINGS = 50
"""Elements inside of which a selector is looked for; where there are more, XPath looks everywhere."""
MAX_SORTED = 50
"""Elements that XPath puts in the order of the source; of more their places are counted."""
_SORTED = etree.XPath("$found")


@dataclass(slots=True)
class _Compound:
    """What must hold of one element."""

    tag: str | None = None
    classes: list[str] = field(default_factory=list)
    id: str | None = None
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, operator, value."""
    combinator: str = ""
    """How the element before it stands to it: `` `` an ancestor, ``>`` its parent; empty when there is none."""

    @property
    def is_named(self) -> bool:
        """Whether a class or an id tells where to look for it."""
        return self.id is not None or bool(self.classes)

    def holds(self, element: etree._Element) -> bool:
        if self.tag is not None and element.tag != self.tag:
            return False
        if self.id is not None and element.get("id") != self.id:
            return False
        if self.classes:
            named = element.get("class")
            if not named or not _classes(str(named)).issuperset(self.classes):
                return False
        # Most have none, and a generator is made in vain for them.
        return not self.attributes or all(_fits(element.get(name), op, value) for name, op, value in self.attributes)


def _fits(said: Any, operator: str, value: str) -> bool:
    return said is not None and _TESTS[operator](said, value)


@lru_cache(maxsize=4096)
def _classes(named: str) -> frozenset[str]:
    return frozenset(_WORDS.findall(named))


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "exists": lambda said, value: True,
    "=": str.__eq__,
    "~=": lambda said, value: value in _classes(str(said)),
    "*=": str.__contains__,
    "^=": str.startswith,
    "$=": str.endswith,
}


_PLAIN_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*")


class _Chain(tuple[_Compound, ...]):
    """What stands between two commas of a selector, from the outermost element on."""

    classes: frozenset[str]
    """All that it names: where one of them is nowhere, it finds nothing."""
    ids: frozenset[str]
    is_named: bool
    """Whether its last element has a class or an id."""
    attribute: str | None
    """By which a chain of one element without class and id can be looked for."""
    begins_named: bool
    """Whether it ends with a tag, which can be looked for inside what its first element names."""

    def __init__(self, compounds: Iterable[_Compound]) -> None:
        self.classes = frozenset(word for each in self for word in each.classes)
        self.ids = frozenset(each.id for each in self if each.id is not None)
        names = [name for name, _, _ in self[0].attributes[:1]] if len(self) == 1 and not self[0].is_named else []
        self.attribute = names[0] if names and _PLAIN_NAME.fullmatch(names[0]) else None
        self.is_named = self[-1].is_named
        self.begins_named = self[-1].tag is not None and self[0].is_named


@lru_cache(maxsize=256)
def _values(name: str) -> etree.XPath:
    """Return the XPath of an attribute's values, each of which knows its element: it costs half of the elements'."""
    return etree.XPath(f"descendant-or-self::*/@{name}")


class Elements:
    """The elements of a tree, which must stay as it is."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._by_class: dict[str, list[Any]] = {}
        self._by_id: dict[str, list[Any]] = {}
        self._by_attribute: dict[str, list[Any]] = {}
        by_class, by_id = self._by_class.setdefault, self._by_id.setdefault
        for named in cast("list[Any]", _values("class")(root)):
            for word in _classes(str(named)):
                by_class(word, []).append(named)
        for number in cast("list[Any]", _values("id")(root)):
            by_id(str(number), []).append(number)

    def find(self, selector: str) -> list[etree._Element]:
        """Return the elements that a CSS selector finds, in source order."""
        chains = _chains(selector)
        if chains is None:
            return xpath_find(self._root, selector)
        # Most selectors are of another theme: one of their classes is nowhere on the page.
        live = [chain for chain in chains if self._may_be(chain)]
        if not live:
            return []
        if all(chain.is_named or chain.attribute is not None for chain in live):
            return self._in_order([self._named(each) if each.is_named else self._having(each) for each in live])
        if not all(chain.begins_named for chain in live):
            return xpath_find(self._root, selector)
        begin = self._in_order([[each for each in self._near(chain[0]) if chain[0].holds(each)] for chain in live])
        # A page may hold thousands, each inside the one before.
        return self._inside(begin, live) if len(begin) <= MAX_BEGINNINGS else xpath_find(self._root, selector)

    def may_find(self, selector: str) -> bool:
        """Say whether each class and id of a CSS selector is somewhere in the tree, so also in a part of it."""
        chains = _chains(selector)
        return chains is None or any(map(self._may_be, chains))

    def _may_be(self, chain: _Chain) -> bool:
        return chain.classes <= self._by_class.keys() and chain.ids <= self._by_id.keys()

    def _in_order(self, found: Sequence[list[etree._Element]]) -> list[etree._Element]:
        """Return all that was found in source order, each once."""
        some = [each for each in found if each]
        if len(some) < 2:
            return some[0] if some else []
        elements = {element for each in some for element in each}
        if len(elements) <= MAX_SORTED:
            return cast("list[etree._Element]", _SORTED(self._root, found=list(elements)))
        return sorted(elements, key=self._order.__getitem__)

    @cached_property
    def _order(self) -> dict[etree._Element, int]:
        return {element: place for place, element in enumerate(self._root.iter())}

    def _inside(self, begin: Sequence[etree._Element], chains: Sequence[_Chain]) -> list[etree._Element]:
        """Return what chains find that end with a tag and begin with one of these elements, in source order."""
        tags = {cast(str, chain[-1].tag) for chain in chains}
        found: dict[etree._Element, None] = {}
        for start in begin:
            # What lies in one inside another was found there: the order is the source's all the same.
            for element in start.iter(*tags):
                if element in found:
                    continue
                for chain in chains:
                    if chain[-1].holds(element) and _stands(element, chain, len(chain) - 1):
                        found[element] = None
                        break
        return list(found)

    def _named(self, chain: _Chain) -> list[etree._Element]:
        """Return what a chain finds whose last element has a class or an id."""
        last, at = chain[-1], len(chain) - 1
        return [each for each in self._near(last) if last.holds(each) and _stands(each, chain, at)]

    def _near(self, compound: _Compound) -> list[etree._Element]:
        """Return the elements that bear one of its names."""
        if compound.id is not None:
            values = self._by_id[compound.id]
        else:
            values = min([self._by_class[word] for word in compound.classes], key=len)
        return [value.getparent() for value in values]

    def _having(self, chain: _Chain) -> list[etree._Element]:
        """Return what a chain of one element finds that is known by an attribute."""
        name = cast(str, chain.attribute)
        if name not in self._by_attribute:
            self._by_attribute[name] = cast("list[Any]", _values(name)(self._root))
        _, operator, wanted = chain[0].attributes[0]
        test = _TESTS[operator]
        told = [value.getparent() for value in self._by_attribute[name] if test(value, wanted)]
        return [element for element in told if chain[0].holds(element)]


def _stands(element: etree._Element, chain: _Chain, at: int) -> bool:
    """Say whether what stands around an element is as the part of the chain before *at* says."""
    if at == 0:
        return True
    before = chain[at - 1]
    around = element.getparent()
    while around is not None:
        if before.holds(around) and _stands(around, chain, at - 1):
            return True
        if chain[at].combinator == ">":
            return False
        around = around.getparent()
    return False


def xpath_find(root: etree._Element, selector: str) -> list[etree._Element]:
    """Return what a CSS selector finds at or below *root*, in source order, of a tree of any kind."""
    return cast("list[etree._Element]", _xpath(selector)(root))


@lru_cache(maxsize=1024)
def _xpath(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


@lru_cache(maxsize=1024)
def _chains(selector: str) -> list[_Chain] | None:
    """Return what stands between the commas of a selector, each from the outermost element on; null: ask XPath."""
    chains: list[_Chain] = []
    for each in parser.parse(selector):
        chain: list[_Compound] = []
        if each.pseudo_element is not None or not _add(each.parsed_tree, chain):
            return None
        chains.append(_Chain(chain))
    return chains


def _add(tree: Any, chain: list[_Compound]) -> bool:
    """Add to a chain what a part of a parsed selector says; say no to what is not known here."""
    match tree:
        case parser.Element():
            chain.append(_Compound(tag=tree.element.lower() if tree.element else None))
            return tree.namespace is None
        case parser.CombinedSelector() if tree.combinator in (" ", ">"):
            inner: list[_Compound] = []
            if not _add(tree.selector, chain) or not _add(tree.subselector, inner):
                return False
            inner[0].combinator = tree.combinator
            chain += inner
            return True
        case parser.Class() | parser.Hash() | parser.Attrib():
            if not _add(tree.selector, chain):
                return False
            return _narrow(tree, chain[-1])
    return False


def _narrow(tree: Any, compound: _Compound) -> bool:
    match tree:
        case parser.Class():
            compound.classes.append(tree.class_name)
        case parser.Hash() if compound.id in (None, tree.id):
            compound.id = tree.id
        case parser.Attrib() if tree.namespace is None and tree.operator in ("exists", "=", "~=", "*=", "^=", "$="):
            value = getattr(tree.value, "value", None)
            if not value and tree.operator in ("*=", "^=", "$="):
                return False  # it fits nothing
            compound.attributes.append((tree.attrib.lower(), tree.operator, value or ""))
        case _:
            return False
    return True
