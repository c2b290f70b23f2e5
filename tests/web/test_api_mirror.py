"""Who follows the changes has an equal copy, whatever happened meanwhile, and is told when it is none any more."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from archive.catalog import Catalog
from archive.takedown import FILE
from archive.times import VN
from tests.archive.facts import keep, make_article, make_capture
from tests.web.served import API, asking, exported

SITES = ("ha_tinh", "nghe_an")
HOST = {"ha_tinh": "https://skhcn.hatinh.gov.vn", "nghe_an": "https://skhcn.nghean.gov.vn"}


class Mirror:
    """A copy that is kept by what docs/api.md says."""

    def __init__(self, client) -> None:
        self.client = client
        self.cursor: str | None = None
        self.articles: dict[str, dict] = {}

    def follow(self, pages: int = 1_000) -> None:
        more = True
        while more and pages:
            params = {"limit": 3} | ({"cursor": self.cursor} if self.cursor else {})
            answer = self.client.get(f"{API}/changes", params=params)
            if answer.status_code == 410:
                assert answer.json()["type"] == "urn:khcn:problem:generation-changed"
                self.cursor, self.articles = None, {}
                continue
            for change in answer.json()["changes"]:
                if change["article"] is None:
                    self.articles.pop(change["id"], None)
                else:
                    self.articles[change["id"]] = change["article"]
            self.cursor, more, pages = answer.json()["next"], answer.json()["more"], pages - 1


def facts(number, version=0):
    site = SITES[number % 2]
    capture = make_capture(1_000 * version + number, f"{HOST[site]}/tin/{number}", site=site, crawl=f"{site}-1")
    published = datetime(2025, 1, 1, tzinfo=VN) + timedelta(days=number % 5)
    return replace(make_article(capture), published=published, text=f"Bài {number}, bản {version}."), capture


@pytest.fixture
def root(tmp_path):
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        for number in range(8):
            article, capture = facts(number)
            keep(catalog, [article], [capture])
    return tmp_path


@pytest.fixture
def mirror(root):
    with asking(root) as client:
        yield Mirror(client)


def is_equal(mirror, root):
    return mirror.articles == {key: json.loads(line) for key, line in exported(root).items()}


@pytest.mark.parametrize("seed", range(3))
def test_a_copy_is_equal_whatever_is_written_between_its_pages(mirror, root, seed):
    chance = random.Random(seed)
    captures = {}
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for step in range(1, 40):
            match chance.choice(("add", "change", "retract", "follow", "follow")):
                case "add":
                    article, capture = facts(100 + step)
                    keep(catalog, [article], [capture])
                    captures[step] = capture.id
                case "change":
                    article, capture = facts(chance.randrange(8), step)
                    keep(catalog, [article], [capture])
                case "retract" if captures:
                    catalog.retract([captures.pop(chance.choice(sorted(captures)))])
                case "follow":
                    mirror.follow(pages=1)
    mirror.follow()

    assert is_equal(mirror, root)
    assert len(mirror.articles) >= 8


def test_a_catalog_made_anew_is_told_and_read_from_the_beginning(mirror, root):
    mirror.follow()
    before = mirror.cursor
    path = root / "catalog.sqlite3"
    for name in ("catalog.sqlite3", "catalog.sqlite3-wal", "catalog.sqlite3-shm"):
        (root / name).unlink(missing_ok=True)
    with Catalog.open(path) as catalog:
        keep(catalog, [facts(3)[0]], [facts(3)[1]])
    mirror.follow()

    assert is_equal(mirror, root)
    assert len(mirror.articles) == 1
    assert mirror.cursor != before


def test_what_is_taken_down_leaves_the_copy_and_comes_back_when_it_is_lifted(mirror, root):
    def put(*entries):
        lines = (f'[[takedown]]\n{entry}\nreason = "Theo yêu cầu"\ndate = {date(2025, 4, 1)}\n' for entry in entries)
        (root / FILE).write_text("".join(lines), "utf-8")

    mirror.follow()
    held = []
    one = f'url = "{HOST["ha_tinh"]}/tin/2"'
    for entries in ((one,), (one, 'site = "nghe_an"'), (one + "\nlifted = 2025-05-01", 'site = "nghe_an"'),
                    (one, 'site = "nghe_an"\nlifted = 2025-05-01')):  # fmt: skip
        put(*entries)
        mirror.follow()

        assert is_equal(mirror, root)
        held.append(len(mirror.articles))
    assert held == [7, 3, 4, 7]


def test_a_picture_that_is_taken_down_leaves_the_copy_too(root, mirror):
    from archive.model import Image

    picture = f"{HOST['ha_tinh']}/anh/2.jpg"
    article, _ = facts(2)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        shot = make_capture(77, picture, purpose="image", via=article.url)
        later = make_capture(78, article.url)
        changed = replace(article, capture=later.id, captured=later.date, images=(Image(picture, 0, capture=shot.id),))
        keep(catalog, [changed], [shot, later])
    mirror.follow()
    before = sum(len(each["images"]) for each in mirror.articles.values())
    (root / FILE).write_text(f'[[takedown]]\nurl = "{picture}"\nreason = "Trẻ em"\ndate = 2025-04-01\n', "utf-8")
    mirror.follow()

    assert (before, sum(len(each["images"]) for each in mirror.articles.values())) == (1, 0)
    assert is_equal(mirror, root)
