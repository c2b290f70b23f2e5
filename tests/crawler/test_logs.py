"""The log holds no secret, lets nobody write lines of their own, and says of each event whose it is."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import read_config
from crawler.logs import JsonFormatter, TextFormatter
from crawler.masked import mask_of, masked
from tests.khcn import FAST, khcn
from tests.play import play

ESCAPES = "\x1b[2J\x1b]0;chủ\x07\x9b31m\u202egnp.exe\u2028\r\n18:00:00 ERROR giả"
URL = "https://khcn:Mat-Khau9@skhcn.hatinh.gov.vn/tin?id=7&access_token=tokenABC#x"


def record(message: str, *args: object, error: BaseException | None = None, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("scrapy.core.engine", logging.WARNING, __file__, 1, message, args, None)
    if error is not None:
        try:
            raise error
        except type(error):
            made.exc_info = sys.exc_info()
    vars(made).update(fields)
    return made


def formatted(made: logging.LogRecord, form: str, *secrets: str) -> str:
    kind = {"json": JsonFormatter, "text": TextFormatter}[form]
    return kind(mask_of(secrets)).format(made)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("https://a:b@c.vn/x", "a:b"),
        ("https://a:p@ss@c.vn/x", "p@ss"),
        ("ftp://khach@c.vn/x", "khach"),
        ("postgresql+psycopg://khcn:dong@db/khcn", "dong"),
        ("GET /x?token=abc&y=1", "abc"),
        ("GET /x?a=1;API_KEY=abc", "abc"),
        ("/x?data%5Bpassword%5D=abc", "abc"),
        ("/x?X-Amz-Signature=abc&X-Amz-Date=2", "abc"),
        ("/x?p_auth=Xy12&p=1", "Xy12"),
        ("Authorization: Basic a2hjbjpkb25n", "a2hjbjpkb25n"),
        ("{b'Proxy-Authorization': [b'Basic a2hj']}", "a2hj"),
        ("headers={'Cookie': 'ASP.NET_SessionId=abc'}", "abc"),
        ("curl -H Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "eyJ"),
        ("{'AWS_SECRET_ACCESS_KEY': 'abc', 'BOT_NAME': 'khcn'}", "abc"),
        ("tgram://123456:ABC-def/-100200", "ABC-def"),
        ("mailto://khcn:dong@example.com, slack://T1/T2/T3", "T2"),
        ("https://hooks.slack.com/services/T0/B0/xyz", "xyz"),
    ],
)
def test_what_opens_a_door_is_masked(text, gone):
    assert gone not in masked(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://skhcn.hatinh.gov.vn/tin/a@b?key=giống+lúa&page=2",
        "sqlite:////srv/khcn/data/catalog.sqlite3: no such file",
        "postgresql+psycopg://db.local/khcn",
        "postgresql+psycopg://khcn:***@db.local/khcn",
        "s3://kho/warcs/a.warc.gz",
        "robots: no robots.txt, refused: Connection was refused by other side: 111",
        "tokens are counted: author=Tùng Như, design=3, signals=4",
        "Authorization is needed",
        "{'KEYWORDS': 'lúa', 'tokens': 3}",
    ],
)
def test_what_opens_none_stays(text):
    assert masked(text) == text


def test_a_line_of_a_million_letters_is_masked_at_once():
    for text in ("a" * 1_000_000, "a." * 500_000, "token" * 200_000, "x=" * 300_000, "://" * 300_000 + "="):
        assert masked(text)[:1] == text[:1]


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_part_of_a_line_holds_a_secret(form):
    made = record(
        "Retrying <GET %s> %s",
        URL,
        "geheim-7",
        error=RuntimeError(f"login to {URL} with geheim-7 failed"),
        url=URL,
        headers={"Authorization": "Basic a2hjbjpkb25n", "password": "geheim-8", "list": [URL]},
    )
    line = formatted(made, form, "geheim-7")

    assert [secret for secret in ("Mat-Khau9", "tokenABC", "geheim-7", "a2hjbjpkb25n") if secret in line] == []
    assert "RuntimeError" in line
    assert "id=7" in line
    assert form == "text" or "geheim-8" not in line


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_part_of_a_line_begins_another_or_steers_a_terminal(form):
    made = record(f"Ignoring {ESCAPES} %s", ESCAPES, error=ValueError(ESCAPES), url=ESCAPES, title={"a": ESCAPES})
    line = formatted(made, form)

    assert all(char.isprintable() or char == "\n" for char in line)
    assert [part for part in line.split("\n")[1:] if not part.startswith("  ")] == []
    assert form == "text" or "\n" not in line
    assert form == "text" or json.loads(line)["url"] == ESCAPES


@given(st.text(), st.text(), st.one_of(st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.text())))
def test_whatever_comes_from_outside_is_one_line(message, url, title):
    made = record("%s", message, url=url, title=title, crawl="ha_tinh-1")
    line, people = formatted(made, "json"), formatted(made, "text")

    assert len(line.splitlines()) == 1
    assert json.loads(line)["crawl"] == "ha_tinh-1"
    assert people.isprintable()
    assert masked(masked(message)) == masked(message)


def test_a_line_for_people_ends_with_its_crawl():
    line = formatted(record("captured", url="https://a.vn/", site="ha_tinh", crawl="ha_tinh-1", status=200), "text")

    assert line.endswith("WARNING captured url=https://a.vn/ status=200 crawl=ha_tinh-1")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_call_with_wrong_arguments_is_logged_all_the_same(form):
    assert "no number" in formatted(record("%d of them", "no number"), form)


def test_the_password_of_a_database_is_a_secret_wherever_it_stands():
    config = read_config({"KHCN_CATALOG_URL": "postgresql+psycopg://khcn:m%C6%B0a-r%C3%A0o@db/khcn"})
    mask = mask_of(config.secrets())

    assert mask("FATAL: mưa-rào is wrong, so is m%C6%B0a-r%C3%A0o") == "FATAL: *** is wrong, so is ***"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """Return the log of two sites that were crawled side by side, everything in it, and their data root."""
    data = tmp_path_factory.mktemp("logs")
    with play(seeds=False, oldest=3) as played:
        done = khcn(
            "--log", "json", "-vv", "crawl", "ha_tinh", "hau_giang", "--limit", "2", *FAST,
            data=data, resolve=played.resolve,
        )  # fmt: skip
    assert done.returncode in (0, 5), done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()], data


def test_every_line_is_a_json_object_with_the_same_keys_first(crawled):
    lines, _ = crawled

    assert {tuple(line)[:4] for line in lines} == {("time", "level", "logger", "event")}


def test_every_line_that_concerns_a_site_bears_its_crawl(crawled):
    lines, data = crawled
    crawls = {path.stem for path in (data / "crawls").glob("*.json")}
    about = [line for line in lines if {"site", "url", "crawl"} & set(line)]
    before = [line["event"] for line in about if "crawl" not in line]

    assert {line["crawl"] for line in about if "crawl" in line} == crawls
    assert len(crawls) == 2
    assert all(line["crawl"].startswith(f"{line['site']}-") for line in about if "crawl" in line)
    assert before == []
    named = [line for line in lines if any(host in json.dumps(line) for host in ("hatinh", "haugiang"))]
    assert [line for line in named if "crawl" not in line] == []


def test_a_crawl_is_told_from_beginning_to_end(crawled):
    lines, data = crawled
    for path in (data / "crawls").glob("*.json"):
        report = json.loads(path.read_bytes())
        events = [line["event"] for line in lines if line.get("crawl") == path.stem]
        captured = [line for line in lines if line.get("crawl") == path.stem and line["event"] == "captured"]

        assert events.count("crawl begins") == events.count("crawl ended") == 1
        assert len(captured) == report["captures"]
        assert all(line["url"].startswith("http") and line["status"] for line in captured)
        assert events.count("article kept") == report["articles"]["new"] > 0


def test_an_unforeseen_error_is_one_line_of_the_log(tmp_path):
    code = (
        "import sys, crawler.cli as cli, crawler.cli.schema as schema; sys.argv = ['khcn', '--log', 'json', 'schema'];"
        f"schema.command.callback = lambda *_, **__: (_ for _ in ()).throw(RuntimeError({URL!r}));"
        "cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    line = json.loads(done.stderr)

    assert done.returncode == 1
    assert (line["level"], line["event"]) == ("critical", "unforeseen error")
    assert "RuntimeError" in line["traceback"]
    assert "Mat-Khau9" not in done.stderr


def test_a_sentence_on_stderr_holds_no_secret_and_no_escapes(tmp_path):
    done = khcn("search", "lúa", data=tmp_path, KHCN_CATALOG_URL="postgresql+psycopg://khcn:Mat-Khau9@127.0.0.1:1/khcn")

    assert done.returncode != 0
    assert "Mat-Khau9" not in done.stderr
    done = khcn("show", URL, "--at", "\x1b[2Jx", data=tmp_path)
    assert done.returncode == 2
    assert "\x1b" not in done.stderr
    assert "tokenABC" not in done.stderr
