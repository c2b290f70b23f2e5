"""Pages are read within bounds: here where that is harmless, else in a process that can be ended."""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from archive.model import Article, NotAnArticle, Payload
from archive.times import VN
from crawler.clean import MAX_TAGS, parse
from crawler.derive import derive
from crawler.reading import Broken
from crawler.reading_process import DIED, TOO_COSTLY, Limits, Reader, is_harmless
from crawler.reading_worker import Answer, dumps, loads
from crawler.seeds import undeclared_site
from tests.crawler.reading_helpers import HA_TINH, capture_of

ROOT = Path(__file__).parents[2]
STRANGER = undeclared_site("host__bao_example_vn", "bao.example.vn")
URL = "http://bao.example.vn/tin/khai-mac-ngay-hoi-123.html"
CAPTURE = capture_of(URL, STRANGER)
PARAGRAPH = "<p>Nước sông dâng hai mét trong một đêm, ba làng bị cô lập khỏi đường lớn suốt tuần qua.</p>"
ARTICLE = (
    '<html lang="vi"><head><meta property="article:published_time" content="2025-01-02T03:04:05+07:00"></head><body>'
    f'<h1>Nước sông dâng cao</h1>{PARAGRAPH * 5}<a href="/tin/khac-124.html">Tin khác</a></body></html>'
)
BREAKS = "<html><body><h1>Tin</h1>" + "<br>dòng" * 90_000


def payload(html: str | bytes) -> Payload:
    body = html if isinstance(html, bytes) else html.encode()
    return Payload(200, (("Content-Type", "text/html; charset=utf-8"),), body)


@pytest.fixture(scope="module")
def shared():
    reader = Reader()
    yield reader
    reader.close()


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def until(holds, seconds: float = 300) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def test_what_is_read_beside_is_what_is_read_here(shared):
    beside, here = (
        shared.read(STRANGER, CAPTURE, payload(ARTICLE), leads=True),
        derive(STRANGER, CAPTURE, payload(ARTICLE)),
    )

    assert isinstance(here, Article)
    assert beside.result == here
    assert [beside.result.published.utcoffset()] == [here.published.utcoffset()]
    assert beside.leads.links == ("http://bao.example.vn/tin/khac-124.html",)


def test_a_page_of_a_declared_site_starts_no_process():
    reader = Reader()

    result = reader.derive(
        HA_TINH, capture_of("http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a", HA_TINH), payload(ARTICLE)
    )

    assert result is not None
    assert reader.starts == 0


@pytest.mark.parametrize(
    ("site", "html", "harmless"),
    [
        (HA_TINH, ARTICLE, True),
        (STRANGER, ARTICLE, False),
        (HA_TINH, "<i>" * 6_001, False),
        (HA_TINH, "a" * 300_000, False),
    ],
    ids=["short", "undeclared", "many tags", "long"],
)
def test_harmless_is_seen_before_reading(site, html, harmless):
    assert is_harmless(site, payload(html)) is harmless


@pytest.mark.parametrize(
    ("limits", "why"),
    [(Limits(0.2, 400), f"{TOO_COSTLY} (time)"), (Limits(20, 60), f"{TOO_COSTLY} (memory)")],
    ids=["time", "memory"],
)
def test_a_page_that_costs_too_much_is_given_up_and_the_next_is_read(shared, limits, why):
    shared.read(STRANGER, CAPTURE, payload(ARTICLE))
    started = shared.starts

    read = shared.read(STRANGER, CAPTURE, payload(BREAKS), limits, leads=True)
    following = shared.read(STRANGER, CAPTURE, payload(ARTICLE))

    assert read.result == NotAnArticle(why, URL)
    assert read.leads.failure == why
    assert isinstance(following.result, Article)
    assert shared.starts == started + 1


def test_a_page_whose_process_was_killed_is_read_again(shared):
    shared.read(STRANGER, CAPTURE, payload(ARTICLE))
    os.kill(shared.pid, 9)

    assert isinstance(shared.derive(STRANGER, CAPTURE, payload(ARTICLE)), Article)


def test_a_page_that_kills_its_process_twice_is_given_up(shared, monkeypatch):
    monkeypatch.setattr("crawler.reading_process._Worker.ask", lambda worker, question: os.kill(worker.pid, 11))

    assert shared.derive(STRANGER, CAPTURE, payload(ARTICLE)) == NotAnArticle(DIED, URL)


def test_a_page_on_which_reading_breaks_says_how(shared):
    broken = Payload(200, (None,), ARTICLE.encode())

    with pytest.raises(Broken, match="cannot unpack") as raised:
        shared.derive(STRANGER, CAPTURE, broken)

    assert raised.value.name == "TypeError"
    assert isinstance(shared.derive(STRANGER, CAPTURE, payload(ARTICLE)), Article)


def test_the_process_is_deaf_to_ctrl_c_and_gone_with_its_crawl(tmp_path):
    code = (
        "import sys, time; from crawler.reading_process import Reader; from tests.crawler.test_reading_process import *\n"
        "r = Reader(); r.derive(STRANGER, CAPTURE, payload(ARTICLE)); print(r.pid, flush=True); time.sleep(600)"
    )
    crawl = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid = int(crawl.stdout.readline())
    for number in (2, 15):
        os.kill(pid, number)
    survived = is_alive(pid)
    crawl.kill()
    crawl.wait()

    assert survived
    assert until(lambda: not is_alive(pid))


def test_an_answer_makes_nothing_but_our_own_classes():
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    with pytest.raises(pickle.UnpicklingError, match=r"posix\.system"):
        loads(pickle.dumps(Evil()))
    with pytest.raises(pickle.UnpicklingError, match="no answer"):
        loads(pickle.dumps("text"))


def test_text_of_a_tree_and_zones_go_through_the_pipe():
    text = etree.HTML("<p>Tin</p>").xpath("string(//p)")
    told = loads(dumps(Answer(NotAnArticle(text, "\ud800"), events=({"when": datetime(2025, 1, 2, tzinfo=VN)},))))

    assert told.result == NotAnArticle("Tin", "\ud800")
    assert type(told.result.reason) is str
    assert told.events[0]["when"].tzinfo is VN
    assert loads(dumps(Answer(events=({"when": datetime(2025, 1, 2, tzinfo=UTC)},)))).events


def test_what_was_given_up_is_in_the_log(shared, caplog):
    with caplog.at_level(logging.WARNING):
        shared.read(STRANGER, CAPTURE, payload(BREAKS), Limits(0.2, 400))

    assert [record.cause for record in caplog.records] == [f"{TOO_COSTLY} (time)"]


def test_of_a_page_with_too_many_tags_the_beginning_is_parsed():
    root = parse("<body>" + "<br>" * (2 * MAX_TAGS))

    assert sum(1 for _ in root.iter("br")) == MAX_TAGS - 1
