"""What the command says, and its exit code, when it is given something it can not do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from archive.catalog import Catalog
from tests.khcn import COMMAND, FAST, khcn

ROOT = Path(__file__).parents[2]
SEED = "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/iso-90012015"


def fails(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    assert done.returncode == code, (done.stdout, done.stderr)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("crawl", "ha_tin"), 'no site "ha_tin" (did you mean "ha_tinh"?)'),
        (("crawl",), "name the sites to crawl, or give --all, --due, or --seeds FILE"),
        (("crawl", "ha_tinh", "--all"), "name the sites to crawl, or give --all, --due, or --seeds FILE"),
        (("crawl", "--due", "--seeds", __file__), "--due is about declared sites; give it without --seeds"),
        (("crawl", "ha_tinh", "--since", "gestern"), '"gestern" is no date; write it as 2025-06-11'),
        (("crawl", "ha_tinh", "--jobs", "0"), "0 is not in the range x>=1"),
        (("crawl", "--seeds", "/nonexistent/seeds"), "'/nonexistent/seeds' does not exist"),
        (("crawl", "ha_tinh", "--limit", "x"), "'x' is not a valid integer"),
        (("crawl", "ha_tinh", "--limit", "0"), "0 is not in the range x>=1"),
        (("crawl", "ha_tinh", "-s", "DOWNLOAD_DELAY"), '"DOWNLOAD_DELAY" is no setting; write it as NAME=VALUE'),
        (("crawl", "ha_tinh", "-s", "delay=1"), '"delay=1" is no setting'),
        (("sites", "show", "zzz"), "`khcn sites list` shows all"),
        (("schema", "nonsense"), "'nonsense' is not one of"),
        (("--log", "xml", "sites", "list"), "'xml' is not one of"),
        (("nonsense",), "No such command 'nonsense'"),
        (("show", "http://x.vn/", "--at", "gestern"), '"gestern" is no date; write it as 2025-06-11'),
        (("rebuild", "ha_tinh"), 'no WARC file of "ha_tinh"'),
        (("index", "ha_tinh"), 'no WARC file of "ha_tinh"'),
    ],
)
def test_a_wrong_argument_is_a_sentence_and_exit_2(tmp_path, arguments, said):
    fails(khcn(*arguments, data=tmp_path), 2, said)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("CONCURRENT_REQUESTS=abc", '-s: CONCURRENT_REQUESTS: "abc" is no whole number'),
        ("DOWNLOAD_DELAY=soon", '-s: DOWNLOAD_DELAY: "soon" is no number'),
        ("ROBOTSTXT_OBEY=perhaps", '-s: ROBOTSTXT_OBEY: "perhaps" is no yes or no'),
    ],
)
def test_a_setting_of_the_wrong_kind_is_a_sentence_and_exit_4(tmp_path, setting, said):
    fails(khcn("crawl", "ha_tinh", "-s", setting, data=tmp_path), 4, said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KHCN_LOG", "xml", 'KHCN_LOG: "xml" is no log form'),
        ("KHCN_CATALOG_URL", "sqlite://", "KHCN_CATALOG_URL: sqlite:// is a catalog in memory"),
        (
            "KHCN_CATALOG_URL",
            "postgresql+psycopg://a:secret@127.0.0.1:1/b",
            "a:***@127.0.0.1:1/b: the database server can not be reached",
        ),
        ("KHCN_CONTACT", "Sở", "KHCN_CONTACT: only printable ASCII"),
        ("KHCN_RESOLVE", "skhcn.hatinh.gov.vn", 'KHCN_RESOLVE: entry "skhcn.hatinh.gov.vn" has no "="'),
    ],
)
def test_a_wrong_variable_is_a_sentence_and_exit_4(tmp_path, name, value, said):
    environ = {name: value} if name != "KHCN_RESOLVE" else {}
    done = khcn("crawl", "ha_tinh", data=tmp_path, resolve=value if name == "KHCN_RESOLVE" else "", **environ)

    fails(done, 4, said)


def test_a_broken_site_file_names_file_key_and_fix(tmp_path):
    project = tmp_path / "project"
    for name in ("archive", "crawler", "spiders"):
        shutil.copytree(ROOT / name, project / name)
    shutil.copy(ROOT / "settings.py", project)
    site = project / "spiders" / "sites" / "ha_tinh.toml"
    site.write_text(site.read_text().replace('page = "ha_tinh"', 'pages = "ha_tinh"'))
    done = subprocess.run(
        [sys.executable, "-c", "from crawler.cli import main; main()", "crawl", "ha_tinh"],
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(project), "KHCN_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )

    fails(done, 4, 'ha_tinh.toml: layouts[0]: no such key "pages" (did you mean "page"?)')


@pytest.mark.parametrize("root", ["/proc/khcn", "{file}/data"])
def test_a_data_root_that_can_not_be_written_is_exit_4(tmp_path, root):
    (tmp_path / "file").touch()

    fails(
        khcn("crawl", "ha_tinh", data=Path(root.format(file=tmp_path / "file"))), 4, "the data root can not be written"
    )


def test_an_unreachable_host_is_exit_5_and_named_with_its_cause(tmp_path):
    done = khcn(
        "crawl", "ha_tinh", *FAST, "-s", "RETRY_TIMES=1",
        data=tmp_path, resolve=f"skhcn.hatinh.gov.vn=127.0.0.1:{closed_port()}",
    )  # fmt: skip

    fails(done, 5, f"failed: {SEED} (robots: no robots.txt, refused: ")
    report = json.loads(next((tmp_path / "crawls").glob("*.json")).read_text())
    assert report["exit"] == 5
    assert {failure["url"]: failure["attempts"] for failure in report["failures"]} == {
        SEED: 2,
        "http://skhcn.hatinh.gov.vn/": 2,
    }


def test_a_host_without_an_address_is_exit_5(tmp_path):
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("http://khong-co.invalid/\n")

    done = khcn("crawl", "--seeds", str(seeds), *FAST, "-s", "RETRY_TIMES=0", data=tmp_path / "data")

    fails(done, 5, "failed: http://khong-co.invalid/ (robots: no robots.txt, dns: ")


def test_a_locked_site_is_exit_7_and_says_who_holds_it(tmp_path):
    from datetime import UTC, datetime

    from crawler.lock import SiteLock

    with SiteLock(tmp_path, "ha_tinh", datetime.now(UTC)):
        done = khcn("crawl", "ha_tinh", data=tmp_path)

    fails(done, 7, "ha_tinh: another run holds this site (process ")


def test_showing_what_is_not_held_is_exit_2(tmp_path):
    data = tmp_path / "data"
    khcn(
        "crawl",
        "ha_tinh",
        *FAST,
        "-s",
        "RETRY_TIMES=0",
        data=data,
        resolve=f"skhcn.hatinh.gov.vn=127.0.0.1:{closed_port()}",
    )

    fails(khcn("show", "http://a.vn/", data=data), 2, "nothing was captured at this address")
    fails(khcn("show", "--head", "http://a.vn/", data=data), 2, "nothing was captured at this address")


def test_an_archive_that_is_not_there_is_a_sentence(tmp_path):
    done = khcn("show", "http://a.vn/", data=tmp_path / "none")

    fails(done, 4, str(tmp_path / "none"))


def test_a_catalog_that_is_none_is_a_sentence(tmp_path):
    (tmp_path / "catalog.sqlite3").write_text("this is no database, whatever its name says " * 100)

    fails(khcn("show", "http://a.vn/", data=tmp_path), 4, "catalog.sqlite3")


def test_help_names_every_verb_quickly():
    from crawler.cli import VERBS

    done = khcn("--help")

    assert done.returncode == 0
    assert all(f"  {verb} " in done.stdout for verb in VERBS)


def test_light_verbs_load_no_crawl_engine():
    code = "import sys; import crawler.cli.sites, crawler.cli.show, crawler.cli.rebuild; print('scrapy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_the_registry_loads_no_database():
    code = "import sys; import crawler.cli.sites; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_sites_are_listed_with_status_and_hosts(tmp_path):
    rows = {
        row["site"]: row for row in map(json.loads, khcn("sites", "list", "--json", data=tmp_path).stdout.splitlines())
    }

    assert rows["ha_tinh"]["status"] == "active"
    assert rows["hau_giang"]["status"] == "retired"
    assert rows["hau_giang"]["successor"] == "can_tho"
    assert [host["host"] for host in rows["hau_giang"]["hosts"]] == ["haugiang.gov.vn", "skhcn.haugiang.gov.vn"]
    assert rows["ha_tinh"]["last_run"] is None


def test_scrapy_itself_lists_the_spiders():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "scrapy"), "list"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == sorted(path.stem for path in (ROOT / "spiders" / "sites").glob("*.toml"))


def test_scrapy_itself_can_run_a_crawl(tmp_path):
    resolve = f"skhcn.hatinh.gov.vn=127.0.0.1:{closed_port()}"
    (far := tmp_path / "far").mkdir()
    done = subprocess.run(
        [str(Path(sys.executable).parent / "scrapy"), "crawl", "ha_tinh", "-s", "RETRY_TIMES=0"],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "KHCN_DATA": str(tmp_path / "data"),
            "KHCN_RESOLVE": resolve,
            "KHCN_ARCHIVE_URL": far.as_uri(),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    (report,) = (tmp_path / "data/crawls").glob("*.json")
    assert {each["url"] for each in json.loads(report.read_text())["failures"]} == {SEED, "http://skhcn.hatinh.gov.vn/"}
    assert (far / "crawls" / report.name).read_bytes() == report.read_bytes()
    for warc in (tmp_path / "data").glob("warcs/*/*/*"):
        assert (far / warc.relative_to(tmp_path / "data")).read_bytes() == warc.read_bytes()


def test_an_address_that_is_no_utf_8_is_a_sentence(tmp_path):
    Catalog.open(tmp_path / "catalog.sqlite3").close()
    done = khcn("show", "http://skhcn.hatinh.gov.vn/tin-t\udcf8c", data=tmp_path)

    assert (done.returncode, done.stderr) == (
        2,
        "khcn: the command line holds bytes that are no UTF-8; let the terminal send UTF-8\n",
    )


@pytest.mark.parametrize("arguments", [("schema",), ("sites", "list"), ("sites", "list", "--json")])
def test_a_reader_who_went_away_is_no_error(arguments):
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run([str(COMMAND), *arguments], stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [("schema",), ("sites", "list"), ("sites", "list", "--json")])
def test_output_to_a_full_disk_is_exit_3(arguments):
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(COMMAND), *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 3
    assert done.stderr == (
        "khcn: output: no space left on the disk (No space left on device); make room and run the same command again\n"
    )


@pytest.mark.parametrize("arguments", [("sites", "list"), ("sites", "show", "ha_tinh"), ("sites", "list", "--json")])
def test_output_is_utf_8_in_any_locale(tmp_path, arguments):
    done = khcn(*arguments, data=tmp_path, PYTHONIOENCODING="latin-1")

    assert done.returncode == 0, done.stderr
    assert "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh" in done.stdout
