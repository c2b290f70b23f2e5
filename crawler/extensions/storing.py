"""Send what a crawl left into the storage, where no command does so at its end."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured
from twisted.internet.threads import deferToThread

from archive.errors import KhcnError
from archive.storage.opening import behind
from archive.storage.send import keep_days, send_waiting, told
from crawler.sending import sending

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import SiteSpider

# mypy: disable-error-code="no-untyped-call"

logger = logging.getLogger(__name__)


class StoringExtension:
    """Of a crawl by `scrapy crawl`: send its files when it has ended, unless a signal ended it.

    `khcn crawl` does that itself, for all its sites together, and says in its exit code how that went.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Raise NotConfigured under a command that sends, ConfigError for a policy that is none."""
        if sending.is_left_to_the_command:
            raise NotConfigured
        self._root = Path(crawler.settings["KHCN_DATA"])
        self._keep = keep_days(crawler.settings["STORED_KEEP_DAYS"])
        self._ended: str | None = None
        crawler.signals.connect(self._note, signals.spider_closed)
        crawler.signals.connect(self._send, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the extension."""
        return cls(crawler)

    def _note(self, spider: SiteSpider, reason: str) -> None:
        self._ended = spider.site.id if reason != "shutdown" else None

    def _send(self) -> Any:
        """Send beside the event loop; the process waits for it."""
        if self._ended is None or behind(self._root) is None:
            return None
        return deferToThread(self._send_now, self._ended)

    def _send_now(self, site: str) -> None:
        sending.wait()
        try:
            for sentence in told(send_waiting(self._root, [site], keep=self._keep)):
                logger.error("not stored", extra={"site": site, "cause": sentence})
        except KhcnError as error:
            logger.error("not stored", extra={"site": site, "cause": str(error)})
