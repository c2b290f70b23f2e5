"""What a server must do beyond the contract of :mod:`tests.engines`: sort as files do, number changes, be served."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.catalog.served import ServedCatalog
from archive.errors import CatalogError, ServerLost
from archive.search import catch_up
from crawler.frontier import Frontier
from tests.archive.facts import PAGE, changes_of, keep, make_article, make_capture
from tests.engines import empty_catalog, rows_in, url_of

HOST = "https://skhcn.hatinh.gov.vn"


def add(catalog, *numbers, text="Lúa xuân trổ đều.", **changes):
    captures = [make_capture(number, f"{HOST}/bai-{number}") for number in numbers]
    keep(catalog, [make_article(each, title=each.url[-3:], text=text, **changes) for each in captures], captures)


@pytest.mark.usefixtures("each_engine")
def test_texts_with_a_character_that_only_one_takes_are_equal_on_both():
    odd = "a\0b"
    with empty_catalog() as catalog:
        capture = make_capture(1, mime=odd)
        keep(catalog, [make_article(capture, title=odd, section=odd)], [capture])
        catalog.add_reading(capture.id, "rejected", odd)

        assert catalog.capture(capture.id).mime == catalog.article(PAGE).title == "a\ufffdb"
        assert catalog.article("https://a.vn/\0") is None
        assert not any("\\u0000" in line for line in catalog.dump())


@pytest.mark.usefixtures("each_engine")
def test_rows_come_in_the_order_of_their_bytes():
    urls = [f"{HOST}/{name}" for name in ("Z", "a", "A", "đ", "e", "ê", "_", "-", "10", "9")]
    with empty_catalog() as catalog:
        sites = ["Ha", "ha", "a_b", "a-b", "ab", "đa"]
        keep(catalog, [], [make_capture(n, url, site=sites[n % 6]) for n, url in enumerate(urls)])

        assert catalog.sites() == sorted(sites)
        assert [capture.url for capture in catalog.captures()] == urls


@pytest.mark.usefixtures("each_engine")
def test_the_index_follows_the_catalog(tmp_path):
    url = url_of(tmp_path / "catalog.sqlite3")

    def found(query):
        with open_archive(tmp_path, catalog_url=url) as archive:
            return sorted(int(hit.url[-3:]) for hit in archive.search(query, limit=100))

    with Catalog.open(url) as catalog, empty_catalog() as fresh:
        add(catalog, 101, 102, 103)
        first = catch_up(tmp_path, catalog)
        add(catalog, 104)
        add(catalog, 101)  # seen again as it was
        later = catch_up(tmp_path, catalog)
        seen = found("lúa xuân")
        last = changes_of(catalog, 0, 100)[-1].seq
        add(fresh, 102, text="Lúa mùa đã gặt.")
        add(fresh, 105)
        catalog.replace_sites(None, fresh)
        changed = {change.article for change in changes_of(catalog, last, 100)}

    assert (first.articles, first.behind, later.behind) == (3, 0, 0)
    assert later.articles <= 2
    assert seen == [101, 102, 103, 104]
    assert len(changed) == 5  # those that went, too
    assert (found("lúa xuân"), found("lúa mùa")) == ([105], [102])


def test_a_reader_sees_one_state_while_others_write(postgres_url):
    with Catalog.open(postgres_url) as catalog, Catalog.open(postgres_url) as writer:
        add(catalog, 101)
        with catalog.following() as state:
            before = state.last()
            add(writer, 102, 103)
            assert state.last() == before
            assert changes_of(writer, before, 10) != []
        with catalog.following() as state:
            assert state.last() > before


def test_columns_compare_as_bytes_whatever_language_the_server_speaks(postgres_url, postgres):
    Catalog.open(postgres_url).close()

    found = rows_in(
        postgres_url,
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
    )
    assert found == []


def test_captures_lie_in_pieces_and_indexes_of_some_rows_hold_no_others(postgres_url):
    Catalog.open(postgres_url).close()
    Frontier.open(postgres_url, "ha_tinh").close()

    pieces = rows_in(
        postgres_url,
        "SELECT count(*), min(pg_get_partkeydef(inhparent)) FROM pg_inherits WHERE inhparent = 'captures'::regclass",
    )
    some = rows_in(
        postgres_url,
        "SELECT indexname, substring(indexdef FROM 'WHERE .*') FROM pg_indexes "
        "WHERE schemaname = current_schema() AND indexdef ~ 'WHERE' ORDER BY 1",
    )
    assert pieces == [(8, "HASH (id)")]
    of_gone = "WHERE (status = ANY (ARRAY[404, 410]))"
    assert some == [
        *((f"captures_{piece}_site_status_key_idx", of_gone) for piece in range(8)),
        ("captures_gone", of_gone),
        ("frontier_failed", "WHERE (state > 3)"),
        ("frontier_leased", "WHERE (state = 2)"),
        ("frontier_ready", "WHERE (state = 0)"),
        ("frontier_waiting", "WHERE (state = 1)"),
        ("readings_by_target", "WHERE (target IS NOT NULL)"),
    ]


def test_a_number_never_appears_after_a_greater_one_was_read(postgres_url):
    numbers, stop = list[int](), threading.Event()

    def write(site, start):
        with Catalog.open(postgres_url) as catalog:
            for number in range(start, start + 12):
                capture = make_capture(number, f"{HOST}/{number}", site=site)
                with catalog.transaction():
                    catalog.add_captures([capture])
                    catalog.add_article(replace(make_article(capture), site=site))

    def follow():
        with Catalog.open(postgres_url, read_only=True) as catalog:
            while not stop.is_set():
                numbers.extend(change.seq for change in changes_of(catalog, max(numbers, default=0), 1000))

    Catalog.open(postgres_url).close()
    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(f"site_{n}", 1000 * n)) for n in range(1, 5)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    last = rows_in(postgres_url, "SELECT max(seq) FROM changes")[0][0]
    deadline = time.monotonic() + 300
    while max(numbers, default=0) < last and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    reader.join()

    held = {row[0] for row in rows_in(postgres_url, "SELECT seq FROM changes")}
    assert len(held) == 48
    assert held <= set(numbers)


def test_a_server_is_asked_no_longer_than_it_may_take(postgres_url):
    with Catalog.open(postgres_url) as catalog:
        add(catalog, 101, 102)
    with ServedCatalog.open_served(postgres_url, 1) as served:
        assert len(list(served.places())) == 2
        assert served.spread().totals
        assert served.level()[1] == 2
        with pytest.raises(CatalogError, match="the question took longer than it may"):
            served._ask(lambda connection: connection.exec_driver_sql("SELECT pg_sleep(60)"))
        with pytest.raises(CatalogError, match="the catalog can not be written"):
            served.add_captures([make_capture(1)])
        assert len(list(served.places())) == 2


def test_a_connection_that_is_lost_is_said_and_the_next_question_is_answered(postgres_url, postgres):
    with Catalog.open(postgres_url) as catalog:

        def write_while_it_goes_away():
            with catalog.transaction(), postgres.connect() as connection:
                catalog.add_captures([make_capture(1)])
                pid = catalog._writer.exec_driver_sql("SELECT pg_backend_pid()").scalar()
                connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
                catalog.add_captures([make_capture(2)])

        with pytest.raises(ServerLost, match=r"connection to the catalog was lost .*run the same command again"):
            write_while_it_goes_away()
        assert catalog.counts()["captures"] == 0
        catalog.add_captures([make_capture(1)])
        assert catalog.counts()["captures"] == 1


def test_another_programs_tables_are_left_alone(postgres_url, postgres):
    with postgres.connect() as connection:
        schema = postgres.name_of(postgres_url)
        connection.execute(f"CREATE TABLE {schema}.songs (title text)")
        Catalog.open(postgres_url).close()
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
        connection.execute(f"CREATE SCHEMA {schema}")
        with pytest.raises(CatalogError, match="there is no catalog; `khcn crawl` or `khcn rebuild` makes one"):
            Catalog.open(postgres_url, read_only=True)
        connection.execute(f"CREATE TABLE {schema}.articles (title text)")
        with pytest.raises(CatalogError, match=r"the names of the catalog's \(articles\); give the catalog a database"):
            Catalog.open(postgres_url)
        connection.execute(f"DROP TABLE {schema}.articles")
    with pytest.raises(CatalogError, match=r"the database server has no such database .*createdb"):
        Catalog.open(postgres_url.replace("/postgres?", "/songs?"))
