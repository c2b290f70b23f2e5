"""Several machines on one PostgreSQL: a site is one's at a time, and goes to the next when that one dies."""

import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.catalog import Catalog
from archive.errors import CatalogError, ServerLost
from crawler.config import read_config
from crawler.doctor import services
from crawler.exits import SiteLocked
from crawler.frontier import Entry, Frontier, url_key
from crawler.leases import STALE_S, SiteLease, server_urls
from crawler.lock import SiteLock
from crawler.owner import this_process
from tests.engines import rows_in

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SITES = ("ha_tinh", "hau_giang", "lam_dong")


def fill(url, site, count):
    with Frontier.open(url, site) as frontier:
        frontier.begin(f"{site}-1", "")
        frontier.add(Entry(url_key(f"https://{site}.vn/{n}"), f"https://{site}.vn/{n}", "{}") for n in range(count))


def lease_of(url, *, since=NOW, **changes):
    (server,) = server_urls([url])
    return SiteLease(server, "ha_tinh", replace(this_process(since), **changes))


def silence(postgres, url, seconds):
    """Let the last word of the holder be so old."""
    with postgres.connect() as connection:
        connection.execute(f"UPDATE {postgres.name_of(url)}.site_leases SET beat = beat - interval '{seconds} seconds'")


def test_a_site_is_held_by_one_and_free_again_after_it(tmp_path, postgres_url):
    one, other = tmp_path / "one", tmp_path / "other"
    with SiteLock(one, "ha_tinh", NOW, (postgres_url, postgres_url)):
        with pytest.raises(SiteLocked, match=rf"process {os.getpid()} since 2026-01-01.*heartbeat \d+ s ago"):
            SiteLock(other, "ha_tinh", NOW, (postgres_url,)).__enter__()
        with SiteLock(other, "hau_giang", NOW, (postgres_url,)):
            pass
    with SiteLock(other, "ha_tinh", NOW, (postgres_url,)) as lock:
        lock.beat()
        lock.check()


@pytest.mark.parametrize(
    ("holder", "silent_s", "is_free"),
    [
        ({"boot": "may-2", "host": "may-2"}, STALE_S - 80, False),
        ({"boot": "may-2", "host": "may-2"}, STALE_S + 20, True),
        ({"began": 1}, 0, True),  # a process of this machine that runs no more
        ({}, STALE_S + 20, False),  # one that was merely stopped
    ],
)
def test_who_is_dead_is_taken_over(postgres, postgres_url, holder, silent_s, is_free):
    lease_of(postgres_url, **holder).take()
    silence(postgres, postgres_url, silent_s)

    try:
        lease_of(postgres_url).take()
        taken = True
    except SiteLocked:
        taken = False

    assert taken is is_free


def test_who_was_taken_for_dead_and_lives_writes_nothing_any_more(tmp_path, postgres, postgres_url):
    fill(postgres_url, "ha_tinh", 4)
    with SiteLock(tmp_path, "ha_tinh", NOW, (postgres_url,)) as lock, Catalog.open(postgres_url) as catalog:
        catalog.fence = lock.fence
        catalog.add_crawl("ha_tinh-1", "ha_tinh", NOW, {})
        with Frontier.open(postgres_url, "ha_tinh", run=lock.owner.run) as frontier:
            (first,) = frontier.lease(1)
            silence(postgres, postgres_url, STALE_S + 1)
            other = lease_of(postgres_url)
            # As seen from another machine.
            other._owner = replace(other._owner, boot="may-2")
            with postgres.connect() as connection:
                schema = postgres.name_of(postgres_url)
                connection.execute(
                    f"UPDATE {schema}.site_leases SET owner = replace(owner, '{lock.owner.boot}', 'may-1')"
                )
            other.take()
            frontier.done([first.key])
            with pytest.raises(SiteLocked, match="ha_tinh: another run took this site over; nothing more is written"):
                frontier.commit()
            with pytest.raises(SiteLocked):
                frontier.lease(1)
            frontier._buffer.clear()
        with pytest.raises(SiteLocked, match="nothing more is written"):
            catalog.add_crawl("ha_tinh-2", "ha_tinh", NOW, {})
        assert [crawl.id for crawl in catalog.crawls("ha_tinh")] == ["ha_tinh-1"]
        lock.beat()
        with pytest.raises(SiteLocked, match=r"the lock of this run is gone \(the database names process"):
            lock.check()

    assert rows_in(postgres_url, "SELECT count(*) FROM frontier_rows WHERE state = 3") == [(0,)]
    with pytest.raises(SiteLocked):  # and what it frees is not the other's
        lease_of(postgres_url).take()


def test_nobody_takes_a_site_over_while_its_holder_is_in_a_transaction_and_its_heart_beats_on(
    tmp_path, postgres, postgres_url
):
    with SiteLock(tmp_path, "ha_tinh", NOW, (postgres_url,)) as lock, Catalog.open(postgres_url) as catalog:
        catalog.fence = lock.fence
        with catalog.transaction():
            lock.beat()
            lock.check()
            with postgres.connect() as connection:
                connection.execute("SET lock_timeout = '100ms'")
                with pytest.raises(Exception, match="lock timeout"):
                    connection.execute(f"SELECT * FROM {postgres.name_of(postgres_url)}.site_leases FOR UPDATE")


def test_two_who_lease_in_one_moment_get_different_rows(postgres_url):
    fill(postgres_url, "ha_tinh", 10)
    one, other = Frontier.open(postgres_url, "ha_tinh"), Frontier.open(postgres_url, "ha_tinh")
    with one, other, one._session.transaction():
        first = one._session.read_to_take(LEASED_FIRST, site=one._site)
        second = other.lease(3)  # does not wait for the end of the other's transaction

    assert {row[0] for row in first}.isdisjoint(entry.url for entry in second)
    assert (len(first), len(second)) == (4, 3)


LEASED_FIRST = "SELECT url FROM frontier_rows WHERE site = :site AND state = 0 ORDER BY priority DESC, seq LIMIT 4"


def test_workers_share_the_sites_and_a_killed_one_loses_nothing(tmp_path, postgres_url):
    count = 120
    for site in SITES:
        fill(postgres_url, site, count)
    command = [sys.executable, "-m", "tests.crawler.worker_of_sites", postgres_url, str(tmp_path)]
    # The first stops with two of its three leased rows asked, none of them done, before the others begin.
    victim = subprocess.Popen([*command, "5", *SITES])
    assert os.WIFSTOPPED(os.waitpid(victim.pid, os.WUNTRACED)[1])
    workers = [subprocess.Popen([*command, "0", *SITES[n:], *SITES[:n]]) for n in (1, 2)]
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    codes = [worker.wait(300) for worker in workers]

    asked = Counter(line for file in tmp_path.glob("asked-*") for line in file.read_text().splitlines())
    assert codes == [0, 0]
    assert len(asked) == count * len(SITES)
    assert Counter(asked.values()) == {1: count * len(SITES) - 2, 2: 2}  # what the killed one had not committed
    assert rows_in(postgres_url, "SELECT state, count(*) FROM frontier_rows GROUP BY state") == [
        (3, count * len(SITES))
    ]


def test_a_lease_that_nobody_renews_is_over(postgres_url):
    fill(postgres_url, "ha_tinh", 2)
    now = [NOW]
    with Frontier.open(postgres_url, "ha_tinh", clock=lambda: now[0]) as dead:
        assert len(dead.lease(2)) == 2
    with Frontier.open(postgres_url, "ha_tinh", clock=lambda: now[0]) as frontier:
        assert frontier.lease(2) == []
        now[0] += timedelta(hours=2)
        assert len(frontier.lease(2)) == 2


def test_a_server_that_goes_away_is_said_and_what_is_buffered_can_still_be_written(postgres, postgres_url):
    with Frontier.open(postgres_url, "ha_tinh") as frontier:
        frontier.begin("ha_tinh-1", "")
        frontier.add([Entry(1, "https://a.vn/1", "{}")])
        (pid,) = frontier._session.read("SELECT pg_backend_pid()")[0]
        with postgres.connect() as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        with pytest.raises(ServerLost, match=r"the connection to the frontier was lost .*run the same command again"):
            frontier.commit()
        frontier.commit()

    assert rows_in(postgres_url, "SELECT url FROM frontier_rows") == [("https://a.vn/1",)]


def test_the_doctor_asks_the_server(postgres, postgres_urls, tmp_path):
    begun, empty = postgres_urls(), postgres.new_schema()
    Catalog.open(begun).close()
    for url in (begun, empty):
        environ = {"KHCN_CATALOG_URL": url, "KHCN_FRONTIER_URL": url, "KHCN_DATA": str(tmp_path)}
        found = list(services.databases(read_config(environ)))

        assert [(each.check, each.state) for each in found] == [("catalog", "ok"), ("frontier", "ok")]
    with pytest.raises(CatalogError, match="there is no catalog"):
        Catalog.open(empty, create=False)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (
            "postgresql+psycopg://khcn:bi-mat@127.0.0.1:1/khcn",
            r"khcn:\*\*\*@127.* can not be reached .*KHCN_FRONTIER_URL",
        ),
        ("postgresql+psycopg://127.0.0.1:1/khcn?password=bi-mat", r"password=\*\*\*: the database server can not be"),
        (
            "postgresql+psycopg2://khcn:bi-mat@127.0.0.1/khcn",
            r"khcn:\*\*\*@.* only sqlite:///... and postgresql\+psycopg",
        ),
        ("postgres://khcn:bi-mat@127.0.0.1/khcn", r"only sqlite:///... and postgresql\+psycopg"),
        ("postgresql+psycopg//khcn:bi-mat@127.0.0.1/khcn", "this is no database URL"),
    ],
)
def test_what_is_wrong_with_a_url_is_said_without_its_password(url, says):
    with pytest.raises(CatalogError, match=says) as error:
        Frontier.open(url, "ha_tinh")

    chain = []
    cause = error.value
    while cause is not None:
        chain.append(str(cause))
        cause = cause.__cause__
    assert "bi-mat" not in " ".join(chain)
