"""What a document says, and why one says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

State = Literal[
    "text", "no_text", "encrypted", "broken", "unsupported", "too_large", "too_slow", "out_of_memory", "not_held"
]
STATES: tuple[State, ...] = get_args(State)
FAILED: frozenset[State] = frozenset({"broken", "too_large", "too_slow", "out_of_memory", "not_held"})
"""States in which there may be a text that was not got at."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of one document, or why there is none."""

    state: State
    """``text``; ``no_text``: it has none (a scan); ``encrypted``: it asks for a password; ``broken``: it can not be
    read; ``unsupported``: of a kind that is not read; ``too_large``, ``too_slow``, ``out_of_memory``: a bound was
    reached; ``not_held``: its file is not in the archive, or damaged there."""
    text: str = ""
    """Running text, NFC: paragraphs, rows of tables and pages on lines of their own; empty unless ``text``."""
    kind: str | None = None
    """What it is by its bytes: ``pdf``, ``docx``, ``xls`` ...; null when that is not known."""
    pages: int | None = None
    """Pages, sheets or slides; null where the kind has none."""
    truncated: bool = False
    """Whether the text was cut for its length."""
    detail: str = ""
    """What is odd about it, for the log and for people."""
