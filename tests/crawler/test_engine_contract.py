"""Private names of Scrapy's engine and downloader that resuming and stopping stand on, and their order of events.

When one of these fails after an update, read the named class in the new version, adapt ``crawler/``,
and only then raise the upper bound of Scrapy in ``pyproject.toml``.
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE, DOWNLOADER = "scrapy.core.engine", "scrapy.core.downloader"

# (module, class or function, names its source must hold, what stands on them)
STANDS_ON = [
    (ENGINE, "_Slot", "self.closing: self.inprogress: remove_request nextcall", "scheduler.open, spider.is_ending"),
    (ENGINE, "ExecutionEngine", "self._slot: slot.remove_request(request) self._slot.remove_request(request) "
     "self._slot.closing self._slot.scheduler.close scheduler.enqueue_request scheduler.next_request "
     "has_pending_requests download_async close_spider_async", "scheduler.FrontierScheduler, files.Files"),
    ("scrapy.core.scheduler", "BaseScheduler", "open close has_pending_requests enqueue_request next_request",
     "scheduler.FrontierScheduler"),
    ("scrapy.dupefilters", "BaseDupeFilter", "request_seen from_crawler", "scheduler.FrontierDupeFilter"),
    (DOWNLOADER, "Slot", "concurrency queue: active: transferring: lastseen latercall download_delay "
     "free_transfer_slots", "stopping._give_up_unsent, downloader.Downloader"),
    (DOWNLOADER, "Downloader", "_process_queue _wait_for_download _latercall slots: active: handlers "
     "slot.queue.append((request, slot.queue.popleft() slot.transferring needs_backout total_concurrency "
     "download_request_async", "downloader.Downloader"),
    ("scrapy.crawler", "Crawler", "self.crawling stop_async", "spider.is_ending"),
    ("scrapy.crawler", "CrawlerProcessBase", "_signal_shutdown _signal_kill _graceful_stop_reactor", "how signals end"),
    ("scrapy.downloadermiddlewares.retry", "RetryMiddleware", "retry_http_codes self.crawler dont_retry",
     "middlewares.retry"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "name", "needs", "for_what"), STANDS_ON, ids=lambda value: str(value)[:40])
def test_a_private_name_is_as_we_know_it(module: str, name: str, needs: str, for_what: str):
    found = getattr(import_module(module), name, None)
    assert found is not None, f"{module}.{name} is gone; {for_what} stands on it"
    source = inspect.getsource(found)

    missing = [need for need in needs.split() if need not in source]

    assert not missing, f"{module}.{name} has no {', '.join(missing)} any more; {for_what}"


@pytest.fixture(scope="module")
def crawls() -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawler.engine_watch"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("enqueue data:,child", "end data:,page"),  # what a page led to is stored before its row is done
        ("item kept", "end data:,page"),  # and its article is through the pipelines
        ("enqueue data:,target", "end data:,hop"),  # a redirect or a retry is stored before the first request ends
        ("target read", "end data:,target"),
        ("child read", "end data:,child"),
        ("failed gopher://such NotSupported", "end gopher://such"),  # why it failed is known when it ends
        ("end data:,page", "close finished"),
        ("close finished", "closed finished"),  # the scheduler gives back its leases before the archive is closed
    ],
)
def test_things_happen_in_the_order_that_the_frontier_stands_on(crawls, before, after):
    events = crawls[0]

    assert (events.count(before), events.count(after)) == (1, 1)
    assert events.index(before) < events.index(after)


def test_a_crawl_that_is_closed_ends_every_request_and_asks_for_no_more(crawls):
    events = crawls[1]

    for number in (1, 2):
        given_up, failed, ended = (
            events.index(f"{what} data:,{number}{why}")
            for what, why in (("given up", ""), ("failed", " IgnoreRequest"), ("end", ""))
        )
        assert given_up < failed < ended < events.index("close shutdown")
    assert "asked for more while closing" not in events
