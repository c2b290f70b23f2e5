"""One archive for all tests of pages and API, and an app that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from starlette.testclient import TestClient

from archive.web import deps, indexed
from archive.web.app import create_app
from archive.web.sites import HostFacts, SiteFacts
from tests.web.made import Made, make

SITES = (
    SiteFacts(
        "ha_tinh", "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh", "Department of Science and Technology of Hà Tĩnh",
        "Hà Tĩnh", "active", "42", "42", (HostFacts("skhcn.hatinh.gov.vn", date(2020, 5, 1)),),
    ),
    SiteFacts(
        "nghe_an", "Sở Khoa học và Công nghệ tỉnh Nghệ An", "Department of Science and Technology of Nghệ An",
        "Nghệ An", "active", "40", "40", (HostFacts("sokhcn.nghean.gov.vn", is_inferred=True),),
    ),
    SiteFacts(
        "can_tho", "Sở Khoa học và Công nghệ thành phố Cần Thơ", "Department of Science and Technology of Cần Thơ",
        "Cần Thơ", "active", "92", "92", follows=("hau_giang",),
    ),
    SiteFacts(
        "hau_giang", "Sở Khoa học và Công nghệ tỉnh Hậu Giang", "Department of Science and Technology of Hậu Giang",
        "Hậu Giang", "retired", "93", None, successor="can_tho",
    ),
)  # fmt: skip
HTML = {"Accept": "text/html"}

# The index is there before the first request, and is waited for, however slow the machine is.
indexed.READY_S = deps.FIRST_S = 300.0


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """An archive on the disk, which tests only read."""
    return make(tmp_path_factory.mktemp("web") / "data")


@pytest.fixture(scope="session")
def client(web: Made) -> Iterator[TestClient]:
    """Asks an app on that archive, as a browser does."""
    app = create_app(web.root, sites=SITES, replay_url="http://127.0.0.1:8090/archive/")
    with TestClient(app, headers=HTML, follow_redirects=False, raise_server_exceptions=False) as asking:
        yield asking
