"""A new Department: its home page is looked at, and its site file written."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time

import pytest
from click.testing import CliRunner

from crawler.cli import khcn
from crawler.site_files import load_site
from tests.crawler.other_sites import SITES
from tests.crawler.scouted import HOME, HOST, LISTING, MENU, nukeviet, page, scouted
from tests.crawler.scripted import HANG, answer
from tests.khcn import FAST, command

STUB = '<html><body><script>document.cookie="D1N=0123456789abcdef0123456789abcdef";location.reload();</script></body></html>'


def test_a_site_file_is_written_that_says_what_the_pages_show(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        run = played.khcn("new", "hoa_ninh", HOME)

        site = load_site(played.sites / "hoa_ninh.toml")
    assert run.returncode == 0, run.stderr
    assert (site.id, site.name, site.status) == ("hoa_ninh", "Sở Khoa học và Công nghệ tỉnh Hòa Ninh", "paused")
    assert site.name_en == "Department of Science and Technology of Hòa Ninh"
    assert [(host.host, host.evidence) for host in site.hosts] == [(HOST, "brief")]
    assert [layout.page for layout in site.layouts] == ["nukeviet"]
    assert [(seed.url, seed.section) for seed in site.seeds] == [
        (HOME, None),
        (f"http://{HOST}{LISTING}", "Hoạt động của Sở"),
        (f"http://{HOST}/vi/news/khoa-hoc/", "Khoa học"),
    ]


def test_it_follows_those_whose_files_name_it_as_their_successor(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        for former in ("ben_tre", "tra_vinh"):
            shutil.copy(SITES / f"{former}.toml", played.sites)
        run = played.khcn("new", "vinh_long", HOME)
        listed = played.khcn("list")
        path = played.sites / "vinh_long.toml"
        follows = load_site(path).follows
        path.write_text(path.read_text("utf-8").replace("follows", "# follows"), "utf-8")
        checked = played.khcn("check", "vinh_long")

    assert run.returncode == 0, run.stderr
    assert follows == ("ben_tre", "tra_vinh")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert checked.returncode == 6
    assert 'fault: vinh_long.toml: follows: lacks "ben_tre"' in checked.stdout


def test_it_asks_for_robots_the_home_page_and_one_listing_and_keeps_nothing(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        run = played.khcn("new", "hoa_ninh", HOME, TMPDIR=str(tmp_path / "project"))

        assert played.paths() == ["/robots.txt", "/", LISTING]
        left = sorted(path.name for path in played.sites.parent.iterdir() if path.name != "__pycache__")
    assert run.returncode == 0
    assert left == ["settings.py", "sites"]
    assert not played.data.exists()


def test_the_user_agent_and_the_delay_are_those_of_a_crawl(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        run = played.khcn(
            "new", "hoa_ninh", HOME, "-s", "DOWNLOAD_DELAY=0.4", "-s", "DOWNLOAD_DELAY_JITTER=0", fast=False
        )

        home, listing = played.server.times(HOST)[1:]
    assert run.returncode == 0
    assert listing - home >= 0.39


def test_json_gives_the_scores(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        found = json.loads(played.khcn("new", "hoa_ninh", HOME, "--json").stdout)

    assert (found["site"], found["family"], found["failures"]) == ("hoa_ninh", "nukeviet", [])
    assert found["scores"][0] == {"family": "nukeviet", "marks": 0.8, "articles": 3, "listings": 4}
    assert [section["name"] for section in found["sections"]] == ["Hoạt động của Sở", "Khoa học"]


def test_without_an_id_the_host_gives_one(tmp_path):
    with scouted(tmp_path, nukeviet()) as played:
        run = played.khcn("new", HOME)

        assert run.returncode == 0
        assert (played.sites / "hoaninh.toml").exists()


REFUSED = {
    "robots.txt forbids it": ({"robots.txt": answer(b"User-agent: *\nDisallow: /\n")}, "forbidden by robots.txt"),
    "robots.txt answers 503": ({"robots.txt": answer(b"", "503 Busy")}, "no robots.txt"),
    "not found": ({"": answer(b"", "404 Not Found")}, "status: 404"),
    "broken": ({"": answer(b"", "500 Oh")}, "status: 500"),
    "a document": ({"": answer(b"%PDF-1.4 ...", kind="application/pdf")}, "is no web page"),
    "a guard": ({"": answer(STUB.encode(), kind="text/html")}, "a script that sets a cookie"),
    "empty": ({"": answer(b"", kind="text/html")}, "the answer is empty"),
    "another host": (
        {"": answer(b"", "301 Moved", "Location: http://moi.example/a")},
        "redirects to http://moi.example/a",
    ),
    "cut": ({"": answer(b"<html>").replace(b"Length: 6", b"Length: 60")}, "closed"),
}


@pytest.mark.parametrize(("answers", "words"), REFUSED.values(), ids=REFUSED)
def test_of_a_site_that_shows_nothing_no_file_is_written(tmp_path, answers, words):
    routes = {**nukeviet(), **{f"{HOST}/{path}": [reply] for path, reply in answers.items()}}
    with scouted(tmp_path, routes) as played:
        run = played.khcn("new", "hoa_ninh", HOME)

        files = [path.name for path in played.sites.iterdir()]
    assert (run.returncode, files) == (5, ["ha_tinh.toml"])
    assert words in run.stderr
    assert f"khcn: {HOME}: " in run.stderr


def test_a_host_that_nobody_answers_for_is_said_to_be_so(tmp_path):
    with scouted(tmp_path, {}) as played:
        run = played.khcn("new", "hoa_ninh", "http://tat.example/", resolve="tat.example=127.0.0.1:9")

        assert run.returncode == 5
        assert "refused" in run.stderr
        assert not (played.sites / "hoa_ninh.toml").exists()


def test_a_listing_that_fails_leaves_a_file_and_exit_code_5(tmp_path):
    with scouted(tmp_path, {**nukeviet(), f"{HOST}{LISTING}": [answer(b"", "500 Oh")]}) as played:
        run = played.khcn("new", "hoa_ninh", HOME)

        assert run.returncode == 5
        assert f"{LISTING}: status: 500" in run.stderr
        assert load_site(played.sites / "hoa_ninh.toml").layouts[0].page == "nukeviet"


WRONG = {
    "other order": ((HOME, "hoa_ninh"), "khcn sites new hoa_ninh http://"),
    "no address": (("hoa_ninh",), "no http or https address"),
    "no address after the id": (("hoa_ninh", "skhcn.hoaninh.example"), "no http or https address"),
    "another scheme": (("hoa_ninh", "ftp://skhcn.hoaninh.example/"), "no http or https address"),
    "an id with capitals": (("HoaNinh", HOME), "is no site id"),
    "an id that leads out of the folder": (("../hoa_ninh", HOME), "is no site id"),
    "the id of an undeclared site": (("host__a", HOME), "is no site id"),
    "no host to make an id of": (("http://127.0.0.1/",), "no site id can be made"),
    "a declared id": (("ha_tinh", HOME), "is there already"),
    "a declared host": (("ha_tinh_moi", "http://skhcn.hatinh.gov.vn/"), "is of ha_tinh already"),
    "a declared province": (("http://khcn.hatinh.gov.vn/",), "ha_tinh.toml is there already"),
    "a setting": (("hoa_ninh", HOME, "-s", "delay"), "NAME=VALUE"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_command_line_asks_for_nothing(arguments, words):
    before = {path.name: path.read_bytes() for path in SITES.iterdir()}

    run = CliRunner().invoke(khcn, ["sites", "new", *arguments])

    assert run.exit_code == 2
    assert words in " ".join(run.output.split())
    assert {path.name: path.read_bytes() for path in SITES.iterdir()} == before


def test_what_a_hostile_page_says_stays_data(tmp_path):
    title = 'Sở Khoa học và Công nghệ Hòa"]&#10;status="active"&#10;[crawl]&#10;X=1'
    name = 'Tin"&#10;[crawl]&#10;ROBOTSTXT_OBEY=0&#10;#&#27;[2J&#8238;'
    body = f"<body>{MENU.replace('Hoạt động của Sở', name)}</body>"
    with scouted(tmp_path, {**nukeviet(), f"{HOST}/": [page(body, title, "")]}) as played:
        run = played.khcn("new", "hoa_ninh", HOME)

        text = (played.sites / "hoa_ninh.toml").read_text("utf-8")
        site = load_site(played.sites / "hoa_ninh.toml")
    assert run.returncode == 0, run.stderr
    assert (site.status, site.crawl) == ("paused", {})
    assert any("ROBOTSTXT_OBEY=0" in (seed.section or "") for seed in site.seeds)
    assert "\x1b" not in text + run.stdout + run.stderr
    assert "\u202e" not in text + run.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_look_and_leaves_nothing(tmp_path, number):
    with scouted(tmp_path, {**nukeviet(), f"{HOST}{LISTING}": [HANG]}) as played:
        temporary = tmp_path / "temporary"
        temporary.mkdir()
        resolve = f"{HOST}=127.0.0.1:{played.server.server_address[1]}"
        env = {"PATH": "/usr/bin:/bin", "KHCN_RESOLVE": resolve, "PYTHONPATH": played.project, "TMPDIR": str(temporary)}
        line = [*command(), "sites", "new", "hoa_ninh", HOME, *FAST, "-s", "STOP_WITHIN_S=0.1"]
        with subprocess.Popen(line, env=env, stderr=subprocess.PIPE, text=True) as run:
            deadline = time.monotonic() + 300
            while LISTING not in played.paths() and time.monotonic() < deadline:
                time.sleep(0.02)
            run.send_signal(number)
            _, told = run.communicate(timeout=300)

        assert run.returncode == 8
        assert "nothing was kept" in told
        assert [path.name for path in played.sites.iterdir()] == ["ha_tinh.toml"]
        assert list(temporary.iterdir()) == []
