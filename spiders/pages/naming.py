"""Names in the words around them: what is left of ``By A. Person, Contributing Writer | 5 May 2024``.

For bylines of any language; those of Vietnamese portals are read by :mod:`crawler.bylines`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from crawler.clean import key, line
from spiders.pages.moments import read_moment

MAX_LINE = 160
"""Letters of a line that may be a byline."""
MAX_TOLD = 30
"""Texts that are looked through for names."""

_WHAT = (
    r"written|words|story|posted|published|reviewed|medically reviewed|reported|text|foto|photo|interview|opinion"
    r"|analyse|kommentar|ein(?:e|en)? [^\W\d_]+"
)
_LABELS = (
    r"author|autor(?:in|en|a|es)?|auteur|autore|autrice|verfasser|text|texte|texto|écrit par|tác giả"
    r"|(?:interview|redaktion)(?=\s?:)"
)
BY = re.compile(
    rf"(?:(?:(?:{_WHAT}) )?(?:by|von|par|por|door|av|af|di|oleh)(?: the| dr\.?)?(?=\s|:)"
    rf"|(?:{_LABELS})s?(?=\s?:|\s))\s*:?\s*(?=\S)",
    re.I,
)
"""What stands before a name, at the beginning of a line."""
_SPLIT = re.compile(r"\s*(?:,|;|&|/(?=\s)|\n|\+)\s*|\s+(?:and|und|et|y|e|og|och|en|và|with|mit|avec|con)\s+", re.I)
_CUT = re.compile(
    r"\s*(?:[(\[|•·–—]| - |(?<!\w)(?:updated|posted|published|aktualisiert|veröffentlicht|in|on|for|aus|at|um|am|für) "
    r"|(?<=\s)\d| ?(?:기자|記者|记者)$).*$",
    re.I,
)
_HOUR = re.compile(r"^\W*(?:(?:um|at|à|alle|ore)\s+)?\d{1,2}[:.h]\d\d(?:\s?(?:Uhr|[ap]\.?m\.?))?\W*", re.I)
_NO_WORD = (
    r"none|null|author|autor(?:en)?|name|profile|about|admin|administrator|webmaster|staff|by|von|editor|guest|share"
    r"|follow|more|menu|login|artikel|articles?|facebook|twitter|newsletter|home|view"
)
_NO_NAME = re.compile(
    rf"https?:|www\.|@|\.(?:com|html?|php)\b|^\W*$|\d{{3}}|^(?:no |the )?(?:{_NO_WORD}|(?:view|read|see|about) .*"
    r"|(?:foto|photo|image|bild|credit)s?(?:\W.*)?)\W*$",
    re.I,
)
_ROLE = re.compile(
    r"^(?:(?:senior|contributing|staff|chief|deputy|associate|managing|technical|freelance|lead|guest|content|political"
    r"|special|former|foreign)\b.*"
    r"|.*\b(?:editor|reporter|writer|correspondent|journalist|producer|analyst|columnist|contributor|manager|director"
    r"|expert|founder|redakteur(?:in)?|korrespondent(?:in)?|redacteur|redactor[a]?|correspon\w+|autor(?:in)?|specialist"
    r"|strategist|educator|attorney|officer|lead|intern|fellow)s?"
    r"|(?:ph\.?d|m\.?d|r\.?d|dvm|cfp®?|mba|esq|jr|sr|dpa|afp|reuters|ap|sid)\.?)$",
    re.I,
)
_PARTICLES = frozenset(
    "de da do dos das del della di du la le van der den von zu zum zur y e al bin ter ten el af av".split()  # noqa: SIM905
)
_LETTER = re.compile(r"[^\W\d_]")
_ENDS = " .,;:-–|*»«\"'"


def clean_names(told: Iterable[str]) -> tuple[str, ...]:
    """Return the names in texts, each once, without what is said around them.

    >>> clean_names(["By Samya Kullab and Vasilisa Stepanenko"])
    ('Samya Kullab', 'Vasilisa Stepanenko')
    >>> clean_names(["https://facebook.com/x", "Linda Rosencrance, Contributing Writer"])
    ('Linda Rosencrance',)
    """
    names: list[str] = []
    for text in islice(told, MAX_TOLD):
        for piece in _SPLIT.split(_without_date(line(text[:400]))):
            bare = piece.strip(_ENDS)
            name = _CUT.sub("", BY.sub("", bare, count=1) if BY.match(bare) else bare).strip(_ENDS)
            if len(_LETTER.findall(name)) < 2 or len(name) > 60 or _NO_NAME.search(name):
                continue
            if not (names and _ROLE.match(name)):
                names.append(name)
    return tuple({key(name): name for name in reversed(names)}.values())[::-1]


def _without_date(text: str) -> str:
    """Return the side of a date on which the words stand, without the ``By`` before them."""
    moment = read_moment(text[:MAX_LINE])
    if moment is not None and moment.end:
        before, after = text[: moment.start], text[moment.end :]
        text = before if len(_LETTER.findall(before)) >= 4 else _HOUR.sub("", after)
    found = BY.match(text)
    return text[found.end() :] if found is not None else text


def may_be_name(text: str) -> bool:
    """Say whether *text*, told by a machine to be an author, can be a name at all."""
    return _NO_NAME.search(text) is None


def is_person_like(text: str) -> bool:
    """Say whether *text* is written as a person's name is: capitals, but for particles, in two to five words.

    >>> is_person_like("Erik van Vulpen"), is_person_like("View Full Profile"), is_person_like("Menu")
    (True, False, False)
    """
    words = text.split()
    if not 2 <= len(words) <= 5 or _ROLE.match(text) or any(map(_NO_NAME.search, words)):
        return False
    return all(word[:1].isupper() or word.lower() in _PARTICLES for word in words) and words[-1][:1].isupper()
