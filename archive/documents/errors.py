"""Why a document gives no text."""

from __future__ import annotations

from archive.documents.model import State


class Unreadable(Exception):
    """A document that gives no text; *state* says which kind of no."""

    def __init__(self, state: State, detail: str = "") -> None:
        super().__init__(detail or state)
        self.state: State = state
        self.detail = detail
