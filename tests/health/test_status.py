"""``khcn status``, of the archive of the script's thirteenth day: two sites broke something, one was never answered."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta

import pytest

from archive.health.facts import RunFacts
from archive.health.ledger import Ledger, read_broken
from archive.health.rows import RESULTS, health_rows
from archive.report import CrawlReport, write_report
from crawler.cli.common import registry
from crawler.cli.status import sparkline
from crawler.config import read_config
from crawler.exits import Exit
from crawler.status_page import write_page
from crawler.watch import after_crawls, standings
from tests.browser import CHROMIUM, browser
from tests.crawler.other_sites import other_sites
from tests.health.fed import Fed, moment
from tests.health.made import NOW, row
from tests.health.receiver import receiver
from tests.health.year import DAY, FIELDS, FIRST, LAYOUT, SITES, STEADY, VANISHED
from tests.khcn import khcn

LAST = moment(FIRST + 12 * DAY) + timedelta(minutes=5)
KEYS = ["site", "last_run", "result", "exit", "articles", "new", "newest", "silent_days", "expectations"]
BROKEN = {(FIELDS, "fields.authors"), (LAYOUT, "layout"), (VANISHED, "answers")}


@pytest.fixture(scope="module")
def fed(tmp_path_factory):
    """Return a data root that nobody changes, whose last look was that of the last day."""
    made = Fed(tmp_path_factory.mktemp("status") / "data")
    for step in range(13):
        for site in SITES:
            made.crawl(site, FIRST + step * DAY)
    with receiver() as heard:
        done = khcn("status", "--notify", data=made.root, at=LAST, KHCN_NOTIFY=heard.address())
    assert done.returncode == Exit.EXPECTATION, done.stderr
    assert [line.split()[:2] for line in heard.lines()] == [["BROKE", f"{site}:"] for site in sorted(dict(BROKEN))]
    return made.root


@pytest.fixture
def data(fed, tmp_path):
    """Return a copy of it."""
    return shutil.copytree(fed, tmp_path / "data")


def status(data, *arguments, at=LAST, **environ):
    return khcn("status", *arguments, data=data, at=at, **environ)


def test_a_row_a_site_with_the_keys_that_programs_rely_on(fed):
    done = status(fed, "--json")
    rows = {each["site"]: each for each in map(json.loads, done.stdout.splitlines())}
    mine = rows[STEADY]

    assert done.returncode == Exit.EXPECTATION
    assert [list(each) for each in rows.values()] == [KEYS] * len(rows)
    assert set(SITES) < set(rows)
    assert (mine["last_run"], mine["result"], mine["exit"], mine["new"]) == ("2026-01-31T21:00:00Z", "OK", 0, 1)
    assert (mine["newest"], mine["silent_days"], mine["articles"]) == ("2026-02-01", 0, 716)
    assert all({"name", "ok", "value", "limit"} <= set(each) for each in mine["expectations"])
    broken = {(site, each["name"]) for site, row in rows.items() for each in row["expectations"] if not each["ok"]}
    assert broken == BROKEN
    assert rows["lam_dong"]["last_run"] is None
    assert rows[VANISHED]["result"] == "PARTIAL"


def test_the_table_says_what_is_wrong_and_why(fed):
    done = status(fed, VANISHED, STEADY)

    assert done.returncode == Exit.EXPECTATION
    assert "no answer on 3 days in a row (refused); at most 2 were expected [since 2026-02-01]" in done.stdout
    assert "as expected" in done.stdout
    assert "2 of 2 sites crawled; 1 not as expected" in done.stdout
    assert status(fed, STEADY).returncode == Exit.OK


def test_looking_changes_nothing(data):
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and "catalog" not in path.name}
    data.chmod(0o555)

    done = status(data)
    data.chmod(0o755)

    assert done.returncode == Exit.EXPECTATION, done.stderr
    assert {
        path: path.read_bytes() for path in data.rglob("*") if path.is_file() and "catalog" not in path.name
    } == before


def test_what_somebody_knows_counts_no_more_until_it_is_mended(data):
    names = [f"{site}:{name}" for site, name in sorted(BROKEN)]

    assert status(data, *(f"--acknowledge={name}" for name in names)).returncode == Exit.OK
    done = status(data, VANISHED, "--json")
    assert done.returncode == Exit.OK
    (answers,) = (each for each in json.loads(done.stdout)["expectations"] if each["name"] == "answers")
    assert (answers["ok"], answers["since"]) == (False, "2026-01-31T21:05:00Z")
    assert answers["acknowledged"] is not None
    with Ledger(data) as ledger:
        ledger.look([row(VANISHED, ok=("answers",))], LAST)
        ledger.look([row(VANISHED, "answers")], LAST)
    assert status(data, VANISHED).returncode == Exit.EXPECTATION


@pytest.mark.parametrize("name", [f"{STEADY}:answers", "nonsense", f"{VANISHED}:"])
def test_what_is_not_broken_can_not_be_acknowledged(data, name):
    done = status(data, f"--acknowledge={VANISHED}:answers", f"--acknowledge={name}")

    assert done.returncode == Exit.USAGE
    assert f'"{name}" is not broken, as far as was noted; that is: ' in done.stderr
    assert all(each.acknowledged is None for each in read_broken(data).values())


def test_an_empty_archive_has_rows_and_no_alarm(tmp_path):
    done = status(tmp_path / "new", "--json")

    assert done.returncode == Exit.OK, done.stderr
    assert {json.loads(line)["last_run"] for line in done.stdout.splitlines()} == {None}
    assert not (tmp_path / "new").exists()


def test_a_site_nobody_knows_is_a_fault_of_the_command(fed):
    done = status(fed, "nghe_ann")

    assert done.returncode == Exit.USAGE
    assert 'no site "nghe_ann" (did you mean "nghe_an"?)' in done.stderr


def test_a_wrong_site_file_is_said_and_takes_nothing_from_the_others(data, tmp_path):
    path = other_sites(
        tmp_path / "project", **{VANISHED: "[expect]\nunanswered = 9\n", STEADY: "[expect]\narticles_a_month = 99\n"}
    )
    done = status(data, PYTHONPATH=path)

    assert done.returncode == Exit.CONFIG
    assert f'{VANISHED}.toml: expect: no such key "unanswered"' in done.stderr
    assert "articles are of the last 30 days; at least 99 were expected" in done.stdout
    assert "no answer on 3 days in a row" in done.stdout
    assert (VANISHED, "answers") in read_broken(data)


@pytest.mark.parametrize(
    ("value", "said"),
    [("tgramm://geheim/1", 'address 1, of the kind "tgramm", is none that'), ("geheim", "address 1 is none that")],
)
def test_a_wrong_address_ends_it_before_anything_is_noted(data, value, said):
    before = (data / "status/ledger.jsonl").read_bytes()
    done = status(data, "--notify", KHCN_NOTIFY=value)

    assert done.returncode == Exit.CONFIG
    assert said in done.stderr
    assert "geheim" not in done.stderr
    assert (data / "status/ledger.jsonl").read_bytes() == before


def test_a_ledger_that_was_damaged_is_set_aside_with_a_sentence(data):
    path = data / "status/ledger.jsonl"
    damaged = path.read_bytes().replace(b'"broke"', b'"br\xffke"', 1)
    path.write_bytes(damaged)

    with receiver() as heard:
        done = status(data, "--notify", KHCN_NOTIFY=heard.address())

    assert done.returncode == Exit.EXPECTATION
    assert "lines of the ledger can not be read and were set aside" in done.stderr
    assert [kept.read_bytes() for kept in (data / "quarantine/status").iterdir()] == [damaged]
    assert set(read_broken(data)) == BROKEN
    assert len(heard.lines()) == 1


def test_a_report_that_can_not_be_read_is_left_out(data):
    for path in (data / "crawls").glob(f"{STEADY}-20260131*.json"):
        path.write_text("{")
    shutil.rmtree(data / "status/runs", ignore_errors=True)
    done = status(data, STEADY)

    assert done.returncode == Exit.OK
    assert "crawl report not readable" in done.stderr


def test_results_are_named_as_exit_codes_are():
    assert {code.value: code.name for code in Exit} == RESULTS


def test_what_is_kept_at_hand_is_what_the_reports_say(data):
    shutil.rmtree(data / "status/runs", ignore_errors=True)
    without = health_rows(data, {}, {}, LAST)
    after_crawls(read_config({}, data=data), registry(), dict.fromkeys(SITES, ""), LAST)

    assert len(list((data / "status/runs").iterdir())) == len(SITES)
    assert health_rows(data, {}, {}, LAST) == without


# --- the page -----------------------------------------------------------------------------------


def test_the_page_is_one_whole_file(data, tmp_path):
    page = tmp_path / "pages/status.html"
    done = status(data, "--html", str(page))
    html = page.read_text("utf-8")

    assert done.returncode == Exit.EXPECTATION, done.stderr
    assert [path.name for path in page.parent.iterdir()] == ["status.html"]
    assert "src=" not in html
    assert "href=" not in html
    assert re.search(r"<h1>3 of \d+ sites not as expected</h1>", html)
    assert html.count('class="badge bad"') == 3


def test_what_was_found_can_not_become_markup(tmp_path):
    evil = row("ha_tinh", "<script>alert(1)</script>")
    write_page(tmp_path / "page.html", standings([evil], {}), NOW)
    html = (tmp_path / "page.html").read_text("utf-8")

    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; is broken" in html


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_page_is_seen_in_a_browser(fed, tmp_path):
    page = tmp_path / "status.html"
    status(fed, "--html", str(page))
    with browser() as tab:
        tab.open(page.as_uri())
        text = tab.evaluate("document.body.innerText")
        widths = tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        bars = tab.evaluate(f"document.querySelectorAll('#{STEADY} svg rect').length")

    assert "no answer on 3 days in a row" in text
    assert widths[0] <= widths[1]
    assert bars == 12


def test_bars_of_a_year():
    assert sparkline([0, 1, 50, 100]) == "▁▂▅█"
    assert sparkline([]) == ""


def test_a_row_for_a_crawl_that_was_never_followed_by_another(tmp_path):
    write_report(tmp_path, CrawlReport("ha_tinh-20250101000000000", "ha_tinh", NOW, NOW, 8))

    (mine,) = health_rows(tmp_path, {}, {}, NOW)

    assert (mine.result, mine.is_watched, mine.expectations) == ("INTERRUPTED", False, ())
    assert isinstance(mine.run, RunFacts)
