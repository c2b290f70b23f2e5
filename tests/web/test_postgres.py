"""A catalog on PostgreSQL is shown as the same one in a file."""

from __future__ import annotations

import re
import shutil

import pytest
from starlette.testclient import TestClient

from archive.catalog import Catalog
from archive.web.app import create_app
from tests.web.conftest import HTML, SITES
from tests.web.made import COPY, GONE, PHOTO, PLAN, RICE

API = "/api/v1"
PATHS = (
    "/",
    "/sites",
    "/sites/ha_tinh",
    "/crawls",
    "/search?q=lúa",
    "/search?q=lúa&order=newest&site=ha_tinh",
    f"/article?url={RICE}",
    f"{API}/articles",
    f"{API}/articles?since=2025-03-01&site=ha_tinh",
    f"{API}/article?url={RICE}",
    f"{API}/article?url={GONE}",
    f"{API}/article?url={COPY}&at=2025-03-02",
    f"{API}/images",
    f"{API}/captures",
    f"{API}/captures?url={RICE}",
    f"{API}/sites",
    f"{API}/sites/ha_tinh",
    f"{API}/sites/ha_tinh/removals",
    f"{API}/crawls",
    f"{API}/search?q=lúa",
    f"{API}/facets?q=lúa",
    f"{API}/article?url=https://a.vn/%00",
    "/feeds/ha_tinh.atom",
    "/sitemap.xml",
    f"/timemap/link/{RICE}",
    f"/cdx?url={RICE}&matchType=host",
    "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc",
    "/oai?verb=ListSets",
)


@pytest.fixture(scope="module")
def both(web, tmp_path_factory, postgres):
    """Two apps on one archive, with its catalog in a file and on a server."""
    copy = tmp_path_factory.mktemp("server") / "data"
    shutil.copytree(web.root, copy, ignore=shutil.ignore_patterns("catalog.sqlite3*", "search"))
    url = postgres.new_schema()
    with Catalog.open(url) as catalog, Catalog.open(web.root / "catalog.sqlite3", read_only=True) as source:
        catalog.replace_sites(None, source)
    apps = [create_app(web.root, sites=SITES), create_app(copy, catalog_url=url, sites=SITES)]
    options = {"headers": HTML, "follow_redirects": True, "raise_server_exceptions": False}
    with TestClient(apps[0], **options) as file, TestClient(apps[1], **options) as server:
        yield file, server


def test_every_answer_is_the_same(both, web):
    article, capture = web.ids[RICE], web.captures[PLAN]
    shown = (
        f"/articles/{article}",
        f"/articles/{article}/diff",
        f"/captures/{capture}",
        f"/images/{web.captures[PHOTO]}",
    )
    asked = (
        f"articles/{article}/versions",
        f"articles/{article}/history",
        f"articles/{article}/diff",
        f"captures/{capture}",
    )
    paths = (*PATHS, *shown, *(f"{API}/{each}" for each in asked))
    answers = [[asking.get(path) for path in paths] for asking in both]
    # What counts changes, and says when, is of each catalog its own.
    texts = [[re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "", answer.text) for answer in each] for each in answers]

    codes = [[answer.status_code for answer in each] for each in answers]
    assert codes[0] == codes[1]
    assert codes[0].count(200) >= len(paths) - 3, dict(zip(paths, codes[0], strict=True))
    for path, one, other in zip(paths, *texts, strict=True):
        assert other == one, path
