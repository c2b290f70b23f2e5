"""A crawl by Scrapy alone, which tells in what order its engine does what the frontier stands on.

``python -m tests.crawler.engine_watch`` prints one JSON list of events a crawl.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, ClassVar

import scrapy
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from twisted.python.failure import Failure

CRAWLS: list[list[str]] = []


class Scheduler(BaseScheduler):
    """Watches as crawler.scheduler does."""

    def __init__(self, crawler: Any) -> None:
        self.crawler, self.waiting = crawler, []

    @classmethod
    def from_crawler(cls, crawler: Any) -> Scheduler:
        return cls(crawler)

    def open(self, spider: Any) -> None:
        slot = self.crawler.engine._slot
        remove = slot.remove_request

        def removed(request: Request) -> None:
            tell(f"end {request.url}")
            remove(request)

        slot.remove_request = removed

    def has_pending_requests(self) -> bool:
        return bool(self.waiting)

    def enqueue_request(self, request: Request) -> bool:
        tell(f"enqueue {request.url}")
        self.waiting.append(request)
        return True

    def next_request(self) -> Request | None:
        if self.crawler.engine._slot.closing is not None:
            tell("asked for more while closing")
        return self.waiting.pop(0) if self.waiting else None

    def close(self, reason: str) -> None:
        tell(f"close {reason}")


class Hop:
    """Answers to data:,hop with another request, as redirects and retries do."""

    def process_response(self, request: Request, response: Any) -> Any:
        return request.replace(url="data:,target") if request.url == "data:,hop" else response


class Slow:
    """An item pipeline."""

    async def process_item(self, item: Any) -> Any:
        await asyncio.sleep(0.05)
        tell("item kept")
        return item


class Watched(scrapy.Spider):
    name = "watched"
    custom_settings: ClassVar[dict[str, Any]] = {"ITEM_PIPELINES": {Slow: 1}, "DOWNLOADER_MIDDLEWARES": {Hop: 1}}

    async def start(self) -> Any:
        CRAWLS.append([])
        yield Request("data:,page", self.read, errback=self.fail)
        yield Request("data:,hop", self.read_target, errback=self.fail)
        yield Request("gopher://such", self.read, errback=self.fail)

    def read(self, response: Any) -> Any:
        yield {"url": response.url}
        yield Request("data:,child", self.read_child)

    def read_child(self, response: Any) -> None:
        tell("child read")

    def read_target(self, response: Any) -> None:
        tell("target read")

    def fail(self, failure: Failure) -> None:
        tell(f"failed {failure.request.url} {type(failure.value).__name__}")

    def closed(self, reason: str) -> None:
        tell(f"closed {reason}")


class Stopped(scrapy.Spider):
    """Is closed while requests wait in the downloader's queue."""

    name = "stopped"
    custom_settings: ClassVar[dict[str, Any]] = {"DOWNLOAD_DELAY": 60, "RANDOMIZE_DOWNLOAD_DELAY": False}

    async def start(self) -> Any:
        CRAWLS.append([])
        for number in range(3):
            yield Request(f"data:,{number}", self.read, errback=self.fail)

    async def read(self, response: Any) -> None:
        engine = self.crawler.engine
        while sum(len(slot.queue) for slot in engine.downloader.slots.values()) < 2:
            await asyncio.sleep(0.01)
        closing = asyncio.ensure_future(engine.close_spider_async(reason="shutdown"))
        while engine._slot.closing is None:
            await asyncio.sleep(0.01)
        for slot in engine.downloader.slots.values():
            while slot.queue:
                request, waiting = slot.queue.popleft()
                tell(f"given up {request.url}")
                waiting.errback(Failure(IgnoreRequest()))
        self.closing = closing

    def fail(self, failure: Failure) -> None:
        tell(f"failed {failure.request.url} {type(failure.value).__name__}")


def tell(event: str) -> None:
    CRAWLS[-1].append(event)


async def crawl_all(process: AsyncCrawlerProcess) -> None:
    for spider in (Watched, Stopped):
        await process.crawl(spider)


if __name__ == "__main__":
    process = AsyncCrawlerProcess({"SCHEDULER": Scheduler, "LOG_LEVEL": "CRITICAL", "TELNETCONSOLE_ENABLED": False})
    task = asyncio.get_event_loop().create_task(crawl_all(process))
    task.add_done_callback(lambda _: process._stop_reactor())
    process.start(stop_after_crawl=False)
    print(json.dumps(CRAWLS))
