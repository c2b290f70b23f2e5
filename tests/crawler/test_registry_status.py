"""The status of every declared Department follows from what is known of its hosts."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.site_files import Registry
from crawler.sites import Site
from tests.docs.pages import ROOT

SITES = list(Registry(ROOT / "spiders" / "sites").all())


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_the_status_follows_from_the_evidence(site: Site):
    seen = [host for host in site.hosts if host.evidence != "inferred"]
    serving = [host for host in seen if host.serves(date.today())]

    if not seen:
        assert site.status == "paused"
    elif site.successor is not None:
        assert site.status == "retired"
    else:
        assert serving, "no host that was seen serves the Department today"
        assert site.status == "active"


@pytest.mark.parametrize("site", [site for site in SITES if site.status == "active"], ids=lambda site: site.id)
def test_an_active_site_has_a_seed_that_may_be_asked_for_today(site: Site):
    assert any(site.allows(seed.url) and site.claims(seed.url, date.today()) for seed in site.seeds)


def test_the_pages_of_thanh_hoa_are_told_apart_by_their_query():
    site = next(site for site in SITES if site.id == "thanh_hoa")
    article = "http://skhcn.thanhhoa.gov.vn/?portalid=admin&selectpageid=page.chitiet&n_g_manager=157"

    assert site.source_id(article) == "157"
    assert site.identity(article) == site.identity(article + "&p=2")
    for other in ("/", "/?portalid=admin&selectpageid=page.1"):
        assert site.is_listing(f"http://skhcn.thanhhoa.gov.vn{other}")
    assert not site.is_listing(article)


def test_the_english_articles_of_can_tho_are_not_taken_for_those_of_equal_number():
    site = next(site for site in SITES if site.id == "can_tho")

    assert site.source_id("http://sokhcn.cantho.gov.vn/default.aspx?pid=57&nid=4905") == "4905"
    assert site.source_id("http://ensokhcn.casti.vn/default.aspx?pid=57&nid=4905") is None
