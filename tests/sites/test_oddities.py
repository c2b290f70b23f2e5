"""Everything odd that portals do has a case in which it is seen, and read as it should be."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.cases import Case
from tests.sites.cases import HERE, all_cases
from tests.sites.oddities import ODDITIES, ByTest, Joined, Seen

CASES = {str(case): case for case in all_cases()}


def shown_by(kind: type) -> list[Any]:
    """Return what shows oddities in one way, each with a name."""
    return [
        pytest.param(one, id=f"{oddity} {number}")
        for oddity, found in ODDITIES.items()
        for number, one in enumerate(found, 1)
        if isinstance(one, kind)
    ]


def source_of(case: Case) -> str:
    return f"{case.facts['url']}\n{case.payload.body.decode()}"


def dig(value: Any, path: str) -> Any:
    """Return what stands at a dotted path; null when nothing does."""
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = (value or {}).get(step)
    return value


@pytest.mark.parametrize("seen", shown_by(Seen))
def test_what_is_odd_is_on_the_page_and_read_as_it_should_be(seen: Seen):
    case = CASES[seen.case]
    expected = case.expected()[seen.kind]
    text = (case.folder / "expected.json").read_text("utf-8")

    assert seen.printed in source_of(case)
    assert {path: dig(expected, path) for path in seen.read} == dict(seen.read)
    assert [word for word in seen.unsaid if word in text] == []


@pytest.mark.parametrize("joined", shown_by(Joined))
def test_all_addresses_of_an_article_have_one_identity(joined: Joined):
    cases = [CASES[name] for name in joined.cases]

    assert len({case.facts["url"] for case in cases}) == len(cases)
    assert len({case.site.identity(case.facts["url"]) for case in cases}) == 1
    assert len({case.expected()["article"]["title"] for case in cases}) == 1


@pytest.mark.parametrize("test", shown_by(ByTest))
def test_what_a_page_can_not_show_has_a_test(test: ByTest):
    assert f"\ndef {test.name}(" in (HERE.parents[1] / test.path).read_text("utf-8")


def test_every_oddity_is_shown():
    assert [oddity for oddity, found in ODDITIES.items() if not found] == []
    assert len(ODDITIES) >= 49
