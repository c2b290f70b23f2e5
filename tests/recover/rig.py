"""``khcn recover`` against the players, and what must be true of an archive afterwards."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from archive import open_archive
from archive.catalog import Catalog
from archive.model import Article, Capture
from tests.crawler.forked import Forked
from tests.recover.served import Service

SITE = "hau_giang"
QUICK = {
    "RECOVER_CDX_PER_MINUTE": "0",
    "RECOVER_REPLAYS_PER_MINUTE": "0",
    "RECOVER_RETRY_S": "0.02",
    "RECOVER_HOLD_S": "0.02",
}
FAST = tuple(part for name, value in QUICK.items() for part in ("-s", f"{name}={value}"))
"""Manners for services on this machine."""


@dataclass(frozen=True)
class Recovered:
    """How a run ended."""

    code: int
    said: str
    """stdout and stderr."""

    @property
    def report(self) -> dict[str, Any]:
        """The JSON object that it printed last; empty without one."""
        lines = [line for line in self.said.splitlines() if line.startswith("{")]
        return json.loads(lines[-1])["report"] or {} if lines else {}

    @property
    def failed(self) -> dict[str, str]:
        """The cause of each failure, by its address."""
        return {failure["url"]: failure["cause"] for failure in self.report["failures"]}


class Rig:
    """Runs commands, each in a process of its own that need not be loaded first."""

    def __init__(self, forked: Forked) -> None:
        self._forked = forked

    def run(self, *arguments: str, data: Path, **environ: str) -> Recovered:
        """Run a command to its end."""
        done = self._forked.run(*arguments, data=data, environ=environ)
        return Recovered(done.code, done.said)

    def recover(self, source: str, data: Path, *options: str, **environ: str) -> Recovered:
        """Run ``khcn recover`` to its end."""
        return self.run("recover", SITE, "--from", source, "--json", *FAST, *options, data=data, **environ)


def asked_for(service: Service) -> list[str]:
    """Return the captures that a replay was asked for: time and address, in their order."""
    return [target.removeprefix("/web/") for asked in service.log if (target := asked.target).startswith("/web/")]


def plain(url: str) -> str:
    """Return an address by which captures of http and https, with and without ``www``, are one."""
    return url.replace("https://", "http://").replace("://www.", "://").replace(".vn:80/", ".vn/")


def articles(data: Path) -> dict[str, Article]:
    """Return the latest version of each article of the catalog, by its address."""
    with open_archive(data) as archive:
        return {article.url: article for article in archive.articles(site=SITE)}


def captures(data: Path) -> list[Capture]:
    """Return the captures of the catalog."""
    with open_archive(data) as archive:
        return list(archive.captures(site=SITE))


def check_rebuilt(rig: Rig, data: Path, folder: Path) -> None:
    """Assert that a rebuild makes the catalog and the JSON Lines as they are; *folder* is for a copy."""
    other = folder / "rebuilt"
    shutil.copytree(data, other, ignore=shutil.ignore_patterns("catalog.sqlite3*", "articles", "recover", "index"))

    done = rig.run("rebuild", data=other)

    assert done.code == 0, done.said
    assert _dump(other) == _dump(data)
    assert _lines(other) == _lines(data)


def _dump(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return list(catalog.dump())


def _lines(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.glob("articles/*/*/*")}


def records(data: Path) -> Iterator[Any]:
    """Yield the records of all WARC files, as warcio reads them."""
    for path in sorted(data.glob("warcs/*/*/*.warc.gz*")):
        with path.open("rb") as file:
            yield from ArchiveIterator(file)
