"""Cases: a page as a site sends it, and what is to be read in it.

A case is a folder ``tests/sites/<family or site>/<case>/`` of three files:

- ``page.html``: the body, byte by byte.
- ``case.toml``: ``url``; ``captured`` (a TOML date-time); ``via`` (the listing it was found on);
  ``headers`` (a table; without one it is HTML in UTF-8); ``site``, the id of a declared site or a
  table as in a site file, of which only ``layouts`` is needed. Without ``site`` nothing is declared.
- ``expected.json``: ``{"article": ...}``, ``{"listing": ...}`` or ``{"rejected": ...}``, as
  :func:`shown` writes them: without what is empty, the text as a list of its paragraphs. A program
  that wrote it puts ``"unread": true`` before; the case fails until a person has taken that out.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from archive.errors import ConfigError
from archive.jsonform import to_json
from archive.model import Article, Capture, Listing, Location, NotAnArticle, Payload
from archive.times import UTC
from crawler.derive import derive
from crawler.site_files import filled
from crawler.sites import Site

PAGE, FACTS, EXPECTED = "page.html", "case.toml", "expected.json"
HTML = {"Content-Type": "text/html; charset=utf-8"}
"""Headers of a case that names none."""
UNREAD = "unread"
"""Key that says that no person has read what is expected."""
OF_THE_CASE = ("site", "capture", "captured", "confidence", "printed_section")
"""Fields of an article that say nothing of the page, or nothing that ``section`` does not: how sure its reader is
can not be read there."""

Result = Article | Listing | NotAnArticle


class CaseFault(ConfigError):
    """A case is not what it should be; the message names file and fix."""


@dataclass(frozen=True)
class Case:
    """One folder, and where the sites that it names are declared."""

    folder: Path
    site_of: Callable[[str], Site]
    """Returns a declared site by its id."""

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def family(self) -> str:
        """Name of the folder that holds the case: a family's or a site's."""
        return self.folder.parent.name

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What ``case.toml`` says."""
        path = self.folder / FACTS
        try:
            found = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CaseFault(f"{path}: can not be read ({error}); mend it or remove the case") from None
        if not isinstance(found.get("url"), str) or not hasattr(found.get("captured"), "astimezone"):
            raise CaseFault(f"{path}: `url` and `captured` are needed, an address and a date-time; add them")
        return found

    @cached_property
    def site(self) -> Site:
        """The site the page is of."""
        said = self.facts.get("site", {})
        if isinstance(said, str):
            return self.site_of(said)
        host = {"host": urlsplit(self.facts["url"]).netloc.lower()}
        whole = {"id": "case", "name": "Sở", "name_en": "Department", "status": "active", "hosts": [host], **said}
        return filled(msgspec.convert(whole, Site))

    @cached_property
    def capture(self) -> Capture:
        """The capture of the page."""
        return Capture(
            "urn:uuid:case", self.facts["url"], self.facts["captured"].astimezone(UTC), 200, "text/html", None,
            self.site.id, "case", Location("case", 0, 1), via=self.facts.get("via"),
        )  # fmt: skip

    @property
    def payload(self) -> Payload:
        """The page as it was answered."""
        path = self.folder / PAGE
        try:
            body = path.read_bytes()
        except OSError as error:
            raise CaseFault(f"{path}: can not be read ({error.strerror}); put the page's bytes there") from None
        return Payload(200, tuple(self.facts.get("headers", HTML).items()), body)

    def read(self) -> Result:
        """Derive the page."""
        return derive(self.site, self.capture, self.payload)

    @cached_property
    def held(self) -> dict[str, Any]:
        """What ``expected.json`` holds; empty when there is none."""
        path = self.folder / EXPECTED
        if not path.exists():
            return {}
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise CaseFault(f"{path}: can not be read ({error}); mend it or remove it") from None
        return found if isinstance(found, dict) else {}

    @property
    def is_unread(self) -> bool:
        """Whether no person has read what is expected."""
        return not self.held or UNREAD in self.held

    @property
    def kind(self) -> str:
        """What is expected: ``article``, ``listing`` or ``rejected``."""
        return next((key for key in self.held if key != UNREAD), "rejected")

    def expected(self) -> dict[str, Any]:
        """Return what is expected. Raises CaseFault when no person has read that."""
        if self.is_unread:
            path = self.folder / EXPECTED
            raise CaseFault(f'{path}: read it beside {PAGE}, correct it, then remove its line "{UNREAD}"')
        return self.held


def cases_in(folder: Path, site_of: Callable[[str], Site]) -> list[Case]:
    """Return every case below *folder*, sorted."""
    found = (path.parent for path in sorted(folder.glob(f"*/*/{FACTS}")))
    return [Case(path, site_of) for path in found if not path.name.startswith(".")]


def shown(result: Result) -> dict[str, Any]:
    """Return what was read as ``expected.json`` has it."""
    kind = {Article: "article", Listing: "listing", NotAnArticle: "rejected"}[type(result)]
    found: dict[str, Any] = _full(json.loads(to_json(result)))
    if isinstance(result, Article):
        found = {key: value for key, value in found.items() if key not in OF_THE_CASE}
        if result.text:
            found["text"] = result.text.split("\n\n")
    if isinstance(result, Listing):
        found.pop("url")
        for item, one in zip(found.get("items", ()), result.items, strict=False):
            if one.published is not None:
                item["published"] = one.published.isoformat()
    return {kind: found}


def _full(value: Any) -> Any:
    """Return *value* without keys that hold nothing; the places of pictures are their order."""
    if isinstance(value, list):
        return [_full(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _full(one) for key, one in value.items() if one not in (None, [], "") and key != "position"}


def written(expected: dict[str, Any]) -> str:
    """Return the text of an ``expected.json``."""
    return json.dumps(expected, ensure_ascii=False, indent=2) + "\n"
