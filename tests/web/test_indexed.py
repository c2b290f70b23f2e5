"""A server makes and keeps the index beside its requests, and says so while there is none."""

from __future__ import annotations

import shutil
import time

from archive.search.index import current_folder
from archive.search.update import _locked
from archive.web import deps
from tests.archive.example import make_example
from tests.web.served import API, asking


def wait_until(is_so, seconds=300.0):
    end = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_the_index_is_there_before_anybody_searches(tmp_path):
    make_example(tmp_path)
    with asking(tmp_path):
        assert wait_until(lambda: current_folder(tmp_path))


def test_while_another_process_makes_the_first_index_a_search_is_told_to_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr(deps, "FIRST_S", 0.05)
    make_example(tmp_path)
    (tmp_path / "search").mkdir()
    with _locked(tmp_path, 0), asking(tmp_path) as client:
        answer = client.get(f"{API}/search?q=lua")

    assert (answer.status_code, answer.json()["type"]) == (503, "urn:khcn:problem:not-ready")
    assert answer.headers["retry-after"]


def test_a_catalog_made_anew_is_searched(tmp_path):
    make_example(tmp_path / "a")
    make_example(tmp_path / "b")
    with asking(tmp_path / "a") as client:
        before = client.get(f"{API}/search?q=lua").json()["items"]
        shutil.move(tmp_path / "b/catalog.sqlite3", tmp_path / "a/catalog.sqlite3")
        after = client.get(f"{API}/search?q=lua").json()["items"]

    assert [each["url"] for each in before] == [each["url"] for each in after]
