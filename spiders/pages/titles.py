"""The headline of a page that nobody declared: voices propose, agreement and place decide.

Voices are what the page says in machine vocabularies, its headings, its ``<title>``
and its address. A voice often carries the site's name (``Headline | Site``): each is
heard whole and cut, and a cut counts in full when the site's own names explain what was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from crawler.clean import key, line, slug_words
from crawler.dates import split_edge_date
from spiders.pages import words
from spiders.pages.shaping import without_null
from spiders.pages.structure import Facts, texts, types

_MARK = re.compile(r"\s+[-–—|»«:·•/]{1,2}\s+|\s*[|»•·ㅣ]\s*|\s*::\s*|\s+@\s+")
_LETTER = re.compile(r"[^\W\d_]")
_NOTHING = re.compile(r"null|undefined|untitled", re.I)
_SITES = frozenset(("WebSite", "Organization", "NewsMediaOrganization", "Corporation"))
MAX_TITLE = 400
MAX_HEADINGS = 60
LINE = 1.5
"""Weight of the line that looks like a headline."""
SLUG = 1.0
"""Weight of a likeness to the words of the address."""


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline, and how sure it is."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Voice:
    """One proposal and its weight."""

    text: str
    weight: float
    printed: bool = False
    """It is a line of the page; others may carry the site's name."""


def headings(root: etree._Element | None) -> list[tuple[str, str]]:
    """Return level and text of the page's first headings, without a date that shares the line with a headline."""
    if root is None:
        return []
    found = []
    for element in islice(root.iter("h1", "h2"), MAX_HEADINGS):
        text = line(" ".join(str(piece) for piece in islice(element.itertext(), 200)))
        if _LETTER.search(text):
            text = without_null(text)
            dated = split_edge_date(text) if element.tag == "h1" else None
            found.append((str(element.tag), dated[0] if dated is not None else text))
    return found


def site_names(facts: Facts, url: str) -> frozenset[str]:
    """Return what the site calls itself, letters and figures only; its host's labels are among them."""
    told = facts.meta("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site")
    for node in (facts.article, *facts.nodes[:20]):
        told += [text for value in facts.resolve(node.get("publisher")) for text in texts(value)]
        if any(kind in _SITES for kind in types(node)):
            told += texts(node.get("name")) + texts(node.get("alternateName"))
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    labels = [host, *(label for label in host.split(".")[:-1] if len(label) > 3), host.split(".")[0]]
    return frozenset(said for said in map(squeezed, (*told, *labels)) if len(said) >= 2)


def squeezed(text: str) -> str:
    """Return letters and figures only: ``The Times of India`` and ``timesofindia`` share most of them.

    >>> squeezed("VnExpress – Tin nhanh!")
    'vnexpresstinnhanh'
    """
    return "".join(slug_words(text)) or key(text).replace(" ", "")


def is_site(text: str, names: Iterable[str]) -> bool:
    """Say whether *text* is one of the site's own *names*, or holds one nearly whole."""
    said = squeezed(text)
    if not said:
        return True
    return any(
        said == name or (len(name) >= 4 and name in said and len(said) <= 2.5 * len(name))
        or (len(said) >= 4 and said in name)
        for name in names
    )  # fmt: skip


def variants(text: str, names: frozenset[str]) -> list[tuple[str, float]]:
    """Return what a voice may mean, with shares of its weight: whole, and without either end.

    >>> variants("Mưa lớn ở Huế | Báo Mới", frozenset({"baomoi"}))
    [('Mưa lớn ở Huế', 1.0), ('Mưa lớn ở Huế | Báo Mới', 0.4), ('Báo Mới', 0.3)]
    """
    found: list[tuple[str, float]] = []
    marks = list(islice(_MARK.finditer(text), 12))
    for mark in marks:
        for kept, cut in ((text[: mark.start()], text[mark.end() :]), (text[mark.end() :], text[: mark.start()])):
            if len(_LETTER.findall(kept)) >= 4:
                found.append((kept.strip(), 1.0 if is_site(cut, names) else 0.3))
    whole = 0.4 if any(share == 1.0 for _, share in found) else 1.0
    found.append((text, whole))
    return sorted(found, key=lambda one: -one[1])


def voices_of(facts: Facts, root: etree._Element | None, head_title: str, names: frozenset[str]) -> list[Voice]:
    """Return what the page proposes without a look at its lines. A heading that is the site's name does not count."""
    found = [Voice(text, 1.0) for text in texts(facts.article.get("headline"))[:1]]
    found += [Voice(text, 1.0) for text in facts.meta("og:title")[:1]]
    found.append(Voice(head_title, 0.2))
    tops = [text for tag, text in headings(root) if tag == "h1" and squeezed(text) not in names][:6]
    found += [Voice(text, 0.5 if at else 1.5, printed=True) for at, text in enumerate(tops)]
    return [voice for voice in found if 4 <= len(voice.text) <= MAX_TITLE and not _NOTHING.fullmatch(voice.text)]


def headline(
    voices: Sequence[Voice], names: frozenset[str], url: str, line_of: Callable[[], str | None] = lambda: None
) -> Headline | None:
    """Return the proposal on which most weight agrees; None when there is none.

    *names* are the site's own, which are no headlines. *line_of* finds the line that looks
    like one; it is only asked when it could decide.
    """
    poll = _Poll(voices, names, url)
    ranked = poll.ranked()
    lead = ranked[0][0] - (ranked[1][0] if len(ranked) > 1 else 0.0) if ranked else 0.0
    if (lead <= LINE or ranked[0][0] <= LINE + SLUG) and (text := line_of()):
        poll = _Poll([*voices, Voice(text, LINE, printed=True)], names, url)
        ranked = poll.ranked()
    if not ranked:
        return None
    weight, text = ranked[0]
    return Headline(text, round(min(1.0, weight / poll.heard), 2))


class _Poll:
    """What all voices together say."""

    def __init__(self, voices: Sequence[Voice], names: frozenset[str], url: str) -> None:
        self.names = names
        self.slug = _slug(url)
        self.weights: dict[str, float] = {}
        self.spelled: dict[str, dict[str, float]] = {}
        self.heard = 1.0 + sum(voice.weight for voice in voices)
        meant = [(voice, variants(voice.text, names)) for voice in voices if not voice.printed]
        for voice, ways in meant:
            self._count(voice.weight, ways)
        machine = {key(text): text for _, ways in meant for text, share in ways if share == 1.0}
        for voice in voices:
            if voice.printed:
                self._count(voice.weight, [(voice.text, 1.0), *_without_kicker(voice.text, machine)])

    def _count(self, weight: float, ways: Sequence[tuple[str, float]]) -> None:
        best: dict[str, tuple[float, str]] = {}
        for text, share in ways:
            said = key(text)
            if said and share > best.get(said, (0.0, ""))[0]:
                best[said] = (share, text)
        for said, (share, text) in best.items():
            self.weights[said] = self.weights.get(said, 0.0) + weight * share
            ways_of = self.spelled.setdefault(said, {})
            ways_of[text] = ways_of.get(text, 0.0) + weight * share

    def ranked(self) -> list[tuple[float, str]]:
        """Return weights and texts, the heaviest first; the site's own names are left out."""
        found = []
        for said, weight in self.weights.items():
            text = max(self.spelled[said].items(), key=lambda one: one[1])[0]
            if squeezed(text) not in self.names:
                found.append((weight + SLUG * _likeness(text, self.slug) - words.is_owner(text), text))
        return sorted(found, key=lambda one: -one[0])


def _without_kicker(text: str, machine: Mapping[str, str]) -> list[tuple[str, float]]:
    """Return the end of a printed line that machine voices take for the headline: what is before it is a kicker."""
    said = key(text)
    return [
        (other, 1.3)
        for ending, other in machine.items()
        if len(ending) >= 15 and 0.35 * len(said) <= len(ending) < len(said) and said.endswith(f" {ending}")
    ]


def _slug(url: str) -> frozenset[str]:
    """Return the words of the address's longest part."""
    pieces = [slug_words(re.sub(r"\.\w{3,5}$", "", piece)) for piece in unquote(urlsplit(url).path).split("/")]
    best = max(pieces, key=len, default=[])
    return frozenset(word for word in best if not word.isdigit()) if len(best) >= 3 else frozenset()


def _likeness(text: str, slug: frozenset[str]) -> float:
    ours = frozenset(slug_words(text)) if slug else frozenset()
    return len(ours & slug) / len(ours | slug) if ours else 0.0
