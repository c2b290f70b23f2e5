"""The words of the pages. Templates are written in Vietnamese; the catalog of English says the same in English."""

from __future__ import annotations

from archive.web.links import Language
from archive.web.words.english import ENGLISH
from archive.web.words.named import NAMED


def translate(language: Language, text: str, **values: object) -> str:
    """Return *text*, which is Vietnamese, in a language, with *values* in place of ``{names}``.

    A text such as ``field.title`` is the name of a pair in :mod:`archive.web.words.named`. With a value ``n`` that is
    one, English has a form of its own where the catalog holds two.

    >>> translate("en", "{n} bài mới", n="1"), translate("vi", "{n} bài mới", n="1")
    ('1 new article', '1 bài mới')
    """
    if text in NAMED:
        found = NAMED[text][language == "en"]
    elif language == "en":
        known = ENGLISH.get(text, text)
        found = known if isinstance(known, str) else known[str(values.get("n")) != "1"]
    else:
        found = text
    return found.format(**values) if values else found
