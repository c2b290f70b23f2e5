"""A small seeded grammar: templates with slots and choices become sentences.

``[a|b]`` chooses; ``{name}`` takes a word of the article's cast (the same each time in one
article); ``{n:3-20}`` gives a whole number, two digits at least; ``{big:1200-9000}`` one with
dots between thousands; ``{dec:2-9}`` a decimal with a comma; ``{pct:5-30}`` a percentage.
``?word,word? ...`` in front is a condition on the title, see :func:`suited`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
SLOT = re.compile(r"\{([a-z_0-9]+)(?::(\d+)-(\d+))?\}")


def expand(template: str, cast: Mapping[str, str], rng: random.Random) -> str:
    """Return the sentence that *template* gives with *cast* and the next choices of *rng*.

    >>> expand("[Sáng|Sáng] ngày {ngay}, {n:5-5} đại biểu", {"ngay": "12/5"}, random.Random(1))
    'Sáng ngày 12/5, 05 đại biểu'
    """
    while found := CHOICE.search(template):
        chosen = rng.choice(found.group(1).split("|"))
        template = template[: found.start()] + chosen + template[found.end() :]
    text = SLOT.sub(lambda slot: _value(slot, cast, rng), template)
    return re.sub(r" {2,}", " ", text).strip()


def _value(slot: re.Match[str], cast: Mapping[str, str], rng: random.Random) -> str:
    name, low, high = slot.groups()
    if low is None:
        return cast[name]
    number = rng.randint(int(low), int(high))
    if name == "big":
        return f"{number:,}".replace(",", ".")
    if name == "dec":
        return f"{number},{rng.randint(1, 9)}"
    if name == "pct":
        return f"{number},{rng.randint(1, 9)}%" if rng.random() < 0.4 else f"{number}%"
    return f"{number:02d}"


def suited(templates: Sequence[str], title: str, *, only: bool = False) -> list[str]:
    """Return the templates that suit an article's *title*, their conditions cut off.

    ``?tập huấn,diễn tập? ...`` suits a title with one of these words; a template without condition suits every
    title, unless *only* is set and another one suits by its condition.

    >>> suited(["?diễn tập? Tình huống", "?tập huấn? Lớp học", "Toàn tỉnh"], "Tập huấn an toàn")
    ['Lớp học', 'Toàn tỉnh']
    """
    plain = [each for each in templates if not each.startswith("?")]
    if not only:
        return [text for each in templates if (text := _without_condition(each, title)) is not None]
    given = [text for each in templates if each not in plain and (text := _without_condition(each, title))]
    return given or plain


def _without_condition(template: str, title: str) -> str | None:
    if not template.startswith("?"):
        return template
    _, words, text = template.split("?", 2)
    return text.strip() if any(word in title.lower() for word in words.split(",")) else None


def capital(text: str) -> str:
    """Return *text* with its first letter in upper case."""
    return text[:1].upper() + text[1:]
