"""What must be true of an archive after its crawl was ended from outside, however often."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator

from archive.catalog import Catalog
from tests.crawler.killing import Victim
from tests.khcn import khcn
from tests.play import Played, PlayedArticle

LEFT = ("open", "tmp", "new", "part")
"""Endings of files that nobody has finished."""


def check_survivor(victim: Victim, report: dict) -> None:
    """Assert that nothing is lost, torn, doubled or untrue after the run that ended with *report*."""
    check_articles(victim)
    check_files(victim.data, victim.said)
    check_report(victim, report)
    check_rebuilt(victim.data)


def check_articles(victim: Victim) -> None:
    """Every article of the truth is there once, with its text and its pictures, and nothing else."""
    truth = {article.url: article for article in victim.played.articles if article.site == victim.site}
    lines = [json.loads(line) for path in victim.data.glob("articles/*/*/*") for line in path.read_text().splitlines()]
    with Catalog.open(victim.data / "catalog.sqlite3", read_only=True) as catalog:
        held = list(catalog.articles(victim.site))

    assert Counter(line["url"] for line in lines) == Counter(truth.keys())
    assert Counter(article.url for article in held) == Counter(truth.keys())
    wrong = [line["url"] for line in lines if _given(line) != _true(truth[line["url"]], victim.played)]
    wrong += [
        article.url
        for article in held
        if (article.text, len(article.images), len(article.attachments))
        != (truth[article.url].text, len(truth[article.url].images), len(truth[article.url].attachments))
    ]
    assert wrong == []


def _given(line: dict) -> tuple:
    images = [(image["url"], image["caption"], image["sha256"]) for image in line["images"]]
    return line["title"], line["text"], images, [(file["url"], file["sha256"]) for file in line["attachments"]]


def _true(article: PlayedArticle, played: Played) -> tuple:
    images = [(image.url, image.caption, _sha256(image.url, played)) for image in article.images]
    return article.title, article.text, images, [(file.url, _sha256(file.url, played)) for file in article.attachments]


def _sha256(url: str, played: Played) -> str:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    answer = played.world.answer(parts.hostname or "", target)
    return _sha256(answer.location, played) if answer.location else hashlib.sha256(answer.body).hexdigest()


def check_files(data: Path, said: list[str]) -> None:
    """No file is torn or half written; what was cut off lies in quarantine, and was told."""
    left = [path for path in data.rglob("*") if path.name.rpartition(".")[2] in LEFT]
    assert left == []
    for path in data.glob("warcs/*/*/*"):
        gzip.decompress(path.read_bytes())
    told = "\n".join(said)
    for path in data.glob("quarantine/*/*"):
        assert f"cut_bytes={path.stat().st_size} quarantine={path.relative_to(data)}" in told
    for name in ("catalog", "frontier"):
        with closing(sqlite3.connect(data / f"{name}.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name
    done = khcn("verify", "--json", data=data)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def check_report(victim: Victim, report: dict) -> None:
    """The report is about all runs together, and says what the WARC files hold."""
    held: Counter[str] = Counter()
    crawls = set()
    for path in victim.data.glob("warcs/*/*/*"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                held[record.rec_type] += 1
                if record.rec_type == "warcinfo":
                    crawls.add(re.search(r"^crawl: (.*?)\r?$", record.content_stream().read().decode(), re.M)[1])

    assert crawls == {report["crawl"]}
    assert [path.name for path in (victim.data / "crawls").iterdir()] == [f"{report['crawl']}.json"]
    assert json.loads((victim.data / "crawls" / f"{report['crawl']}.json").read_text()) == report
    assert report["requests"] == held["request"] == sum(run["requests"] for run in report["runs"])
    assert report["captures"] == held["response"] + held["revisit"]
    assert (report["exit"], report["complete"], report["failures"], report["owed"]) == (0, True, [], [])
    with Catalog.open(victim.data / "catalog.sqlite3", read_only=True) as catalog:
        needed = {
            each.url for each in catalog.captures(victim.site) if each.purpose == "requisite" and each.status != 302
        }
    assert report["requisites"] == {"asked": len(needed), "missing": 0, "skipped": 0, "cut": 0}
    truth = sum(article.site == victim.site for article in victim.played.articles)
    assert report["articles"] == {**dict.fromkeys(report["articles"], 0), "new": truth}


def check_rebuilt(data: Path) -> None:
    """Catalog and JSON Lines made anew from the WARC files are as they are."""
    other = data.with_name(f"{data.name}-rebuilt")
    shutil.copytree(data, other)
    for path in other.glob("catalog.sqlite3*"):
        path.unlink()
    shutil.rmtree(other / "articles")

    done = khcn("rebuild", data=other)

    assert done.returncode == 0, done.stderr
    assert _dump(other) == _dump(data)
    assert _lines(other) == _lines(data)


def _dump(data: Path) -> list[str]:
    with Catalog.open(data / "catalog.sqlite3", read_only=True) as catalog:
        return list(catalog.dump())


def _lines(data: Path) -> dict[str, bytes]:
    return {str(path.relative_to(data)): path.read_bytes() for path in data.glob("articles/*/*/*")}
