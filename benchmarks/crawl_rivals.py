"""The crawls beside which ours is measured: a Scrapy spider that follows every link of one host.

Run by :mod:`benchmarks.crawl` with ``scrapy runspider``, also in an environment that has nothing of this project. It
reads no fields and keeps nothing; with ``-a warc=FILE`` it writes each answer into a WARC file by warcio, as many
projects do, with its request, and without what the server really sent: framing, order and case of header fields.
"""

from __future__ import annotations

from io import BytesIO

from scrapy import Spider
from scrapy.http import TextResponse
from scrapy.linkextractors import LinkExtractor

HOST = "skhcn.dongnai.gov.vn"


class RivalSpider(Spider):
    """Follow links, pictures, documents, styles and scripts."""

    name = "rival"
    start_urls = (f"http://{HOST}/",)
    links = LinkExtractor(
        allow_domains=[HOST],
        tags=("a", "area", "img", "link", "script"),
        attrs=("href", "src"),
        deny=("/print/", "/savefile/", "/tag/", "/tim-kiem"),
        deny_extensions=[],
    )

    def __init__(self, warc: str | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.writer = None
        if warc is not None:
            from warcio.warcwriter import WARCWriter

            self.file = open(warc, "wb")  # noqa: SIM115 (it is open as long as the spider is)
            self.writer = WARCWriter(self.file, gzip=True)

    def parse(self, response):
        """Write an answer, and follow its links."""
        if self.writer is not None:
            self.write(response)
        if isinstance(response, TextResponse):
            for link in self.links.extract_links(response):
                yield response.follow(link)

    def write(self, response) -> None:
        """Write an answer and its request."""
        from warcio.statusandheaders import StatusAndHeaders

        def fields(headers):
            return [(name.decode(), value.decode("latin-1")) for name, values in headers.items() for value in values]

        writer, request = self.writer, response.request
        head = StatusAndHeaders(f"{response.status} OK", fields(response.headers), protocol="HTTP/1.1")
        answer = writer.create_warc_record(
            response.url, "response", payload=BytesIO(response.body), length=len(response.body), http_headers=head
        )
        path = response.url.partition(HOST)[2] or "/"
        head = StatusAndHeaders(f"{request.method} {path} HTTP/1.1", fields(request.headers), is_http_request=True)
        asked = writer.create_warc_record(response.url, "request", http_headers=head)
        writer.write_request_response_pair(asked, answer)

    def closed(self, reason: str) -> None:
        """Close the file."""
        if self.writer is not None:
            self.file.close()
