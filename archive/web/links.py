"""Addresses of what is served, below the path prefix of the proxy in front, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape
from typing import Literal
from urllib.parse import quote, quote_plus, urlencode

from fastapi import Request

Language = Literal["vi", "en"]


def language_of(request: Request) -> Language:
    """Return the language in which a page is asked for: ``?lang=en`` is English, all else Vietnamese."""
    return "en" if request.query_params.get("lang") == "en" else "vi"


def link(request: Request, path: str, **query: object) -> str:
    """Return the address of a path of this app (``/search``), without scheme and host, in the page's language.

    Parameters that are null are left out; a list is one parameter a value.
    """
    return linker(request)(path, **query)


def linker(request: Request) -> Callable[..., str]:
    """Return :func:`link` for one request: a page has a hundred links."""
    root = str(request.scope.get("root_path", "")).rstrip("/")
    spoken = (("lang", "en"),) if language_of(request) == "en" else ()

    def linked(path: str, **query: object) -> str:
        if not query:
            return root + _target(path, spoken)
        given = tuple(
            (key, str(each))
            for key, value in query.items()
            for each in (value if isinstance(value, list) else (value,))
            if each is not None
        )
        return root + _target(path, given if "lang" in query else given + spoken)

    return linked


def to_articles(request: Request) -> Callable[[str], str]:
    """Return :func:`link` for the pages of articles, whose ids are digits and letters that need no second look."""
    begin, end = linker(request)("/articles/"), ""
    if language_of(request) == "en":
        begin, end = begin.removesuffix("?lang=en"), "?lang=en"
    return lambda article: f"{begin}{article}{end}"


class Varied:
    """:func:`link` for many addresses of one path that differ in a parameter or two from those given."""

    def __init__(self, request: Request, path: str, given: dict[str, object]) -> None:
        self._root = str(request.scope.get("root_path", "")).rstrip("/") + _target(path, ())
        self._written = {key: _parameters(key, value, _written) for key, value in given.items()}
        self._spoken = "lang=en" if language_of(request) == "en" else ""

    def __call__(self, **changes: object) -> str:
        """Return the address with some parameters otherwise; null and an empty list leave one out."""
        parts = [text for key, text in self._written.items() if text and key not in changes]
        parts += [text for key, value in changes.items() if (text := _parameters(key, value, _changed))]
        if self._spoken:
            parts.append(self._spoken)
        return f"{self._root}?{'&'.join(parts)}" if parts else self._root

    def by(self, key: str) -> Callable[[str], str]:
        """Return what gives the address for each value of one parameter, escaped for HTML."""
        parts = [f"{text}&" for name, text in self._written.items() if text and name != key]
        begin, end = escape(f"{self._root}?{''.join(parts)}"), escape(f"&{self._spoken}") if self._spoken else ""
        # A parameter itself is letters, digits and signs that stand for themselves.
        return lambda value: f"{begin}{_changed(key, value)}{end}"


def _parameters(key: str, value: object, written: Callable[[str, str], str]) -> str:
    if isinstance(value, list):
        return "&".join([written(key, str(each)) for each in value])
    return "" if value is None else written(key, str(value))


def _written(key: str, value: str) -> str:
    return f"{quote_plus(key)}={quote_plus(value)}"


_changed = lru_cache(maxsize=4_096)(_written)
"""The same for what the archive offers as a choice, which is short and known; what readers type is not kept."""


@lru_cache(maxsize=16_384)
def _target(path: str, given: tuple[tuple[str, str], ...]) -> str:
    # Every page has a hundred of them, and most are the same on all.
    return quote(path, safe="/:@!$&()*+,;=~") + (f"?{urlencode(given)}" if given else "")


def absolute(request: Request, path: str, **query: object) -> str:
    """Return the same with scheme and host, for what is read elsewhere; it names no language unless *query* does."""
    root = request.scope.get("root_path", "").rstrip("/")
    given = tuple((key, str(value)) for key, value in query.items() if value is not None)
    return f"{request.url.scheme}://{request.url.netloc}{root}{_target(path, given)}"


def own_address(request: Request) -> str:
    """Return the address that was asked for, as who asked knows it, with its query: a proxy may have cut the path."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", "").rstrip("/"))
    query = request.scope["query_string"].decode("latin-1")
    return absolute(request, path) + (f"?{query}" if query else "")


def short_id(capture: str) -> str:
    """Return a capture's id as it stands in addresses.

    >>> short_id("urn:uuid:6f1c1a52-0b5e-4f0e-8c60-1d2f3a4b5c6d")
    '6f1c1a52-0b5e-4f0e-8c60-1d2f3a4b5c6d'
    """
    return capture.removeprefix("urn:uuid:")


def long_id(name: str) -> str:
    """Return the capture's id that stands so in an address.

    >>> long_id("6f1c1a52-0b5e-4f0e-8c60-1d2f3a4b5c6d")
    'urn:uuid:6f1c1a52-0b5e-4f0e-8c60-1d2f3a4b5c6d'
    """
    return name if name.startswith("urn:") else f"urn:uuid:{name}"
