"""Every case reads as expected, and every family has cases."""

from __future__ import annotations

import importlib
import unicodedata
from collections import Counter

import pytest

from archive.model import Article
from crawler.cases import Case, shown
from crawler.doubts import says_nothing
from crawler.registry import page_classes
from tests.sites.cases import HERE, REGISTRY, all_cases

CASES = all_cases()
FAMILIES = sorted({reader.__module__ for reader in page_classes().values() if reader.has_fingerprint()})
GENERIC = "generic"
"""Cases of the reader that knows no marks."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_reads_as_expected(case: Case):
    read = case.read()

    assert shown(read) == case.expected()
    assert not isinstance(read, Article) or "whole" not in (read.confidence or {})
    assert not isinstance(read, Article) or not says_nothing(read)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_two_articles_and_a_listing(family):
    name = family.rpartition(".")[2]
    kinds = Counter(case.kind for case in CASES if case.family == name)

    assert kinds["article"] >= 2
    assert kinds["listing"] >= 1


@pytest.mark.parametrize("folder", sorted({case.family for case in CASES}))
def test_cases_are_kept_by_family_or_by_site(folder):
    assert folder in {family.rpartition(".")[2] for family in FAMILIES} | {GENERIC} | set(REGISTRY.ids())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_small_and_says_what_is_odd(family):
    path = HERE.parents[1] / (family.replace(".", "/") + ".py")

    assert len(path.read_text("utf-8").splitlines()) <= 150
    assert "Odd" in (importlib.import_module(family).__doc__ or "")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_expectations_are_in_composed_letters_and_their_files_complete(case: Case):
    text = (case.folder / "expected.json").read_text("utf-8")

    assert unicodedata.is_normalized("NFC", text)
    assert {path.name for path in case.folder.iterdir()} == {"page.html", "case.toml", "expected.json"}
