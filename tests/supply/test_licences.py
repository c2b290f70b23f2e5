"""The program may be given away with all that it imports: the licences of its dependencies, as these tell them."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
FOR_DEVELOPERS = {"dev", "fuzz"}
OF_ITS_OWN = {"replay"}
"""Extras that are run as processes of their own and never imported: pywb is under the GPL."""
ALLOWED = re.compile(
    r"\b(?:MIT|MIT-0|0?BSD|Apache|ISC|PSF\w*|Python Software Foundation|MPL|Mozilla Public|ZPL|Zope Public|LGPL|"
    r"Lesser General Public|Public Domain|Unlicense|HPND|CC0|zlib|CNRI-Python)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(?:A?GPL|(?:GNU )?(?:Affero )?General Public)", re.IGNORECASE)


def _brought(requirements: list[str]) -> dict[str, importlib.metadata.Distribution]:
    """Return what is installed for these requirements, by name: they, and what they ask for."""
    found: dict[str, importlib.metadata.Distribution] = {}
    asked: set[str] = set()
    left = [(each, frozenset[str]()) for each in requirements]
    while left:
        text, extras = left.pop()
        wanted = Requirement(text)
        holds = wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in {"", *extras})
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        key = f"{name} {sorted(wanted.extras)}"
        if not holds or key in asked:
            continue
        asked.add(key)
        try:
            found[name] = importlib.metadata.distribution(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed, or another platform's
        left += [(each, frozenset(wanted.extras)) for each in found[name].requires or ()]
    return found


def _extras(names: set[str]) -> list[str]:
    return [each for name, listed in PROJECT["optional-dependencies"].items() if name in names for each in listed]


def _licence(about: importlib.metadata.PackageMetadata) -> str:
    """Return what a distribution says of its licence: the newer form first, then what it is sorted under."""
    sorted_under = [line for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    free = " ".join((about.get("License") or "").split())[:100]
    return about.get("License-Expression") or "; ".join(sorted_under) or free or "UNKNOWN"


def fault_of(licence: str) -> str | None:
    """Return why a licence does not do; null when it does.

    >>> fault_of("MIT"), fault_of("MPL-1.1 OR GPL-2.0-only"), fault_of("LGPL-3.0-only")
    (None, None, None)
    >>> fault_of("GPL-3.0"), fault_of("Proprietary")
    ('copyleft', 'not on the list')
    """
    ways = [way for way in re.split(r"\s+OR\s+", licence) if not COPYLEFT.search(way)]
    if not ways:
        return "copyleft"
    return None if any(map(ALLOWED.search, ways)) else "not on the list"


def test_all_that_is_imported_may_be_given_away():
    runs = set(PROJECT["optional-dependencies"]) - FOR_DEVELOPERS - OF_ITS_OWN
    brought = _brought(PROJECT["dependencies"] + _extras(runs))

    faults = {
        name: f"{_licence(each.metadata)}: {fault}"
        for name, each in brought.items()
        if (fault := fault_of(_licence(each.metadata)))
    }

    assert len(brought) > 40
    assert faults == {}


def test_what_runs_as_a_process_of_its_own_is_never_imported():
    own = {name for name in _brought(_extras(OF_ITS_OWN)) if fault_of(_licence(importlib.metadata.metadata(name)))}
    imported = re.compile(rf"^\s*(?:from|import) (?:{'|'.join(map(re.escape, own)) or 'x'})\b", re.MULTILINE)

    found = [
        str(path) for folder in ("archive", "crawler", "spiders") for path in (ROOT / folder).rglob("*.py")
        if imported.search(path.read_text("utf-8"))
    ]  # fmt: skip

    assert found == []


@pytest.mark.parametrize("extra", [*PROJECT["optional-dependencies"], None])
def test_each_dependency_is_pinned(extra):
    listed = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    pinned = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }

    assert {re.sub(r"[-_.]+", "-", Requirement(each).name).lower() for each in listed} <= pinned
