"""What a verb loads before it does anything: a process that reads WARC files needs no database's library."""

from __future__ import annotations

import gzip
import subprocess
import sys

import pytest

HEAVY = ("PIL", "jinja2", "lxml", "msgspec", "rich", "scrapy", "sqlalchemy", "twisted", "warcio", "w3lib")
READS_RECORDS = (
    "import crawler.cli.index, crawler.cli.verify, archive.cdxj",
    "import crawler.cli; crawler.cli.khcn.main(['--help'], standalone_mode=False)",
)


@pytest.mark.parametrize("code", READS_RECORDS)
def test_verbs_about_records_and_the_help_load_no_large_library(code):
    told = f"{code}\nimport sys\nprint('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"

    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert run.stdout.splitlines()[-1].split() == ["loaded:"]


def test_who_asks_a_file_loads_nothing_of_a_server(tmp_path):
    """So each command begins in a sixth less time."""
    code = (
        "import sys, pathlib; from archive.catalog import Catalog; from crawler.frontier import Frontier\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "Catalog.open(path / 'catalog.sqlite3').close(); Frontier.open(path / 'frontier.sqlite3', 'ha_tinh').close()\n"
        "print(*(name for name in sys.modules if 'postgresql' in name or 'psycopg' in name))"
    )

    run = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)

    assert run.stdout.split() == []


def test_a_file_is_verified_without_any_large_library_where_no_terminal_shows_how_it_goes_on(tmp_path):
    path = tmp_path / "x.warc.gz"
    path.write_bytes(gzip.compress(b"WARC/1.1\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n"))
    verb = ["--data", str(tmp_path), "verify", str(path)]
    code = (
        f"import sys, crawler.cli\ncrawler.cli.khcn.main({verb!r}, standalone_mode=False)\n"
        f"print('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "field-missing" in run.stdout
    assert run.stdout.splitlines()[-1].split() == ["loaded:"]
    assert "1 files, 1 records" in run.stderr
