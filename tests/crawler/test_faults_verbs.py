"""Each verb that writes: the n-th call that changes a file fails, once, and the same command again mends it.

For a spread of n, or for every n with ``ALL_FAULTS=1``.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import bagit
import pytest

from archive.catalog import Catalog
from archive.fixity.ledger import read
from archive.verify import Verification
from tests.crawler.small_crawl import SmallCrawl, faults, small_crawl
from tests.crawler.whole import check_whole

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")

PARTS = 3


@pytest.fixture(scope="module")
def rig(tmp_path_factory):
    with small_crawl(tmp_path_factory.mktemp("verbs")) as made:
        yield made


def as_it_is(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.sound(), data)
    return ()


def without_catalog(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.sound(), data)
    for path in [*data.glob("catalog.sqlite3*"), *data.rglob("*.jsonl")]:
        path.unlink()
    return ()


def without_index(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.sound(), data)
    shutil.rmtree(data / "cdxj")
    return ()


def stopped(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.stopped(), data)
    return ()


def foreign(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    data.mkdir()
    return tuple(str(path) for path in sorted(rig.sound().rglob("*.warc.gz")))


def exported_articles(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.sound(), data)
    return ("-o", str(data / "exports" / "articles"))


def exported(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.sound(), data)
    return ("-o", str(data / "out.wacz"))


def exported_bag(rig: SmallCrawl, data: Path) -> tuple[str, ...]:
    shutil.copytree(rig.sound(), data)
    return ("-o", str(data / "exports" / "bag"))


def check_bag(rig: SmallCrawl, data: Path) -> None:
    assert bagit.Bag(str(data / "exports" / "bag")).validate()
    check_verified(rig, data)


def check_due(rig: SmallCrawl, data: Path) -> None:
    standings = read(data).standings
    assert {standing.state for standing in standings.values()} == {"sound"}
    assert {path.name for path in data.rglob("*.warc.gz")} <= {name.rpartition("/")[2] for name in standings}
    check_verified(rig, data)


def check_articles(rig: SmallCrawl, data: Path) -> None:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        assert {article.url for article in catalog.articles()} == rig.expected
    check_verified(rig, data)


def check_verified(rig: SmallCrawl, data: Path) -> None:
    assert [str(finding) for finding in Verification(data).findings()] == []
    assert not [*data.rglob("*.open"), *data.rglob("*.tmp"), *data.glob("*.rebuild*")]


def check_all(rig: SmallCrawl, data: Path) -> None:
    check_whole(data, rig.expected)


CASES = {
    "rebuild": (("rebuild",), without_catalog, check_all),
    "rebuild over the old": (("rebuild",), as_it_is, check_all),
    "rebuild of a site": (("rebuild", "ha_tinh"), as_it_is, check_all),
    "index": (("index",), without_index, check_all),
    "repair": (("repair",), stopped, check_verified),
    "import": (("import",), foreign, check_articles),
    "check of what is due": (("verify", "--due", "--days", "1"), as_it_is, check_due),
    "export of a bag": (("export", "--format", "bagit", "--force"), exported_bag, check_bag),
    "export": (("export", "--format", "wacz", "--force"), exported, check_all),
    "export of articles": (("export", "--format", "text", "--force"), exported_articles, check_all),
    "export of articles to a file": (("export", "--format", "csv", "--force"), exported_articles, check_all),
}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("case", CASES)
def test_a_verb_on_a_disk_that_fails_once_is_done_by_the_next_call(rig, case, part):
    verb, prepare, check = CASES[case]
    data, log = rig.folder / "data", rig.folder / f"{part}.calls"
    rest = prepare(rig, data)
    log.unlink(missing_ok=True)
    counted = rig.khcn(*verb, *rest, data=data, fault={"log": log})
    assert counted.code == 0, counted.said
    check(rig, data)
    shutil.rmtree(data)
    calls = log.read_text().splitlines()
    assert calls

    for nth, error in faults(calls, part, min(PARTS, len(calls)), 1):
        prepare(rig, data)
        failed = rig.khcn(*verb, *rest, data=data, fault={"nth": nth, "error": error})
        told = f"call {nth} ({calls[nth - 1]}) failed with {error}:\n{failed.said}"
        assert failed.code in (0, 3), told
        assert "Traceback" not in failed.said, told
        if failed.code == 0:
            check(rig, data)

        again = rig.khcn(*verb, *rest, data=data)

        assert again.code == 0, f"{told}\nthen:\n{again.said}"
        check(rig, data)
        shutil.rmtree(data)
