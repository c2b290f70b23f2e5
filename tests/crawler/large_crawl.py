"""Fetch a large answer and tell how much the process grew by it.

``python -m tests.crawler.large_crawl ROOT KHCN_RESOLVE`` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from archive.model import Capture
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter


def peak_mib() -> float:
    # Not ru_maxrss: that of a child begins with what its parent held, and would hide any growth below.
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024


class Recorder:
    """Writes, and nothing else."""

    def __init__(self, root: Path) -> None:
        self.writer = WarcWriter(root, "large", "large-1", info={})
        self.earlier = SimpleNamespace(held=lambda url: None)  # nothing is asked for conditionally

    async def record(self, exchange: LiveExchange, *, via: str | None, purpose: str) -> Capture | None:
        return self.writer.write(exchange, via=via, purpose=purpose)

    def leads(self, capture: Capture) -> None:
        """Nothing was read."""


class LargeSpider(scrapy.Spider):
    """Asks for a smaller answer, which lets the process grow to its usual size, then for the large one."""

    name = "large"

    async def start(self) -> Any:
        self.recorder = Recorder(Path(sys.argv[1]))
        yield scrapy.Request("http://large.test/small", self.warm)

    def warm(self, response: Any) -> Any:
        self.before = peak_mib()
        yield scrapy.Request("http://large.test/large", self.tell)

    def tell(self, response: Any) -> None:
        self.recorder.writer.close()
        place = response.meta["capture"].location
        told = {
            "grown": peak_mib() - self.before,
            "flags": response.flags,
            "body": len(response.body),
            "place": [place.warc, place.offset, place.length],
        }
        print(json.dumps(told))


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "crawler.capture.CaptureHandler"),
            "KHCN_DATA": sys.argv[1],
            "KHCN_MIN_FREE": "0",
            "KHCN_RESOLVE": sys.argv[2],
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
        }
    )
    process.crawl(LargeSpider)
    process.start()
