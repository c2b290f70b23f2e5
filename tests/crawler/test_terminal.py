"""What comes from outside steers no terminal, whatever verb prints it; as JSON it is exact all the same."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.text import Text

from archive.report import CrawlReport, Failure, HeldBack
from crawler.cli.common import console, say, table, write_json
from crawler.cli.consoles import PipedConsole
from crawler.cli.progress import print_summary
from crawler.run import Ended
from tests.crawler.scripted import answer, crawl, served
from tests.khcn import COMMAND, khcn

EVIL = "\x1b]0;x\x07\x1b[2J\x9b31m\x7f\x08\r\u202eđỏ\u2066\u200f\u2028"
STEERING = {char for char in EVIL if char != "đ" and char != "ỏ" and not char.isprintable()}
HOST = "sokhcn.dieukhien.gov.vn"
NOW = datetime(2025, 3, 1, tzinfo=UTC)


def steering(text: str) -> set[str]:
    return set(text) & STEERING


@pytest.mark.parametrize("what", [EVIL, Text(EVIL), Text(f"một\xa0hai {EVIL}", style="bold")])
def test_nothing_that_is_drawn_steers(what, capsys):
    console().print(what)
    made = table("x")
    made.add_row(what)
    console().print(made)

    out = capsys.readouterr().out
    assert steering(out) == set()
    assert "\\x1b]0;x" in out


def test_a_terminal_gets_colours_of_ours_and_none_of_theirs():
    file = io.StringIO()
    PipedConsole(file=file, force_terminal=True, width=80, color_system="standard").print(Text(EVIL, style="bold red"))

    assert file.getvalue().count("\x1b") == 2
    assert "\x1b[2J" not in file.getvalue()


def test_nothing_that_is_said_steers(capsys):
    say(f"dòng một\n\tdòng\xa0hai {EVIL}")
    say(EVIL, err=True)

    told = capsys.readouterr()
    assert steering(told.out + told.err) == set()
    assert told.out.startswith("dòng một\n\tdòng\xa0hai ")


def test_json_is_exact_and_steers_nothing(capsys):
    write_json({"title": EVIL})

    out = capsys.readouterr().out
    assert steering(out) == set()
    assert json.loads(out) == {"title": EVIL}


def test_a_summary_steers_nothing(capsys):
    report = CrawlReport("x-1", "x", NOW, NOW, exit=5)
    report = replace(
        report,
        failures=(Failure(f"http://a.vn/{EVIL}", EVIL, 1),),
        traps={"calendar": 1},
        trap_examples={"calendar": EVIL},
        held_back=(HeldBack(EVIL, 1, 1, EVIL),),
    )
    print_summary([Ended("x", report)], as_json=False)

    told = capsys.readouterr()
    assert steering(told.out + told.err) == set()
    assert "http://a.vn/" in told.err


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """An article whose every word is an attempt, and a page that fails by one."""
    data = tmp_path_factory.mktemp("terminal") / "data"
    text = "Sở Khoa học và Công nghệ tổ chức hội nghị đánh giá kết quả nghiên cứu. " * 3
    body = (
        f"<h1>Hội nghị đánh giá {EVIL}</h1><p>Ngày đăng: 12/05/2025 08:30</p><p>{text}{EVIL}</p>"
        f'<img src="/a.jpg" alt="{EVIL}"><p>{text} Lần hai {EVIL}</p><a href="/tep.pdf">{EVIL} tệp</a>'
    )
    page = answer(
        f"<title>{EVIL}</title>{body}".encode(), "200 OK", f"X-Evil: {EVIL[:12]}", kind="text/html; charset=utf-8"
    )
    home = answer(
        '<a href="/tin/1">Hội nghị</a><a href="/hong?%1b=\x1b[2J">x</a>'.encode(), kind="text/html; charset=utf-8"
    )
    routes = {f"{HOST}/": [home], f"{HOST}/tin/1": [page], f"{HOST}/*": [answer(b"", f"500 {EVIL[:5]}")]}
    with served(routes) as server:
        crawl(server, data, [f"http://{HOST}/"], "-s", "REQUISITES_ENABLED=0", "-s", "RETRY_TIMES=0")
    return data


URL = f"http://{HOST}/tin/1"
VERBS = [
    ("show", URL), ("show", URL, "--text"), ("show", URL, "--json"), ("search", "hội nghị"), ("search", "--json", "hội nghị"),
    ("history", URL), ("status",), ("verify",), ("rebuild",),
]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_no_verb_lets_a_page_steer(held, verb):
    done = khcn(*verb, data=held)

    assert done.returncode in (0, 6), done.stderr
    assert steering(done.stdout + done.stderr) == set()


def test_bytes_are_exact_in_a_pipe_and_harmless_on_a_terminal(held):
    piped = khcn("show", URL, "--head", data=held).stdout
    ours, theirs = pty.openpty()
    subprocess.run([COMMAND, "--data", str(held), "show", URL, "--head"], stdout=theirs, check=True, timeout=300)
    os.close(theirs)
    shown = b""
    while piece := _read(ours):
        shown += piece

    assert "\x1b" in piped
    assert b"\x1b" not in shown
    assert b"X-Evil: \\x1b" in shown


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65_536)
    except OSError:
        return b""
