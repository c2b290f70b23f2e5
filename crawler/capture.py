"""The http and https download handler: whatever Scrapy fetches, the archive gets as it was.

One place sees pages, images, attachments, robots.txt, redirects, retries and failures alike. Nothing
is handed to Scrapy before its records are written.

An address of which the archive holds an answer with validators is asked for conditionally. Scrapy is
then given the answer that is held when the server says 304: to spiders the page came, unchanged.

Settings: ``CAPTURE_BODY_LIMIT`` (bytes of an answer up to which its body is also given to Scrapy),
``CAPTURE_SPOOL_DIR`` (where large answers wait for the WARC writer), ``KHCN_RESOLVE``.
"""

from __future__ import annotations

import asyncio
from functools import lru_cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urldefrag, urlsplit
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.core.downloader._idna_patch import _install_twisted_idna_fallbacks
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.misc import build_from_crawler
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS

from archive.http import Head, read_payload
from archive.model import Capture, Purpose
from archive.warc.records import LiveExchange
from crawler.attempt import Fetch
from crawler.clean import MAX_PAGE_BYTES
from crawler.disk import Floor
from crawler.order import order_of
from crawler.pool import Key, Pool
from crawler.private import Guarded
from crawler.recorder import recorder_of
from crawler.resolve import parse_resolve, target_of
from crawler.robots import MAX_BYTES as ROBOTS_BYTES
from crawler.robots import MAX_DOWNLOAD as ROBOTS_DOWNLOAD
from crawler.tls import TlsPolicy
from crawler.validators import Known
from crawler.wire import Answer, Transfer

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
# mypy: disable-error-code="no-untyped-call"

CONDITIONS = (b"If-None-Match", b"If-Modified-Since")
REFUSED = frozenset({400, 412})
BODY_LIMIT = 32 * 1024 * 1024
MOST = {"robots": ROBOTS_DOWNLOAD, "feed": 64 << 20, "sitemap": 64 << 20}
"""Bytes that are fetched at most of what is nobody's news; of all else ``DOWNLOAD_MAXSIZE``."""
# Every replay tool decodes gzip; not all decode br, zstd or raw deflate.
ACCEPTED_CODINGS = frozenset({"gzip", "identity"})
# What an answer says of its transfer, and of codings that are off when Scrapy gets it.
_OF_TRANSFER = frozenset(
    b"connection keep-alive proxy-connection te trailers upgrade transfer-encoding content-encoding".split()
)


class CaptureHandler(BaseDownloadHandler):
    """Download over HTTP/1.1, and record every exchange before Scrapy sees its outcome."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        _install_twisted_idna_fallbacks()
        settings = crawler.settings
        self._crawler = crawler
        self._pool = Pool(crawler.stats, settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))
        self._policy: Any = build_from_crawler(TlsPolicy, crawler)
        self._resolve = parse_resolve(settings.get("KHCN_RESOLVE"))
        self._bind_address = settings.get("DOWNLOAD_BIND_ADDRESS")
        self._maxsize = settings.getint("DOWNLOAD_MAXSIZE")
        self._page_maxsize = settings.getint("PAGE_MAXSIZE")
        self._timeout_s = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._fail_on_dataloss = settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")
        self._body_limit = settings.getint("CAPTURE_BODY_LIMIT", BODY_LIMIT)
        self._spool_dir = settings.get("CAPTURE_SPOOL_DIR") or None
        self._floor = Floor.of(settings)
        # With Scrapy's cookies what stands in a setting is not sent; without them nothing else is.
        self._cookies_are_ours = not settings.getbool("COOKIES_ENABLED")

    async def close(self) -> None:
        """Close the connections; those that do not end within a second are left."""
        await self._pool.close()

    async def download_request(self, request: Request) -> Response:
        """Return the answer with its decoded body, and set ``request.meta["capture"]``.

        A body above the limit is left out and the answer flagged ``"spooled"``: it is whole in the
        WARC. Failures raise what Scrapy's own handler raises, after they were recorded. Raises
        DiskFull or ArchiveError when an exchange could not be stored.
        """
        recorder_of(self._crawler)  # fails here rather than after bytes came that nobody would keep
        _ask_for_gzip(request)
        if request.meta.pop("is_page_maxsize", False):  # of the answer that redirected here
            del request.meta["download_maxsize"]
        if (most := MOST.get(_purpose(request))) is not None:
            request.meta["download_maxsize"] = min(most, self._maxsize or most)
        known = self._known(request)
        response = await self._exchange(request, known)
        if known is not None and response.status in REFUSED:
            # Some servers choke on conditions (412 to a GET, 400 to an odd ETag): ask without.
            response = await self._exchange(request, None)
        return response

    def _known(self, request: Request) -> Known | None:
        """Return the answer that is held of a request's address; null when it is to be asked for anew."""
        is_own = any(name in request.headers for name in CONDITIONS) and "conditional" not in request.meta
        # What failed is tried again as plainly as can be; nobody but us reads robots.txt, each time whole.
        if is_own or request.method != "GET" or request.meta.get("retry_times") or _purpose(request) == "robots":
            return None
        return recorder_of(self._crawler).earlier.held(urldefrag(request.url)[0])

    async def _exchange(self, request: Request, known: Known | None) -> Response:
        # A redirect or a retry copies meta and header of the request before it.
        for own in ("capture", "leads", "unread"):
            request.meta.pop(own, None)
        if request.meta.pop("conditional", False):
            for name in CONDITIONS:
                request.headers.pop(name, None)
        if known is not None:
            request.meta["conditional"] = True
            request.headers.update(known.conditions)
        fetch = Fetch(
            urldefrag(request.url)[0], request.method, self._spool_dir, self._floor.wrote, self._cookies_are_ours
        )
        try:
            try:
                answer = await self._download(request, fetch)
            except GeneratorExit:
                raise  # the loop is gone; there is no recorder to write to any more
            except BaseException as error:
                last = await self._record(fetch, request, error, known)
                if isinstance(error, DownloadCancelledError) and last is not None and _purpose(request) == "robots":
                    return _beginning(last)
                raise
            last = await self._record(fetch, request, None, known)
            assert last is not None
            return self._checked(self._dressed(answer, last, request, known), answer, request, last)
        finally:
            fetch.release()

    async def _download(self, request: Request, fetch: Fetch) -> Answer:
        """Return the answer. Raises what Scrapy's own handler raises."""
        parts = urlsplit(fetch.url)
        transfer = Transfer(fetch, order_of(request, fetch.url), partial(self._most_of, request))
        timeout_s = request.meta.get("download_timeout") or self._timeout_s
        late = DownloadTimeoutError(f"Getting {fetch.url} took longer than {timeout_s} seconds.")
        timer = asyncio.get_running_loop().call_later(timeout_s, transfer.fail, late)
        transfers = transfers_of(self._crawler)
        transfers.add(transfer)
        try:
            self._carry(transfer, parts, request.meta.get("bindaddress") or self._bind_address, timeout_s)
            return await transfer.answered
        except asyncio.CancelledError:
            transfer.fail(DownloadCancelledError("cancelled"))
            raise
        finally:
            timer.cancel()
            transfers.discard(transfer)
            if transfer.latency_s is not None:
                request.meta["download_latency"] = transfer.latency_s

    def _carry(self, transfer: Transfer, parts: SplitResult, bind: Any, timeout_s: float) -> None:
        bind = (bind, 0) if isinstance(bind, str) else bind
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        key: Key = (parts.scheme, host, port, bind)
        self._pool.carry(transfer, key, partial(self._endpoint, parts.scheme, host, port, bind, timeout_s))

    def _endpoint(self, scheme: str, host: str, port: int, bind: Any, timeout_s: float) -> Any:
        """Return where to connect: at a target of ``KHCN_RESOLVE``; all others are public, or what somebody named.

        TLS asks for the real host in any case.
        """
        from twisted.internet import reactor

        target = target_of(self._resolve, host, port)
        is_named = target is not None or (host, port) in getattr(self._crawler.spider, "may_be_private", ())
        address, at = target or (host, port)
        # Scrapy's resolver knows IPv4 only, so literal addresses go around it.
        kind: Any = HostnameEndpoint
        if isIPv6Address(address):
            kind = TCP6ClientEndpoint
        elif isIPAddress(address):
            kind = TCP4ClientEndpoint
        asked = reactor if is_named else Guarded(reactor)
        endpoint = kind(asked, address, at, timeout=timeout_s, bindAddress=bind)
        if scheme == "https":
            return wrapClientTLS(self._policy.creatorForNetloc(host.encode("ascii"), port), endpoint)
        return endpoint

    def _most_of(self, request: Request, head: Head, length: int | None) -> int:
        """Return the bytes that are fetched at most of an answer.

        Raises DownloadCancelledError when it announces more.
        """
        kind = b",".join(head.values(b"content-type")).lower()
        if self._page_maxsize and (_purpose(request) == "listing" or b"html" in kind):
            asked = request.meta.get("download_maxsize", self._maxsize)
            request.meta.update(
                download_maxsize=min(self._page_maxsize, asked or self._page_maxsize), is_page_maxsize=True
            )
        most: int = request.meta.get("download_maxsize", self._maxsize)
        if most and length is not None and length > most:
            raise DownloadCancelledError(f"{length} bytes are announced of {request.url}, more than {most}")
        return most

    async def _record(
        self, fetch: Fetch, request: Request, error: BaseException | None, known: Known | None
    ) -> LiveExchange | None:
        """Give every exchange of the fetch to the recorder; return the last one."""
        recorder = recorder_of(self._crawler)
        last = None
        for last in fetch.exchanges(error):
            last.known = known.original if known else None
            capture: Capture | None = await recorder.record(
                last, via=request.meta.get("via"), purpose=_purpose(request)
            )
            if capture is not None:
                request.meta["capture"] = capture
                request.meta["leads"] = recorder.leads(capture)
        return last

    def _dressed(self, answer: Answer, exchange: LiveExchange, request: Request, known: Known | None) -> Response:
        """Return the answer with the body that was recorded, as the offline rebuild will read it."""
        body, flags = b"", list[str]()
        status, fields = answer.head.status or 0, answer.head.headers
        # Nobody reads a document's body from Scrapy: the recorder measures it from the spool.
        limit = 0 if _purpose(request) == "attachment" else self._body_limit
        if _purpose(request) == "page":
            limit = min(limit, MAX_PAGE_BYTES)  # a longer one is read from the spool, beside the loop
        size = exchange.size
        capture: Capture | None = request.meta.get("capture")
        if known is not None and capture is not None and capture.status == 304 and capture.revisit_of:
            held = known.payload(max_size=limit + 1)
            status, size = held.status, len(held.body)
            fields = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in held.headers)
            body, flags = held.body, [*flags, "not-modified"]
        elif _purpose(request) == "robots":
            # Its beginning is handed over however long it is: rules must not get lost because they are many.
            exchange.response.seek(0)
            body = read_payload(exchange.response, max_size=ROBOTS_BYTES + 1).body
            size, limit = len(body), ROBOTS_BYTES + 1
        elif size <= limit:
            body = exchange.payload().body
        if size > limit or len(body) > limit:
            body, flags = b"", [*flags, "spooled"]
        headers = Headers(_multiple(fields))
        kind = responsetypes.from_args(headers=headers, url=exchange.url, body=body)
        return kind(
            url=exchange.url,
            status=status,
            headers=headers,
            body=body,
            flags=flags,
            ip_address=_address(answer.ip) if answer.ip else None,
            protocol=answer.head.version.decode("ascii"),
        )

    def _checked(self, response: Response, answer: Answer, request: Request, exchange: LiveExchange) -> Response:
        """Refuse an answer that was cut, unless such ones are wanted; then say so in a flag."""
        if exchange.truncated == "disconnect":
            if request.meta.get("download_fail_on_dataloss", self._fail_on_dataloss):
                raise ResponseDataLossError(
                    f"the connection ended inside the answer of {exchange.url}"
                ) from answer.lost
            response.flags.append("dataloss")
        elif answer.lost is not None:
            response.flags.append("partial")
        return response


_address = lru_cache(256)(ip_address)
_TRANSFERS: WeakKeyDictionary[Crawler, set[Transfer]] = WeakKeyDictionary()


def transfers_of(crawler: Crawler) -> set[Transfer]:
    """Return the requests of a crawl that were sent and are not answered yet."""
    return _TRANSFERS.setdefault(crawler, set())


def _beginning(exchange: LiveExchange) -> Response:
    """Return a robots.txt that was too long as far as it came: its first rules hold (RFC 9309, section 2.5)."""
    exchange.response.seek(0)
    payload = read_payload(exchange.response, max_size=ROBOTS_BYTES + 1)
    return Response(exchange.url, status=payload.status, body=payload.body, flags=["cut"])


def _multiple(fields: tuple[tuple[bytes, bytes], ...]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        if name.lower() not in _OF_TRANSFER:
            found.setdefault(name.title(), []).append(value)
    return found


def _ask_for_gzip(request: Request) -> None:
    """Make the request ask for no other coding than gzip (or identity, when it says so)."""
    asked = b",".join(request.headers.getlist("Accept-Encoding")).decode("latin-1").lower()
    codings = {coding.partition(";")[0].strip() for coding in asked.split(",")} - {""}
    if not codings or not codings <= ACCEPTED_CODINGS:
        request.headers["Accept-Encoding"] = "gzip"


def _purpose(request: Request) -> Purpose:
    purpose: Purpose | None = request.meta.get("purpose")
    return purpose or ("robots" if urlsplit(request.url).path == "/robots.txt" else "page")
