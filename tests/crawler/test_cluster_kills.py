"""Twelve sites on four workers, PostgreSQL and object storage over HTTP, while workers are killed again and again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress

import pytest

from archive.catalog import Catalog
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play
from tests.play.departments import declared, department_articles

KILLS = int(os.environ.get("CLUSTER_KILLS", "0"))
EVERY_S = 10.0
SITES, WORKERS = 12, 4
SLOW = ("-s", "DOWNLOAD_DELAY=0.4")
SMALL = ("-s", "WARC_MAX_BYTES=300000", "-s", "STORED_KEEP_DAYS=0")
"""So that there are many files, and none stays here."""

pytestmark = pytest.mark.skipif(not KILLS, reason="CLUSTER_KILLS=12: takes some minutes")


def articles_of(url) -> dict[str, tuple]:
    with Catalog.open(url, read_only=True) as catalog:
        return {
            each.url: (each.site, each.title, each.text, each.published, each.authors, len(each.images))
            for each in catalog.articles()
        }


def rows_of(url) -> list[str]:
    with Catalog.open(url, read_only=True) as catalog:
        return list(catalog.dump())


def test_workers_killed_again_and_again_lose_nothing(tmp_path, postgres, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="pip install -e '.[dev,cluster]'")
    from tests.s3 import BUCKET, KEYS, client, s3_server

    database, data, fresh, alone = postgres.new_schema(), tmp_path / "data", tmp_path / "fresh", tmp_path / "alone"
    with play(seeds=False, all_sites=True) as played, s3_server() as endpoint:
        client(endpoint).create_bucket(Bucket=BUCKET)
        environ = {**KEYS, "AWS_ENDPOINT_URL": endpoint, "KHCN_ARCHIVE_URL": f"s3://{BUCKET}/kho"}
        environ |= {"KHCN_CATALOG_URL": database, "KHCN_FRONTIER_URL": database}
        for name in environ:
            if name.startswith("AWS_"):
                monkeypatch.setenv(name, environ[name])  # for the workers
        truth = [*played.articles, *department_articles()]
        active = {name for name, site in declared().items() if site["status"] == "active"}
        sites = sorted({article.site for article in truth} & active)[:SITES]
        assert len(sites) == SITES
        with distributed.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, memory_limit=0
        ) as made:
            run = subprocess.Popen(
                [str(COMMAND), "crawl", *sites, "--json", "--cluster", made.scheduler_address, *FAST, *SLOW, *SMALL],
                env={"PATH": "/usr/bin:/bin", "KHCN_DATA": str(data), "KHCN_RESOLVE": played.resolve, **environ},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            killed = kill_workers(made, run, lambda: len(played.log) > 20)
            out, said = run.communicate(timeout=1800)
        asked = Counter(fetch for fetch in played.log if fetch.target != "/robots.txt")
        on_disk = list(data.glob("warcs/*/*/*.warc.gz*"))
        listed = client(endpoint).list_objects_v2(Bucket=BUCKET, Prefix="kho/warcs/")["Contents"]
        verified = khcn("verify", data=data, **environ)
        from_storage = khcn("verify", data=fresh, **environ)
        rows = rows_of(database)
        rebuilt = khcn("rebuild", data=fresh, **{**environ, "KHCN_CATALOG_URL": f"sqlite:///{fresh}/c.sqlite3"})
        one = khcn("crawl", *sites, "--json", *FAST, data=alone, resolve=played.resolve)
    reports = [json.loads(line) for line in out.splitlines()]
    print(
        f"kills {killed}, sites {len(reports)}, runs {sum(len(each['runs']) for each in reports)}, "
        f"requests {asked.total()}, twice {sum(count == 2 for count in asked.values())}, "
        f"WARC files in the storage {len(listed)}, here {len(on_disk)}"
    )

    assert run.returncode == 0, said
    assert {each["site"] for each in reports} == set(sites)
    assert max(asked.values()) <= 2
    assert one.returncode == 0, one.stderr
    assert articles_of(database) == articles_of(alone / "catalog.sqlite3")
    assert set(articles_of(database)) == {article.url for article in truth if article.site in sites}
    assert on_disk == []
    assert (verified.returncode, verified.stdout) == (0, "")
    assert (from_storage.returncode, from_storage.stdout) == (0, "")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert rows_of(fresh / "c.sqlite3") == rows


def kill_workers(cluster, run, has_begun) -> int:
    """Kill one worker after the other, ten seconds apart, as long as the command runs; return how many."""
    while not has_begun() and run.poll() is None:
        time.sleep(0.1)
    killed = 0
    while killed < KILLS and run.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            run.wait(EVERY_S)
        pids = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
        if run.poll() is None and pids:
            with suppress(ProcessLookupError):
                os.kill(pids[killed % len(pids)], signal.SIGKILL)
                killed += 1
    return killed
