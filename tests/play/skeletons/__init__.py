"""The skeletons: the ways in which a page is built, each with markup and class names of its own.

A skeleton is a function ``page(article, chrome) -> str`` that gives the page's template; its marks are
filled by :func:`tests.play.chrome.fill`. NFD is no skeleton but an oddity of the article
(``"nfd" in article.odd``), so it can meet any of them: the whole page is then decomposed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from importlib import import_module

from tests.play.chrome import Chrome, chrome_of, fill
from tests.play.truth import PlayedArticle

NAMES = ("semantic", "breaks", "tables", "word", "cards", "labels")
"""The skeletons that the server plays, by the names of their modules."""

LATER = ("bootstrap", "portal", "frontpage")
"""Skeletons written after the reading code was: not played, only read in a last test."""

BLIND = ("blind_grid", "blind_nested", "blind_onediv", "blind_portlets", "blind_blocks", "blind_blog",
         "blind_editor", "blind_lazy", "blind_zones")  # fmt: skip
"""Not played, only read in a last test. The first six were written without a look at the reading code, the last three
after it had been mended for those six."""


def skeleton(name: str) -> Callable[[PlayedArticle, Chrome], str]:
    """Return the skeleton *name*."""
    page: Callable[[PlayedArticle, Chrome], str] = import_module(f"tests.play.skeletons.{name}").page
    return page


def template(article: PlayedArticle, chrome: Chrome | None = None, name: str | None = None) -> str:
    """Return the page of *article* with its marks unfilled, in skeleton *name* (else its own).

    ``name+nfd`` decomposes the page whatever the article's oddities are.
    """
    plain, _, form = (name or article.skeleton).partition("+")
    made = skeleton(plain)(article, chrome or chrome_of(article))
    return unicodedata.normalize("NFD", made) if form == "nfd" or "nfd" in article.odd else made


def render(
    article: PlayedArticle, chrome: Chrome | None = None, fetch_counter: int = 0, *, name: str | None = None
) -> str:
    """Return the page of *article* as fetch number *fetch_counter* gets it."""
    return fill(template(article, chrome, name), fetch_counter)
