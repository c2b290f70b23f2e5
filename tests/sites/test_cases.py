"""Every case reads as expected, and every family has cases."""

from __future__ import annotations

import importlib
import unicodedata
from collections import Counter

import pytest

from crawler.registry import page_classes
from tests.sites.cases import HERE, Case, all_cases, shown

CASES = all_cases()
FAMILIES = sorted({reader.__module__ for reader in page_classes().values() if reader.has_fingerprint()})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_reads_as_expected(case: Case):
    assert shown(case.read()) == case.expected()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_two_articles_and_a_listing(family):
    name = family.rpartition(".")[2]
    kinds = Counter(next(iter(case.expected())) for case in CASES if case.family == name)

    assert kinds["article"] >= 2
    assert kinds["listing"] >= 1


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
