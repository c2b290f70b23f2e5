"""A crawl into object storage: what is there gives all that the local files gave, and nothing is lost on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from archive.catalog import Catalog
from archive.storage import ledger
from crawler.config import read_config
from crawler.doctor.services import storage
from tests.khcn import COMMAND, FAST, khcn
from tests.play import play
from tests.s3 import BUCKET, KEYS, client, error, s3_server, way_to

pytestmark = pytest.mark.xdist_group("stored")

SITE = "ha_tinh"
SMALL = ("-s", "WARC_MAX_BYTES=100000")


@pytest.fixture(scope="module")
def played():
    with play(seeds=False, oldest=2) as world:
        yield world


@pytest.fixture(scope="module")
def server():
    with s3_server() as endpoint:
        client(endpoint).create_bucket(Bucket=BUCKET)
        yield endpoint


class Archive:
    """A data root with a prefix of the bucket behind it."""

    def __init__(self, root: Path, endpoint: str, prefix: str, resolve: str) -> None:
        self.root, self.prefix, self.resolve = root, prefix, resolve
        self.env = {**KEYS, "AWS_ENDPOINT_URL": endpoint, "KHCN_ARCHIVE_URL": f"s3://{BUCKET}/{prefix}"}

    def khcn(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return khcn(*arguments, data=self.root, resolve=self.resolve, **{**self.env, **environ})

    def crawl(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return self.khcn("crawl", SITE, *FAST, *SMALL, *arguments, **environ)

    @contextmanager
    def served(self) -> Iterator[str]:
        env = {"PATH": "/usr/bin:/bin", "KHCN_DATA": str(self.root), **self.env}
        process = subprocess.Popen([str(COMMAND), "serve", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True)
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(300)

    def warcs(self) -> list[Path]:
        return sorted(self.root.glob("warcs/*/*/*.warc.gz"))


def objects(endpoint: str, prefix: str) -> dict[str, int]:
    told = client(endpoint).list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}/")
    return {each["Key"].removeprefix(f"{prefix}/"): each["Size"] for each in told.get("Contents", ())}


def files(root: Path) -> dict[str, int]:
    """Return the sizes of what is to be stored of a data root."""
    found = (path for folder in ("warcs", "cdxj", "articles", "crawls") for path in (root / folder).rglob("*"))
    return {path.relative_to(root).as_posix(): path.stat().st_size for path in found if path.is_file()}


def copied(endpoint: str, prefix: str, without: str = "") -> None:
    """Copy what the whole crawl stored to another prefix."""
    for key in objects(endpoint, "whole"):
        if key != without:
            client(endpoint).copy_object(Bucket=BUCKET, Key=f"{prefix}/{key}", CopySource=f"{BUCKET}/whole/{key}")


def rows(root: Path) -> list[object]:
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        return [*catalog.captures(), *catalog.articles()]


@pytest.fixture(scope="module")
def crawled(played, server, tmp_path_factory):
    """A crawl that went well; not to be changed."""
    archive = Archive(tmp_path_factory.mktemp("stored") / "data", server, "whole", played.resolve)
    done = archive.khcn("-vv", "crawl", SITE, *FAST, *SMALL)
    assert done.returncode == 0, done.stderr
    archive.said = done.stderr
    return archive


@pytest.fixture
def far(crawled, tmp_path, server):
    """A copy of its data root whose WARC files are in the storage alone."""
    root = tmp_path / "data"
    shutil.copytree(crawled.root, root)
    shutil.rmtree(root / "warcs")
    return Archive(root, server, "whole", crawled.resolve)


def test_a_crawl_stores_all_that_it_closes(crawled, server):
    held = objects(server, "whole")

    assert len(crawled.warcs()) > 1
    assert held == files(crawled.root)
    assert set(ledger.read(crawled.root, crawled.env["KHCN_ARCHIVE_URL"])) == set(held)


def test_no_secret_is_told(crawled, server):
    secrets = (KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_ACCESS_KEY_ID"])
    for path in [*crawled.root.glob("crawls/*"), *crawled.root.glob("status/*.jsonl")]:
        assert not any(secret in path.read_text() for secret in secrets), path
    assert not any(secret in crawled.said for secret in secrets)


def test_a_machine_that_has_the_url_alone_gives_the_same(crawled, server, tmp_path):
    before, small = rows(crawled.root), {k: v for k, v in files(crawled.root).items() if not k.startswith("warcs/")}
    page = min(row.url for row in before if hasattr(row, "mime") and row.status == 200 and row.purpose == "page")
    fresh = Archive(tmp_path / "data", server, "whole", crawled.resolve)

    shown_too_early = fresh.khcn("show", page)
    rebuilt = fresh.khcn("rebuild", "--jobs", "2")
    brought = files(fresh.root)
    indexed, verified, status = (fresh.khcn(verb, "--json") for verb in ("index", "verify", "status"))

    assert (shown_too_early.returncode, "khcn rebuild" in shown_too_early.stderr) == (4, True), shown_too_early.stderr
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert rows(fresh.root) == before
    assert brought == small
    assert (indexed.returncode, indexed.stdout) == (0, "")
    assert (verified.returncode, verified.stdout) == (0, "")
    assert status.stdout == crawled.khcn("status", "--json").stdout
    assert fresh.khcn("show", "--raw", page).stdout == crawled.khcn("show", "--raw", page).stdout
    assert fresh.warcs() == []
    for name in small:
        assert (fresh.root / name).read_bytes() == (crawled.root / name).read_bytes(), name
    with fresh.served() as address, urllib.request.urlopen(f"{address}cdx?url={page}") as answer:
        assert json.loads(answer.read().split(b"\n")[0].split(b" ", 2)[2])["url"] == page


def test_indexes_and_exports_are_made_from_the_storage(far, crawled, tmp_path):
    shutil.rmtree(far.root / "cdxj")

    assert far.khcn("index", SITE).returncode == 0
    exported = far.khcn("export", "--format", "wacz", "-o", str(tmp_path / "a.wacz"))

    assert exported.returncode == 0, exported.stderr
    assert far.khcn("verify", str(tmp_path / "a.wacz")).returncode == 0
    for path in crawled.root.glob("cdxj/*/*/*.cdxj"):
        assert (far.root / path.relative_to(crawled.root)).read_bytes() == path.read_bytes()


def test_a_crawl_goes_on_from_what_is_in_the_storage_alone(far, played, server):
    copied(server, "on")

    again = far.crawl("--full", KHCN_ARCHIVE_URL=f"s3://{BUCKET}/on")

    assert again.returncode == 0, again.stderr
    (report,) = [told for path in far.root.glob("crawls/*.json") if (told := json.loads(path.read_text()))["revisits"]]
    assert report["revisits"] > 5


def test_local_files_go_when_the_policy_says_so(played, server, tmp_path):
    archive = Archive(tmp_path / "data", server, "go", played.resolve)

    done = archive.crawl("-s", "STORED_KEEP_DAYS=0", "--limit", "1")

    assert done.returncode == 0, done.stderr
    assert archive.warcs() == []
    assert archive.khcn("verify").returncode == 0


def test_a_storage_that_fails_ends_with_5_and_names_and_the_next_run_sends(played, server, tmp_path):
    with way_to(server) as way:
        archive = Archive(tmp_path / "data", way.address, "fails", played.resolve)
        way.fault = lambda asked: error(503, "SlowDown") if asked.method == "PUT" else None

        done = archive.crawl("-s", "STORED_KEEP_DAYS=0", "--limit", "1", AWS_MAX_ATTEMPTS="1")

        assert done.returncode == 5, done.stderr
        first = archive.warcs()[0].relative_to(archive.root).as_posix()
        assert f"khcn: {first}: not stored: s3://{BUCKET}/fails/{first}: the server answers 503 SlowDown" in done.stderr
        assert KEYS["AWS_SECRET_ACCESS_KEY"] not in done.stderr
        way.fault = lambda asked: None
        mended = archive.khcn("repair")
        assert mended.returncode == 0, mended.stderr
        assert set(objects(server, "fails")) >= {path.relative_to(archive.root).as_posix() for path in archive.warcs()}


def test_credentials_that_expire_are_named_and_nothing_is_removed(crawled, server, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(crawled.root, root)
    with way_to(server) as way:
        archive = Archive(root, way.address, "expired", crawled.resolve)
        way.fault = lambda asked: error(400, "ExpiredToken", "The provided token has expired.")

        done = archive.khcn("repair")

    assert done.returncode == 5, done.stderr
    assert "the credentials have expired (ExpiredToken)" in done.stderr
    assert len(archive.warcs()) == len(crawled.warcs())


KILLED = """
import os, signal, sys
from archive.storage.opening import attach
from archive.storage.send import send_waiting
from pathlib import Path
root = Path(sys.argv[1])
attach(root, sys.argv[2])
send_waiting(root, keep=0)
"""


def test_a_run_that_is_killed_while_it_sends_leaves_nothing_torn_and_the_next_one_completes(crawled, server, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(crawled.root, root)
    with way_to(server) as way:
        archive = Archive(root, way.address, "killed", crawled.resolve)
        command = [sys.executable, "-c", KILLED, str(root), archive.env["KHCN_ARCHIVE_URL"]]
        puts: list[str] = []

        def half(asked):
            if asked.method != "PUT":
                return None
            puts.append(asked.path)
            return asked.length // 2 if len(puts) == 2 else None

        way.fault = half
        # It waits for an answer then, which never comes.
        running: Queue[int] = Queue()
        way.at_cut = lambda: os.kill(running.get(), signal.SIGKILL)
        victim = subprocess.Popen(command, env={**os.environ, **archive.env})
        running.put(victim.pid)
        assert victim.wait(300) == -signal.SIGKILL
        assert len(objects(server, "killed")) == 1
        way.fault = lambda asked: None

        done = archive.khcn("repair")

    assert done.returncode == 0, done.stderr
    assert objects(server, "killed") == files(crawled.root)


def test_a_lost_spool_is_told_by_address(crawled, server, tmp_path):
    root = tmp_path / "data"
    shutil.copytree(crawled.root, root)
    lost = sorted(root.glob("warcs/*/*/*.warc.gz"))[0].relative_to(root).as_posix()
    shutil.rmtree(root / "warcs")
    archive = Archive(root, server, "lost", crawled.resolve)
    copied(server, "lost", without=lost)

    done = archive.khcn("verify", "--json")

    assert done.returncode == 9
    told = [json.loads(line) for line in done.stdout.splitlines()]
    gone = [one for one in told if one["rule"] == "spool-lost"]
    captures = [row for row in rows(root) if hasattr(row, "location") and row.location.warc == lost]
    assert sorted(one["detail"].split(" ")[0] for one in gone) == sorted(row.url for row in captures)
    assert {one["file"] for one in gone} == {lost}


def test_replay_reads_the_storage(far, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    env = {"PATH": "/usr/bin:/bin", "KHCN_DATA": str(far.root), "TMPDIR": str(tmp_path), **far.env}
    url = next(
        row.url for row in rows(far.root) if hasattr(row, "location") and row.purpose == "page" and row.status == 200
    )
    process = subprocess.Popen([str(COMMAND), "replay", "--port", "0"], env=env, stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}20300101000000id_/{url}") as answer:
            replayed = answer.read()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(300)
    assert replayed
    assert replayed.decode("utf-8", "replace")[:2000] in far.khcn("show", "--raw", url).stdout


def test_who_may_not_read_the_storage_is_told_so_and_no_damage_is(far, server):
    with way_to(server) as way:
        way.fault = lambda asked: (
            error(403, "AccessDenied") if asked.method == "GET" and "prefix=" not in asked.path else None
        )

        done = far.khcn("verify", AWS_ENDPOINT_URL=way.address)

    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    assert "AccessDenied" in done.stderr


def test_doctor_says_whether_the_storage_can_be_used(server, tmp_path, monkeypatch):
    for name, value in {**KEYS, "AWS_ENDPOINT_URL": server}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("crawler.doctor.services.STORAGE_PATIENCE_S", 300.0)  # what is slow is not what is asked here

    def told(url: str) -> tuple[str, str]:
        (found,) = storage(read_config({"KHCN_ARCHIVE_URL": url}, data=tmp_path))
        return found.state, found.told

    good = ("ok", f"s3://{BUCKET}/doctor: answers, can be written, writes conditionally")
    assert told(f"s3://{BUCKET}/doctor") == told(f"s3://{BUCKET}/doctor/") == good
    assert told(tmp_path.as_uri())[0] == "ok"
    state, sentence = told("s3://khong-co/x")
    assert (state, "NoSuchBucket" in sentence) == ("fault", True)
    assert "names no storage" in told("gs://x")[1]
    assert told("") == ("note", "no storage is named: all files stay in the data root")
    with way_to(server) as way:
        way.fault = lambda asked: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.address)
        state, sentence = told(f"s3://{BUCKET}/heedless")
    assert (state, "does not heed If-None-Match" in sentence) == ("fault", True)
