"""A page that a crawl reads is parsed once: for its article, and for what it leads to."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from archive.model import Article
from crawler import clean
from crawler.beside import KEPT, Beside
from crawler.leads import PageLeads
from crawler.page import Page
from crawler.reading_process import Limits
from tests.sites.cases import all_cases

CASE = next(case for case in all_cases() if case.family == "nukeviet")


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    """Return the sources of pages that were parsed."""
    seen: list[str] = []

    def parse(text: str) -> object:
        seen.append(text)
        return clean.parse(text)

    monkeypatch.setattr("crawler.page.parse", parse)
    monkeypatch.setattr("crawler.requisites.parse", parse)
    return seen


def note(beside: Beside, *, number: int = 1) -> str:
    capture = replace(CASE.capture, id=f"urn:uuid:{number}", purpose="page")
    asyncio.run(beside.note(capture, lambda *_, **__: CASE.payload, lambda: None, len(CASE.payload.body)))
    return capture.id


def test_what_a_page_leads_to_is_found_in_the_tree_that_its_article_was_read_from(parsed):
    beside = Beside(CASE.site, CASE.capture.crawl, Limits())
    capture = replace(CASE.capture, id=note(beside), purpose="page")
    leads = beside.leads(capture)
    assert leads is not None
    found = (leads.links, leads.feeds, leads.requisites)
    assert len(parsed) == 1

    anew = PageLeads(Page(CASE.site, capture.url, capture.date, CASE.payload), CASE.payload)
    assert found == (anew.links, anew.feeds, anew.requisites)
    assert found[0]
    assert found[2]
    assert beside.leads(capture) is None, "handed over once"


def test_reading_leaves_the_tree_as_it_is(parsed):
    for case in all_cases():
        before = PageLeads(Page(case.site, case.capture.url, case.capture.date, case.payload), case.payload)
        beside = Beside(case.site, case.capture.crawl, Limits())
        if isinstance(beside._derive(case.capture, case.payload), Article):
            leads = beside.leads(case.capture)
            assert leads is None or (leads.links, leads.requisites) == (before.links, before.requisites)


def test_leads_for_which_nobody_comes_are_let_go(parsed):
    beside = Beside(CASE.site, CASE.capture.crawl, Limits())
    ids = [note(beside, number=number) for number in range(KEPT + 3)]
    held = [each for each in ids if beside.leads(replace(CASE.capture, id=each)) is not None]

    assert held == ids[3:]
