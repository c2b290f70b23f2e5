"""The two seed documents, when they lie beside the project: read into truth, never copied into it."""

from __future__ import annotations

from tests.play.truth import PlayedArticle


def seed_articles() -> tuple[PlayedArticle, ...]:
    """Return the truth about the seed documents that are there."""
    return ()
