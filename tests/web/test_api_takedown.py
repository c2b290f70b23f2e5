"""What is taken down is nowhere in the API, the feeds and the sitemap, and the archive says that it was."""

from __future__ import annotations

import pytest

from archive import open_archive
from archive.takedown import FILE
from tests.archive.example import GONE, PICTURE, RICE, make_example
from tests.web.served import API, asking, walk

ENTRY = '[[takedown]]\n{}\nreason = "Lộ thông tin cá nhân"\ndate = 2025-04-01\n'
LISTS = (
    "/articles", "/captures?limit=1000", "/images", "/changes?limit=100", "/search?q=giong+lua+OR+lich", "/sites",
    "/crawls", "/facets?q=giong+lua+OR+lich",
)  # fmt: skip
FEEDS = ("/feeds/search.atom?q=giong+lua+OR+lich", "/sitemap.xml")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    make_example(root)
    return root


@pytest.fixture
def client(root):
    with asking(root) as client:
        yield client
    (root / FILE).unlink(missing_ok=True)


def places(client, root):
    """Return every address of the API that is about RICE alone."""
    with open_archive(root) as archive:
        capture = archive.article(RICE).capture
        article = archive.history(RICE).id
    at = f"/articles/{article}"
    return [f"{API}{each}" for each in (at, f"{at}?at=2025-03-02", f"{at}/versions", f"{at}/history", f"{at}/diff",
            f"/article?url={RICE}", f"/captures/{capture}", f"/capture?url={RICE}")]  # fmt: skip


def everything(client):
    return "\n".join(client.get(path).text for path in (*(API + each for each in LISTS), *FEEDS))


def test_an_article_is_nowhere(client, root):
    before = everything(client)
    asked = places(client, root)
    assert {client.get(path).status_code for path in asked} == {200}
    (root / FILE).write_text(ENTRY.format(f'url = "{RICE}"'), "utf-8")
    told = [client.get(path) for path in asked]
    after = everything(client)

    assert {answer.status_code for answer in told} == {451}
    assert {answer.json()["type"] for answer in told} == {"urn:khcn:problem:taken-down"}
    assert not any("cá nhân" in answer.text for answer in told)
    assert "chịu mặn" in before
    assert RICE in before
    assert "Nghiệm thu giống lúa" not in after
    assert RICE not in after
    assert client.get(f"{API}/changes").json()["changes"]
    assert RICE not in client.get("/feeds/ha_tinh.atom").text
    assert len(client.get("/sitemaps/ha_tinh.xml").text.split("<url>")) == 2


def test_a_site_is_nowhere(client, root):
    (root / FILE).write_text(ENTRY.format('site = "ha_tinh"'), "utf-8")
    after = everything(client)

    for path in (*places(client, root), f"{API}/sites/ha_tinh", f"{API}/sites/ha_tinh/removals",
                 f"{API}/crawls/ha_tinh-1", "/feeds/ha_tinh.atom", "/sitemaps/ha_tinh.xml"):  # fmt: skip
        assert client.get(path).status_code == 451, path
    assert "skhcn.hatinh" not in after
    assert "ha_tinh" not in after
    assert "ha_tinh" not in client.get("/metrics").text


def test_a_picture_is_nowhere_and_its_article_stays(client, root):
    (root / FILE).write_text(ENTRY.format(f'url = "{PICTURE}"'), "utf-8")

    assert PICTURE not in everything(client)
    assert client.get(f"{API}/article?url={RICE}").json()["images"] == []
    assert walk(client, f"{API}/images") == []
    assert client.get(f"{API}/capture?url={PICTURE}").status_code == 451


def test_nothing_is_shown_while_the_list_is_broken(client, root):
    (root / FILE).write_text("[[takedown]]\nurl = 3\n", "utf-8")
    told = [client.get(path) for path in (*(API + each for each in LISTS), *FEEDS, *places(client, root), "/healthz")]

    assert {answer.status_code for answer in told} == {503}
    assert not any(GONE in answer.text or "chịu mặn" in answer.text for answer in told)
