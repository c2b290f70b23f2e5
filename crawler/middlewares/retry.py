"""What failed is asked for again at once, but not by a crawl that is ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from scrapy.downloadermiddlewares.retry import RetryMiddleware as ScrapyRetryMiddleware

from crawler.refusals import NotAsked

if TYPE_CHECKING:
    from scrapy.http import Request, Response

    from crawler.spider import SiteSpider


class RetryMiddleware(ScrapyRetryMiddleware):
    """Scrapy's, which leaves to the next run what fails while the crawl is being stopped.

    Scrapy would send it again, and what was cut because time was up would be cut once more.
    """

    def process_response(  # type: ignore[override]  # Scrapy passes no spider any more
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the answer, or the request to be sent again. Raises NotAsked for that when the crawl is ending."""
        if response.status in self.retry_http_codes and self._is_ending and not request.meta.get("dont_retry"):
            raise NotAsked(f"status: {response.status}, and the crawl is ending")
        return super().process_response(request, response)

    def process_exception(  # type: ignore[override]
        self, request: Request, exception: Exception
    ) -> Request | Response | None:
        """Return the request to be sent again, null when it is not to be."""
        return None if self._is_ending else super().process_exception(request, exception)

    @property
    def _is_ending(self) -> bool:
        return cast("SiteSpider", self.crawler.spider).is_ending
