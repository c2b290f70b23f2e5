"""What the Departments write about: one :class:`Topic` a field of their work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Templates (see :mod:`tests.play.grammar`) from which articles on one subject are made."""

    name: str
    section: str
    """``su-kien``, ``khcn``, ``cds`` or ``iso``."""
    event: str
    """What the gathering is called in captions."""
    titles: tuple[str, ...]
    leads: tuple[str, ...]
    paras: tuple[str, ...]
    quotes: tuple[str, ...]
    captions: tuple[str, ...]
    heads: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    file: str = ""
    only: str = ""
    """Site id, when only one site writes about it."""


def all_topics() -> tuple[Topic, ...]:
    """Return every topic, in a fixed order."""
    from tests.play import topics_digital, topics_field, topics_office, topics_science

    return topics_science.TOPICS + topics_field.TOPICS + topics_digital.TOPICS + topics_office.TOPICS
