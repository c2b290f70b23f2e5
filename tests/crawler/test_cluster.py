"""The command on a cluster of workers gives what it gives on one machine, whoever dies."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from archive.catalog import Catalog
from archive.errors import ConfigError
from crawler.cluster import client
from crawler.cluster.client import Cluster, cluster
from crawler.cluster.code import code_mark
from crawler.cluster.site import Order
from crawler.cluster.work import Call, Met, do
from crawler.run import Job
from crawler.sites import Site
from tests.crawler.valve import valve
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play

distributed = pytest.importorskip("distributed", reason="pip install -e '.[dev,cluster]'")

pytestmark = pytest.mark.xdist_group("cluster")

SITES = ("ha_tinh", "hau_giang")
SECRET = "Mat-Khau-9"
SLOW = ("-s", "DOWNLOAD_DELAY=0.4")
PATIENCE_S = 300


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=None,
        memory_limit=0,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as made:
        yield made


@pytest.fixture(scope="module")
def world():
    with play(seeds=False, oldest=3) as played:
        yield played


@dataclass
class Crawled:
    """Two played sites, crawled on a cluster into PostgreSQL and on this machine into files."""

    data: Path
    files: Path
    environ: dict[str, str]
    first: subprocess.CompletedProcess[str]
    other: subprocess.CompletedProcess[str]
    address: str

    def khcn(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return khcn(*arguments, data=self.data, **self.environ)

    def on_cluster(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.khcn(*arguments, "--cluster", self.address)


def rows_of(url: str | Path) -> list[str]:
    with Catalog.open(url, read_only=True) as catalog:
        return list(catalog.dump())


def articles_of(url: str | Path) -> dict[str, tuple]:
    with Catalog.open(url, read_only=True) as catalog:
        return {each.url: (each.title, each.text, each.published, len(each.images)) for each in catalog.articles()}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory, postgres, world, workers):
    folder = tmp_path_factory.mktemp("cluster")
    url = postgres.new_schema().replace("postgres@", f"postgres:{SECRET}@")
    environ = {"KHCN_CATALOG_URL": url, "KHCN_FRONTIER_URL": url}
    asked = ("crawl", "--json", *SITES, *FAST)
    first = khcn(*asked, "--cluster", workers.scheduler_address, data=folder / "data", resolve=world.resolve, **environ)
    other = khcn(*asked, data=folder / "files", resolve=world.resolve)
    return Crawled(folder / "data", folder / "files", environ, first, other, workers.scheduler_address)


def test_sites_crawled_on_a_cluster_give_the_same_articles(crawled, world):
    assert (crawled.first.returncode, crawled.first.stderr) == (0, "")
    told, other = ([json.loads(line) for line in run.stdout.splitlines()] for run in (crawled.first, crawled.other))
    assert [(each["site"], each["articles"], each["captures"]) for each in told] == [
        (each["site"], each["articles"], each["captures"]) for each in other
    ]
    found = articles_of(crawled.environ["KHCN_CATALOG_URL"])
    assert found == articles_of(crawled.files / "catalog.sqlite3")
    assert set(found) == {article.url for article in world.articles if article.site in SITES}


def test_a_rebuild_on_a_cluster_gives_the_rows_of_one_here(crawled):
    done = crawled.on_cluster("rebuild", "--json")
    rows = rows_of(crawled.environ["KHCN_CATALOG_URL"])
    lines = {path.name: path.read_bytes() for path in crawled.data.glob("articles/*/*/*")}

    here = crawled.khcn("rebuild", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == here.stdout
    assert rows == rows_of(crawled.environ["KHCN_CATALOG_URL"])
    assert lines == {path.name: path.read_bytes() for path in crawled.data.glob("articles/*/*/*")}


def test_verify_and_index_on_a_cluster_say_what_they_say_here(crawled):
    (warc,) = crawled.data.glob("warcs/ha_tinh/*/*.gz")  # one that is damaged; the other site's is sound
    sound = warc.read_bytes()
    warc.write_bytes(sound[:-300] + b"\0" * 300)
    found, here = crawled.on_cluster("verify", "--json"), crawled.khcn("verify", "--json")
    indexed, indexed_here = crawled.on_cluster("index", "--json"), crawled.khcn("index", "--json")
    warc.write_bytes(sound)

    assert (found.returncode, found.stdout) == (9, here.stdout)
    assert {json.loads(line)["file"].split("/")[1] for line in found.stdout.splitlines() if "warcs/" in line} == {
        "ha_tinh"
    }
    assert (indexed.returncode, indexed.stdout, indexed.stderr) == (9, indexed_here.stdout, indexed_here.stderr)
    assert len(indexed.stdout.splitlines()) == 1
    assert warc.name in indexed.stderr


def test_an_export_on_a_cluster_is_one_a_site(crawled, tmp_path):
    done = crawled.on_cluster("export", "--format", "jsonl", "-o", str(tmp_path / "all"))
    here = crawled.khcn("export", "--format", "jsonl", "-o", str(tmp_path / "one.jsonl"), "--site", "ha_tinh")
    again = crawled.on_cluster("export", "--format", "jsonl", "-o", str(tmp_path / "all"))

    assert (done.returncode, here.returncode) == (0, 0), done.stderr
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == list(SITES)
    assert (tmp_path / "all/ha_tinh/ha_tinh.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()
    assert again.returncode == 2
    assert "exists" in again.stderr


def wait_for(is_so) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "the moment never came"
        time.sleep(0.02)


def crawlers(lock: Path) -> list[psutil.Process]:
    """Return the processes that have a lock file open."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(file.path == str(lock) for file in process.open_files()):
                found.append(process)
    return found


@dataclass
class Held:
    """A crawl of a site on the cluster, at a known place: its answers are held back."""

    run: subprocess.Popen
    crawler: psutil.Process
    gate: object
    began: int


def begin(data: Path, played, gate, address: str, url: str, asked: int = 12) -> Held:
    began = len(played.log)

    def shut() -> None:
        if len(played.log) >= began + asked:
            gate.shut()

    played.on_request = shut
    environ = {"KHCN_DATA": str(data), "KHCN_CATALOG_URL": url, "KHCN_FRONTIER_URL": url}
    environ["KHCN_RESOLVE"] = played.resolve.replace(f":{played.port}", f":{gate.port}")
    run = subprocess.Popen(
        [str(COMMAND), "crawl", "hau_giang", "--json", "--cluster", address, *FAST],
        env={"PATH": "/usr/bin:/bin", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: len(played.log) >= began + asked or run.poll() is not None)
    played.on_request = lambda: None
    assert run.poll() is None, run.communicate()
    (crawler,) = crawlers(data / "locks/hau_giang.lock")
    return Held(run, crawler, gate, began)


@pytest.mark.parametrize("victims", ["the worker", "its machine"])
def test_a_worker_that_is_killed_loses_nothing(tmp_path, postgres_url, world, workers, victims):
    """What dies with the worker is the second run of the crawl, or the first one."""
    began, runs = len(world.log), 2
    if victims == "the worker":
        stopped_in_order(tmp_path / "data", world, workers, postgres_url)
        runs = 3
    with valve(world.port) as gate:
        held = begin(tmp_path / "data", world, gate, workers.scheduler_address, postgres_url)
        worker = held.crawler.parent()
        dead = [worker, held.crawler] if victims == "its machine" else [worker]
        for process in dead:
            process.send_signal(signal.SIGSTOP)
        for process in dead:
            process.kill()
        gate.open()
        out, said = held.run.communicate(timeout=PATIENCE_S)

    assert held.run.returncode == 0, said
    report = json.loads(out)
    assert len(report["runs"]) == runs
    asked = Counter(fetch for fetch in world.log[began:] if fetch.target != "/robots.txt")
    assert max(asked.values()) <= 2
    if victims == "the worker":  # each of its crawls has ended in order
        assert [run["exit"] for run in report["runs"]] == [8, 8, 0]
        assert max(asked.values()) == 1
    expected = {article.url for article in world.articles if article.site == "hau_giang"}
    assert set(articles_of(postgres_url)) == expected
    done = khcn("verify", data=tmp_path / "data", KHCN_CATALOG_URL=postgres_url, KHCN_FRONTIER_URL=postgres_url)
    assert done.returncode == 0, done.stdout


def stopped_in_order(data: Path, world, workers, url: str) -> None:
    """Begin a crawl, and stop its command by Ctrl-C."""
    with valve(world.port) as gate:
        held = begin(data, world, gate, workers.scheduler_address, url, asked=6)
        held.run.send_signal(signal.SIGINT)
        gate.open()
        out, said = held.run.communicate(timeout=PATIENCE_S)

    assert held.run.returncode == 8, said
    assert json.loads(out)["exit"] == 8


# --- what can not be -----------------------------------------------------------------------------


def test_without_its_library_the_command_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(ConfigError, match=r"pip install 'khcn\[cluster\]'"), cluster("local", tmp_path, workers=1):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", "nowhere.invalid:8786"])
def test_a_scheduler_that_is_not_there_is_a_sentence(tmp_path, monkeypatch, address):
    monkeypatch.setattr(client, "CONNECT_S", 0.3)

    with (
        pytest.raises(ConfigError, match=r"no scheduler answers there.*dask scheduler"),
        cluster(address, tmp_path, workers=1),
    ):
        pass


def test_it_ends_the_command_with_exit_code_4(tmp_path):
    done = khcn("crawl", "ha_tinh", "--cluster", "nonsense://x", data=tmp_path)

    assert done.returncode == 4
    assert "no scheduler answers there" in done.stderr
    assert "Traceback" not in done.stderr


class Scheduler:
    """Stands for a client of workers that answer as they are told."""

    def __init__(self, **met) -> None:
        self.met = met
        self.scheduler = type("Far", (), {"address": "tcp://far:8786"})

    def wait_for_workers(self, count, timeout) -> None:
        if not self.met:
            raise TimeoutError

    def run(self, function, *arguments, on_error) -> dict:
        return self.met


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ({}, "tcp://far:8786: no worker came within 60 s"),
        ({"w1": ModuleNotFoundError("No module named 'crawler'")}, "the worker w1 can not run khcn"),
        ({"w1": Met("khcn 0.0.1", "x", True)}, "the worker w1 runs khcn 0.0.1, and this is khcn"),
        ({"w1": Met(code_mark(), "x", False)}, "the worker w1 does not see the data root"),
    ],
)
def test_workers_that_can_not_be_used_are_refused(tmp_path, met, said):
    with pytest.raises(ConfigError) as told:
        Cluster(Scheduler(**met), tmp_path).check()

    assert said in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_database_for_several_machines(tmp_path):
    made = Cluster(Scheduler(w1=Met(code_mark(), "another machine", True)), tmp_path)
    made.check()

    made.check_shared("postgresql+psycopg://a@b/c")
    with pytest.raises(ConfigError, match="name a PostgreSQL in KHCN_CATALOG_URL"):
        made.check_shared(f"sqlite:///{tmp_path}/catalog.sqlite3")


def test_a_worker_that_came_later_with_other_code_does_nothing(tmp_path):
    answer = do(Call("run", "ha_tinh", "khcn 0.0.1", (tmp_path / "made").touch, ()))

    assert isinstance(answer.error, ConfigError)
    assert list(tmp_path.iterdir()) == []


def test_no_text_of_a_task_tells_a_password():
    site = Site(id="ha_tinh", name="Sở", name_en="Department", status="active")
    order = Order(Job(site), {"KHCN_CATALOG_URL": SECRET}, {"HTTP_PROXY": SECRET}, False, None, None, 0)
    call = Call("run", "ha_tinh", code_mark(), print, (order,))

    assert SECRET not in f"{call!r} {order!r} {do(Call('run', 'x', code_mark(), int, (SECRET,)))!r}"


def test_what_can_not_go_together_is_a_usage_error(tmp_path):
    for verb in (["rebuild", "--stale"], ["verify", "--due"], ["index", "--documents"]):
        done = khcn(*verb, "--cluster", "local", data=tmp_path)

        assert done.returncode == 2, verb
        assert "--cluster goes without" in done.stderr
