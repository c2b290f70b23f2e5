"""Cases: a page as a site sends it, and what is to be read in it.

A case is a folder ``tests/sites/<family or site>/<case>/`` of three files:

- ``page.html``: the body, byte by byte.
- ``case.toml``: ``url``; ``captured`` (a TOML date-time); ``via`` (the listing it was found on);
  ``headers`` (a table; without one it is HTML in UTF-8); ``site``, the id of a declared site or a
  table as in a site file, of which only ``layouts`` is needed. Without ``site`` nothing is declared.
- ``expected.json``: ``{"article": ...}``, ``{"listing": ...}`` or ``{"rejected": ...}``, as
  :func:`shown` writes them: without what is empty, the text as a list of its paragraphs.

``python -m tests.sites.cases FOLDER...`` writes ``expected.json`` from what is read now. Read it
before you commit it.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from archive.jsonform import to_json
from archive.model import Article, Capture, Listing, Location, NotAnArticle, Payload
from archive.times import UTC
from crawler.derive import derive
from crawler.site_files import Registry, filled
from crawler.sites import Site

HERE = Path(__file__).parent
REGISTRY = Registry(HERE.parents[1] / "spiders" / "sites")
HTML = {"Content-Type": "text/html; charset=utf-8"}
OF_THE_CASE = ("site", "capture", "captured")
"""Fields of an article that say nothing of the page."""


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path

    def __str__(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def family(self) -> str:
        """Name of the folder that holds the case."""
        return self.folder.parent.name

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What ``case.toml`` says."""
        return tomllib.loads((self.folder / "case.toml").read_text("utf-8"))

    @cached_property
    def site(self) -> Site:
        """The site the page is of."""
        said = self.facts.get("site", {})
        if isinstance(said, str):
            return REGISTRY.get(said)
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

    def read(self) -> Article | Listing | NotAnArticle:
        """Derive the page."""
        headers = tuple(self.facts.get("headers", HTML).items())
        return derive(self.site, self.capture, Payload(200, headers, (self.folder / "page.html").read_bytes()))

    def expected(self) -> dict[str, Any]:
        """Return what ``expected.json`` says."""
        found: dict[str, Any] = json.loads((self.folder / "expected.json").read_text("utf-8"))
        return found


def all_cases() -> list[Case]:
    """Return every case, sorted."""
    return [Case(path.parent) for path in sorted(HERE.glob("*/*/case.toml"))]


def shown(result: Article | Listing | NotAnArticle) -> dict[str, Any]:
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


def write(folder: Path) -> None:
    """Write ``expected.json`` of a case from what is read now."""
    text = json.dumps(shown(Case(folder).read()), ensure_ascii=False, indent=2)
    (folder / "expected.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write(Path(name))
