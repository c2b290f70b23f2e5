"""What a repair costs when there is nothing to do, and what it makes of odd things it finds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.cdxj import sidecar_path
from archive.report import CrawlReport, begun_path, last_report, read_report, report_path, write_report
from crawler.exits import UnknownSite
from crawler.lock import SiteLock
from crawler.repair import repair_site
from crawler.sites import Site
from tests.archive.exchanges import exchange
from tests.archive.test_writer import NAME, open_writer
from tests.crawler.test_rebuild import derive, load_site
from tests.khcn import khcn
from tests.looked_at import looked_at

SITE = "ha_tinh"
START = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def repair(root: Path, site: str = SITE, *, load=load_site):
    return repair_site(root, site, catalog=root / "catalog.sqlite3", load_site=load, derive=derive)


def report(crawl: str, **more) -> CrawlReport:
    return CrawlReport(crawl, SITE, START, START, 8, **more)


def kill(root: Path, count: int = 2):
    """Leave what a killed crawl leaves."""
    writer = open_writer(root)
    captures = [writer.write(exchange(url=f"https://a.vn/{n}")) for n in range(count)]
    writer.sync()
    writer._file.release()
    return captures


def test_nothing_to_do_costs_next_to_nothing(tmp_path):
    for number in range(1000):
        for path in (tmp_path / NAME.format(0), sidecar_path(tmp_path, NAME.format(0))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(path.name.replace("-00000", f"-{number:05d}")).touch()
        path = report_path(tmp_path, f"{SITE}-20240506070809{number:03d}")
        path.parent.mkdir(exist_ok=True)
        path.touch()
    with looked_at() as files:
        done = repair(tmp_path)

    assert not done
    assert not (tmp_path / "catalog.sqlite3").exists()
    assert len(files) < 20  # folders: not one of the files


@pytest.mark.parametrize("after", range(4))
def test_a_repair_can_be_stopped_between_its_steps_and_is_done_by_the_next(tmp_path, after):
    write_report(tmp_path, report(kill(tmp_path, 250)[0].crawl), ended=False)
    looks = iter([None] * after)

    with pytest.raises(StopIteration):
        repair_site(
            tmp_path,
            SITE,
            catalog=tmp_path / "catalog.sqlite3",
            load_site=load_site,
            derive=derive,
            look=lambda: next(looks),
        )

    assert [made.captures for made in repair(tmp_path).crawls] == [250]
    assert not repair(tmp_path)


def test_a_killed_crawl_without_a_begun_report_gets_one_made_of_its_files(tmp_path):
    captures = kill(tmp_path)
    done = repair(tmp_path)

    (made,) = done.crawls
    assert made == read_report(report_path(tmp_path, captures[0].crawl))
    assert (made.exit, made.captures, made.requests, made.complete) == (8, 2, 2, False)
    assert made.started == captures[0].date
    assert not repair(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b'{"crawl": 1}', b"\xff"])
def test_a_begun_report_that_can_not_be_read_is_made_anew(tmp_path, content):
    crawl = kill(tmp_path)[0].crawl
    begun_path(tmp_path, crawl).parent.mkdir()
    begun_path(tmp_path, crawl).write_bytes(content)

    assert [made.captures for made in repair(tmp_path).crawls] == [2]
    assert not begun_path(tmp_path, crawl).exists()


def test_a_report_that_was_written_is_kept_and_the_begun_one_goes(tmp_path):
    written = write_report(tmp_path, report("ha_tinh-20240506070809123", requests=7))
    write_report(tmp_path, report("ha_tinh-20240506070809123"), ended=False)

    assert repair(tmp_path).crawls == ()
    assert read_report(written).requests == 7
    assert [path.name for path in (tmp_path / "crawls").iterdir()] == [written.name]


def test_crawls_of_other_sites_are_not_touched(tmp_path):
    for site in ("ha_tinh_2", "ha_nam"):
        write_report(tmp_path, report(f"{site}-20240506070809123"), ended=False)
    before = sorted(path.name for path in (tmp_path / "crawls").iterdir())

    assert not repair(tmp_path)
    assert sorted(path.name for path in (tmp_path / "crawls").iterdir()) == before


def test_a_site_that_no_file_declares_is_indexed_and_not_read(tmp_path):
    def unknown(site: str) -> Site:
        raise UnknownSite(site)

    kill(tmp_path)
    done = repair(tmp_path, load=unknown)

    assert [made.captures for made in done.crawls] == [2]
    assert [found.state for found in done.mended] == ["closed"]


def test_a_crawl_that_is_running_is_left_alone(tmp_path):
    writer = open_writer(tmp_path)
    writer.write(exchange())
    write_report(tmp_path, report("ha_tinh-1"), ended=False)

    done = repair(tmp_path)

    assert [found.state for found in done.mended] == ["busy"]
    assert done.crawls == ()
    assert begun_path(tmp_path, "ha_tinh-1").exists()


def test_damage_in_a_closed_file_does_not_stop_a_repair(tmp_path):
    with open_writer(tmp_path) as writer:
        for number in range(4):
            writer.write(exchange(url=f"https://a.vn/{number}"))
    path = tmp_path / NAME.format(0)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    sidecar_path(tmp_path, NAME.format(0)).unlink()
    captures = kill(tmp_path)
    done = repair(tmp_path)

    assert {found.warc: found.state for found in done.mended} == {NAME.format(1): "closed", NAME.format(0): "damaged"}
    assert captures[0].location.warc == NAME.format(1)
    assert path.read_bytes() == bytes(data)


def test_the_latest_report_is_found_by_its_name(tmp_path):
    for stamp in ("20240506070809123", "20250101000000000"):
        write_report(tmp_path, report(f"{SITE}-{stamp}"))
    write_report(tmp_path, report("ha_tinh_2-20260101000000000"))

    assert last_report(tmp_path, SITE).crawl == f"{SITE}-20250101000000000"
    assert last_report(tmp_path, "lam_dong") is None


def test_the_command_says_what_it_did_and_then_that_nothing_is_left(tmp_path):
    kill(tmp_path)
    with (tmp_path / (NAME.format(0) + ".open")).open("ab") as file:
        file.write(b"torn")
    done = khcn("repair", data=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "closed, 7 whole records kept, 4 bytes to quarantine/ha_tinh/" in done.stdout
    assert "ha_tinh-1: ended; 2 captures" in done.stdout
    assert (khcn("repair", data=tmp_path).stdout, khcn("repair", "--json", data=tmp_path).stdout) == ("", "")


def test_a_site_in_use_is_exit_7_and_an_unknown_one_exit_2(tmp_path):
    kill(tmp_path)
    with SiteLock(tmp_path, SITE, START):
        assert khcn("repair", data=tmp_path).returncode == 7
    assert khcn("repair", "lam_dong", data=tmp_path).returncode == 2
    assert (tmp_path / (NAME.format(0) + ".open")).exists()
