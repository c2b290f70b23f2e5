"""What the tests of recovery share: one collection, and the services that play it."""

from __future__ import annotations

import pytest

from tests.crawler.forked import Forked
from tests.recover.collection import collect
from tests.recover.played_commoncrawl import CommonCrawl, commoncrawl
from tests.recover.played_wayback import wayback
from tests.recover.rig import Rig, asked_for


@pytest.fixture(scope="session")
def collection():
    """What is archived elsewhere, and what is true of it."""
    return collect()


@pytest.fixture(scope="session")
def rig():
    """What runs the command."""
    with Forked() as forked:
        yield Rig(forked)


@pytest.fixture(scope="session")
def _wayback(collection):
    with wayback(collection.snaps) as service:
        yield service


@pytest.fixture
def wayback_service(_wayback):
    """The Wayback Machine, played; nothing was asked of it yet, and nothing is wrong with it."""
    _wayback.reset()
    return _wayback


@pytest.fixture(scope="session")
def recovered(rig, _wayback, tmp_path_factory):
    """An archive into which all was recovered, how that ended, and what was asked for."""
    data = tmp_path_factory.mktemp("recovered") / "data"
    _wayback.reset()
    done = rig.recover(f"{_wayback.origin}/cdx/search/cdx", data)
    return data, done, asked_for(_wayback)


@pytest.fixture(scope="module")
def crawls(collection):
    """What Common Crawl holds."""
    return CommonCrawl(collection.crawled)


@pytest.fixture(scope="module")
def commoncrawl_service(crawls):
    """Common Crawl, played."""
    with commoncrawl(crawls) as service:
        yield service
