"""A crawl of pages that cost too much: they are archived and named, the others are read, and the loop goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive import open_archive
from archive.catalog import Catalog
from crawler.reading_process import TOO_COSTLY
from tests.crawler.scripted import answer, served
from tests.crawler.test_reading_process import until
from tests.crawler.test_undeclared_crawl import HOST, article, page
from tests.khcn import FAST, khcn

# One crawl serves most of them.
pytestmark = pytest.mark.xdist_group("hostile")
ROOT = Path(__file__).parents[2]
HTML = "text/html; charset=utf-8"
LINE = "<p>Nước sông dâng hai mét trong một đêm, ba làng bị cô lập khỏi đường lớn.</p>"
HOSTILE = {
    "attributes": "<html><body><h1>Tin</h1><div " + " ".join(f"a{n}='x'" for n in range(1_000_000)) + f">{LINE * 5}",
    "nested": "<html><body><h1>Tin</h1>" + "<div>" * 200_000 + LINE * 5,
    "text": "<html><body><h1>Tin</h1><p>" + "Nước sông dâng " * 3_000_000,
    "breaks": "<html><body><h1>Tin</h1>" + "dòng<br>" * 1_000_000,
    "links": "<html><body><h1>Tin</h1>" + "".join(f"<a href='http://khac.vn/{n}'>Tin {n}</a>" for n in range(100_000)),
}
CONTROLS = range(1, 9)


def routes() -> dict[str, list[bytes]]:
    names = [*(f"/tin/hoi-nghi-{n}" for n in CONTROLS), *(f"/xau/{name}" for name in HOSTILE)]
    home = page("Sở KH&CN", "".join(f'<a href="{name}">Hội nghị về chuyển đổi số {name}</a>' for name in names))
    pages = {"/": home, **{f"/tin/hoi-nghi-{n}": article(n) for n in CONTROLS}}
    pages |= {f"/xau/{name}": html.encode() for name, html in HOSTILE.items()}
    return {HOST + target: [answer(body, kind=HTML)] for target, body in pages.items()}


def crawl(folder: Path, resolve: str, *options: str) -> subprocess.Popen[str]:
    (folder / "seeds.txt").write_text(f"http://{HOST}/\n")
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "KHCN_RESOLVE": resolve,
        "KHCN_DATA": str(folder / "data"),
    }
    heartbeat = [sys.executable, str(ROOT / "tests/crawler/heartbeat.py"), str(folder / "told.json")]
    seeds = ["--seeds", str(folder / "seeds.txt")]
    return subprocess.Popen(
        [*heartbeat, "crawl", "--json", *seeds, *FAST, "-s", "DISCOVER_ENABLED=0", *options],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("hostile")
    with served(routes()) as server:
        run = crawl(folder, f"{HOST}=127.0.0.1:{server.server_address[1]}")
        told, log = run.communicate(timeout=300)
    return SimpleNamespace(
        code=run.returncode,
        report=json.loads(told),
        log=log,
        data=folder / "data",
        beats=json.loads((folder / "told.json").read_text()),
    )


def test_the_loop_is_not_kept_and_memory_is_bounded(crawled):
    assert crawled.beats["longest_s"] < 1
    assert crawled.beats["own"] < 500_000_000
    assert crawled.beats["reader"] < 500_000_000


def test_every_page_is_archived_and_the_others_are_read(crawled):
    with open_archive(crawled.data) as archive:
        captured = {capture.url for capture in archive.captures()}
        read = {article.url for article in archive.articles()}

    assert captured >= {f"http://{HOST}/xau/{name}" for name in HOSTILE}
    assert read == {f"http://{HOST}/tin/hoi-nghi-{n}" for n in CONTROLS}


def test_what_could_not_be_read_is_named(crawled):
    causes = {failure["url"]: failure["cause"] for failure in crawled.report["failures"]}

    assert "Traceback" not in crawled.log
    assert crawled.code == (5 if causes else 0), crawled.log
    assert all(cause.startswith(TOO_COSTLY) for cause in causes.values())
    assert causes.keys() <= {f"http://{HOST}/xau/{name}" for name in HOSTILE}
    assert not causes or crawled.report["complete"] is False


def test_a_rebuild_gives_the_same(crawled):
    def dump() -> list[str]:
        with Catalog.open(crawled.data / "catalog.sqlite3", read_only=True) as catalog:
            return list(catalog.dump())

    live = dump()
    done = khcn("rebuild", data=crawled.data)

    assert done.returncode == 0, done.stderr
    assert dump() == live


def readers(crawl: int) -> list[int]:
    """Return the processes that a crawl has started."""
    found = Path(f"/proc/{crawl}/task").glob("*/children")
    return [int(pid) for path in found for pid in path.read_text().split()]


def test_a_crawl_goes_on_when_its_reader_is_killed(tmp_path):
    with served(routes()) as server:
        run = crawl(tmp_path, f"{HOST}=127.0.0.1:{server.server_address[1]}", "-s", "READING_SECONDS=2")
        until(lambda: server.asked(HOST) and readers(run.pid))
        killed = readers(run.pid)
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        told, log = run.communicate(timeout=300)

    assert killed
    assert "reader died" in log
    assert "Traceback" not in log
    assert run.returncode in (0, 5), log
    with open_archive(tmp_path / "data") as archive:
        assert {article.url for article in archive.articles()} == {f"http://{HOST}/tin/hoi-nghi-{n}" for n in CONTROLS}
    assert json.loads(told)["captures"] >= len(routes())
