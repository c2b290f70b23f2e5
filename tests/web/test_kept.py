"""Pages that did not change are sent as they were made; whatever changes them makes them anew."""

from __future__ import annotations

import os
import time
from collections import Counter

import pytest

from archive.catalog import Catalog
from archive.takedown import FILE
from archive.web import render
from tests.archive.example import COPY, START, Site, make_example
from tests.web.served import asking
from tests.web.test_indexed import wait_until

PAGES = ("/", "/search", "/search?lang=en&when=2025", "/sites", "/sites/ha_tinh", "/search?q=lua", "/search?%71=lua")
NEW = "Sở tổ chức"
"""How the text of a new article begins; marks stand in the rest."""


@pytest.fixture
def made(monkeypatch):
    """How often each template was filled in."""
    counted = Counter()
    template = render.compiled

    def counting(name, language):
        counted[name] += 1
        return template(name, language)

    monkeypatch.setattr(render, "compiled", counting)
    return counted


def settle(root):
    """Let the catalog be one that nobody wrote to lately: what changed just now may change again unseen."""
    for path in root.glob("catalog.sqlite3*"):
        os.utime(path, (time.time() - 60,) * 2)


@pytest.mark.parametrize("path", PAGES)
def test_what_did_not_change_is_made_once_and_not_sent_to_who_has_it(tmp_path, made, path):
    make_example(tmp_path)
    with asking(tmp_path) as client:
        settle(tmp_path)
        assert wait_until(lambda: "etag" in client.get(path).headers)
        made.clear()
        first = client.get(path)
        known = {"If-None-Match": first.headers["etag"]}
        again, had, head = client.get(path), client.get(path, headers=known), client.head(path)

    # After twenty seconds it is made anew all the same.
    assert made.total() <= 2
    assert (first.status_code, first.text, first.headers) == (200, again.text, again.headers)
    assert (had.status_code, had.content, had.headers["etag"]) == (304, b"", first.headers["etag"])
    assert had.headers["content-security-policy"] == first.headers["content-security-policy"]
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])


@pytest.mark.parametrize("path", ["/search", "/search?q=lua"])
def test_what_is_taken_down_is_gone_at_once(tmp_path, path):
    make_example(tmp_path)
    with asking(tmp_path) as client:
        settle(tmp_path)
        before = client.get(path).text
        (tmp_path / FILE).write_text(f'[[takedown]]\nurl = "{COPY}"\nreason = "Thử"\ndate = 2026-03-02\n')
        after = client.get(path).text

    assert "nghe_an" in before
    assert "Giống lúa mới" not in after


@pytest.mark.parametrize("path", ["/search", "/search?q=hoi+thao"])
def test_what_is_new_is_there_soon(tmp_path, path):
    make_example(tmp_path)
    with asking(tmp_path) as client:
        settle(tmp_path)
        before = client.get(path).text
        with Catalog.open(tmp_path / "catalog.sqlite3") as catalog, Site(tmp_path, "nghe_an", catalog) as there:
            there.article("https://skhcn.nghean.gov.vn/tin/moi", START, "Hội thảo", f"{NEW} hội thảo.")

        assert NEW not in before
        assert wait_until(lambda: NEW in client.get(path).text)


def test_what_is_wrong_is_not_kept(tmp_path, made):
    make_example(tmp_path)
    with asking(tmp_path) as client:
        answers = [client.get("/search?p=9", headers={"Accept": "text/html"}) for _ in range(2)]

    assert [(each.status_code, each.headers.get("etag")) for each in answers] == [(404, None)] * 2
    assert made["problem.html"] == 2
