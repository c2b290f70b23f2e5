"""Walk a table of cases with a real Scrapy crawl; run as a program, in a process of its own.

``python -m tests.crawler.odd_crawl DIRECTORY`` reads ``plan.json`` there and leaves ``exchanges.jsonl``
(what the recorder was given), ``told.jsonl`` (what Scrapy was told), ``end.json`` and the WARC files.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from archive.model import Capture
from archive.warc.records import LiveExchange
from archive.warc.writer import WarcWriter
from tests.crawler.odd_cases import BODY_LIMIT, CASES, Ask, Case


class TellingRecorder:
    """Writes WARC files and a list of everything it is given."""

    def __init__(self, directory: Path) -> None:
        started = datetime.now(UTC)
        self._writer = WarcWriter(
            directory / "data", "odd", f"odd-{started:%Y%m%d%H%M%S}", info={"software": "khcn-test"}
        )
        self._list = (directory / "exchanges.jsonl").open("w")
        self.earlier = SimpleNamespace(held=lambda url: None)  # nothing is asked for conditionally

    async def record(self, exchange: LiveExchange, *, via: str | None, purpose: Any) -> Capture | None:
        told = {each.name: getattr(exchange, each.name) for each in fields(exchange)}
        exchange.response.seek(0)
        told |= {"via": via, "purpose": purpose, "request": text(exchange.request)}
        told["response"] = text(exchange.response.read())
        told["rolled"] = not isinstance(exchange.response, io.BytesIO)
        capture = self._writer.write(exchange, via=via, purpose=purpose)
        told["capture"] = capture.id if capture else None
        self._list.write(json.dumps(told, default=str) + "\n")
        self._list.flush()
        return capture

    def leads(self, capture: Capture) -> None:
        """Nothing was read."""

    def close(self) -> None:
        self._writer.close()
        self._list.close()


class OddSpider(scrapy.Spider):
    """Asks what the cases say: through the spider, through a pipeline, many at once."""

    name = "odd"

    def __init__(self, directory: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.recorder = TellingRecorder(directory)
        self.told = (directory / "told.jsonl").open("w")

    async def start(self) -> Any:
        for case in CASES:
            if case.asks[0].via == "burst":
                for i, ask in enumerate(case.asks):
                    yield self.make(case, i, ask)
            else:
                yield self.next_of(case, 0)

    def next_of(self, case: Case, index: int) -> Any:
        ask = case.asks[index]
        request = self.make(case, index, ask)
        return {"case": case, "index": index, "request": request} if ask.via == "pipeline" else request

    def make(self, case: Case, index: int, ask: Ask) -> scrapy.Request:
        return scrapy.Request(
            f"{case.scheme}://{ask.host or case.host}{ask.path}#fragment",
            self.answered,
            method=ask.method,
            body=ask.data,
            headers=ask.headers,
            errback=self.failed,
            dont_filter=True,
            meta={
                "dont_retry": True,
                "dont_obey_robotstxt": True,
                "handle_httpstatus_list": [204, 299, 304, 404, 599],
                **ask.meta,
            },
            cb_kwargs={"case": case, "index": index},
        )

    def answered(self, response: Any, case: Case, index: int) -> Any:
        yield self.tell(case, index, response=response)

    def failed(self, failure: Any) -> Any:
        request = failure.request
        yield self.tell(error=failure.value, request=request, **request.cb_kwargs)

    def tell(self, case: Case, index: int, *, response: Any = None, error: Any = None, request: Any = None) -> Any:
        request = response.request if response is not None else request
        capture = request.meta.get("capture")
        line: dict[str, Any] = {"case": case.name, "index": index, "capture": capture and capture.id}
        if error is not None:
            line["outcome"] = type(error).__name__
        else:
            line |= {
                "outcome": str(response.status),
                "body": text(response.body),
                "flags": response.flags,
                "url": response.url,
                "captured_url": capture.url,
                "kind": type(response).__name__,
                "headers": sorted(name.decode("latin-1") for name in response.headers),
            }
        self.told.write(json.dumps(line) + "\n")
        self.told.flush()
        if case.asks[index].via != "burst" and index + 1 < len(case.asks):
            return self.next_of(case, index + 1)
        return None

    def closed(self, reason: str) -> None:
        self.recorder.close()
        self.told.close()


class FetchPipeline:
    """Fetches as image pipelines do."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> FetchPipeline:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        response = await self.crawler.engine.download_async(item["request"])
        self.crawler.spider.tell(item["case"], item["index"], response=response)
        return {"done": item["case"].name}


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def open_spools() -> list[str]:
    """Return the deleted temporary files that are still open."""
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            link = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            continue
        if link.endswith("(deleted)"):
            links.append(link)
    return links


def crawl(directory: Path, plan: dict[str, Any]) -> dict[str, Any]:
    process = AsyncCrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": {
                "http": "crawler.capture.CaptureHandler",
                "https": "crawler.capture.CaptureHandler",
            },
            "DOWNLOADER_MIDDLEWARES": {
                "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
                "crawler.middlewares.cookies.CookiesMiddleware": 700,
            },
            "KHCN_DATA": str(directory / "data"),
            "KHCN_MIN_FREE": "0",
            "KHCN_RESOLVE": plan["resolve"],
            "CAPTURE_BODY_LIMIT": BODY_LIMIT,
            "ITEM_PIPELINES": {FetchPipeline: 1},
            "ROBOTSTXT_OBEY": True,
            "CONCURRENT_REQUESTS": 64,
            "DOWNLOAD_DELAY": 0,
            "DOWNLOAD_TIMEOUT": 120,
            "RETRY_TIMES": 2,
            "LOG_LEVEL": "INFO",
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_FILE": str(directory / "crawl.log"),
        },
        install_root_handler=True,
    )
    crawler = process.create_crawler(OddSpider)
    process.crawl(crawler, directory=directory)
    process.start()
    return {"stats": crawler.stats.get_stats(), "open_spools": open_spools()}


def main() -> None:
    directory = Path(sys.argv[1])
    plan = json.loads((directory / "plan.json").read_text())
    end = crawl(directory, plan)
    (directory / "end.json").write_text(json.dumps(end, default=str))


if __name__ == "__main__":
    main()
