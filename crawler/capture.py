"""The http and https download handler: whatever Scrapy fetches, the archive gets as it was.

One place sees pages, images, attachments, robots.txt, redirects, retries and failures alike. Nothing
is handed to Scrapy before its records are written.

An address of which the archive holds an answer with validators is asked for conditionally. Scrapy is
then given the answer that is held when the server says 304: to spiders the page came, unchanged.

Settings: ``CAPTURE_BODY_LIMIT`` (bytes of an answer up to which its body is also given to Scrapy),
``CAPTURE_SPOOL_DIR`` (where large answers wait for the WARC writer), ``KHCN_RESOLVE``.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _BindAddressAgent, _ScrapyAgent
from scrapy.exceptions import ResponseDataLossError, StopDownload
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils._download_handlers import get_dataloss_msg, wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.endpoints import HostnameEndpoint, TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.web.client import _StandardEndpointFactory

from archive.http import read_payload
from archive.model import Capture, Purpose
from archive.warc.records import LiveExchange
from crawler.attempt import Fetch
from crawler.disk import Floor
from crawler.pool import FetchPool, WirePool
from crawler.recorder import recorder_of
from crawler.resolve import Resolve, parse_resolve, target_of
from crawler.robots import MAX_BYTES as ROBOTS_BYTES
from crawler.validators import Known

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.defer import Deferred

# mypy: disable-error-code="no-untyped-call"

CONDITIONS = (b"If-None-Match", b"If-Modified-Since")
REFUSED = frozenset({400, 412})
BODY_LIMIT = 32 * 1024 * 1024
# Every replay tool decodes gzip; not all decode br, zstd or raw deflate.
ACCEPTED_CODINGS = frozenset({"gzip", "identity"})


class CaptureHandler(HTTP11DownloadHandler):
    """Download over HTTP/1.1, and record every exchange before Scrapy sees its outcome."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        settings = crawler.settings
        pool = WirePool(reactor, crawler.stats)
        pool.maxPersistentPerHost = self._pool.maxPersistentPerHost
        self._pool: WirePool = pool
        self._resolve = parse_resolve(settings.get("KHCN_RESOLVE"))
        self._body_limit = settings.getint("CAPTURE_BODY_LIMIT", BODY_LIMIT)
        self._spool_dir = settings.get("CAPTURE_SPOOL_DIR") or None
        self._floor = Floor.of(settings)

    async def download_request(self, request: Request) -> Response:
        """Return the answer with its decoded body, and set ``request.meta["capture"]``.

        A body above the limit is left out and the answer flagged ``"spooled"``: it is whole in the
        WARC. Failures raise what Scrapy's own handler raises, after they were recorded. Raises
        DiskFull or ArchiveError when an exchange could not be stored.
        """
        recorder_of(self._crawler)  # fails here rather than after bytes came that nobody would keep
        _ask_for_gzip(request)
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
        request.meta.pop("capture", None)
        if request.meta.pop("conditional", False):
            for name in CONDITIONS:
                request.headers.pop(name, None)
        if known is not None:
            request.meta["conditional"] = True
            request.headers.update(known.conditions)
        fetch = Fetch(urldefrag(request.url)[0], request.method, self._spool_dir, self._floor.wrote)
        try:
            try:
                response = await self._download(request, fetch)
            except GeneratorExit:
                raise  # the loop is gone; there is no recorder to write to any more
            except StopDownload as stop:
                last = self._record(fetch, request, stop, known)
                if stop.response is not None and last is not None:
                    stop.response = self._dressed(stop.response, last, request, known)
                raise
            except BaseException as error:
                self._record(fetch, request, error, known)
                raise
            stopped = StopDownload() if "download_stopped" in response.flags else None
            last = self._record(fetch, request, stopped, known)
            return self._checked(self._dressed(response, last, request, known), last) if last else response
        finally:
            fetch.release()

    async def _download(self, request: Request, fetch: Fetch) -> Response:
        agent = CaptureAgent(
            resolve=self._resolve,
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=FetchPool(self._pool, fetch),
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
            tls_verbose_logging=self._tls_verbose_logging,
        )
        transfers = transfers_of(self._crawler)
        with wrap_twisted_exceptions():
            transfer = agent.download_request(request)
            transfers.add(transfer)
            try:
                return await maybe_deferred_to_future(transfer)
            finally:
                transfers.discard(transfer)

    def _record(
        self, fetch: Fetch, request: Request, error: BaseException | None, known: Known | None
    ) -> LiveExchange | None:
        """Give every exchange of the fetch to the recorder; return the last one."""
        recorder = recorder_of(self._crawler)
        last = None
        for last in fetch.exchanges(error):
            last.known = known.original if known else None
            capture: Capture | None = recorder.record(last, via=request.meta.get("via"), purpose=_purpose(request))
            if capture is not None:
                request.meta["capture"] = capture
        return last

    def _dressed(self, response: Response, exchange: LiveExchange, request: Request, known: Known | None) -> Response:
        """Return *response* with the body that was recorded, as the offline rebuild will read it."""
        body, flags = b"", list(response.flags)
        status, headers = response.status, response.headers.copy()
        # Nobody reads a document's body from Scrapy: the recorder measures it from the spool.
        limit = 0 if _purpose(request) == "attachment" else self._body_limit
        size = exchange.size
        capture: Capture | None = request.meta.get("capture")
        if known is not None and capture is not None and capture.status == 304 and capture.revisit_of:
            held = known.payload(max_size=limit + 1)
            status, headers, size = held.status, Headers(_multiple(held.headers)), len(held.body)
            body, flags = held.body, [*flags, "not-modified"]
        elif _purpose(request) == "robots":
            # Its beginning is handed over however long it is: rules must not get lost because they are many.
            exchange.response.seek(0)
            body = read_payload(exchange.response, max_size=ROBOTS_BYTES + 1).body
            size, limit = len(body), ROBOTS_BYTES + 1
        elif size <= limit:
            exchange.response.seek(0)
            body = read_payload(exchange.response).body
        if size > limit or len(body) > limit:
            body, flags = b"", [*flags, "spooled"]
        for name in ("Content-Encoding", "Transfer-Encoding"):
            headers.pop(name, None)
        kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return kind(
            url=response.url,
            status=status,
            headers=headers,
            body=body,
            flags=flags,
            certificate=response.certificate,
            ip_address=response.ip_address,
            protocol=response.protocol,
        )

    def _checked(self, response: Response, exchange: LiveExchange) -> Response:
        """Refuse an answer that Twisted took for whole and that was cut by a reset."""
        if exchange.truncated == "disconnect":
            if self._fail_on_dataloss:
                raise ResponseDataLossError(get_dataloss_msg(response.url))
            if "dataloss" not in response.flags:
                response.flags.append("dataloss")
        return response


_TRANSFERS: WeakKeyDictionary[Crawler, set[Deferred[Response]]] = WeakKeyDictionary()


def transfers_of(crawler: Crawler) -> set[Deferred[Response]]:
    """Return the requests of a crawl that were sent and are not answered yet; to cancel one cuts it."""
    return _TRANSFERS.setdefault(crawler, set())


class CaptureAgent(_ScrapyAgent):
    """Scrapy's agent without its copy of the body, and with ``KHCN_RESOLVE``."""

    def __init__(self, *, resolve: Resolve, **options: Any) -> None:
        super().__init__(**options)
        self._resolve = resolve

    def _get_agent(self, request: Request, timeout: float) -> Any:
        from twisted.internet import reactor

        agent = super()._get_agent(request, timeout)
        if self._resolve and type(agent) is _BindAddressAgent:
            usual = agent._endpointFactory
            agent._endpointFactory = ResolvingEndpoints(
                reactor, usual._policyForHTTPS, usual._connectTimeout, usual._bindAddress
            )
            agent._endpointFactory.resolve = self._resolve
        return agent

    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:
        deliver = txresponse.deliverBody

        def deliver_uncopied(reader: Any) -> None:
            reader._bodybuf = _Nowhere()
            deliver(reader)

        txresponse.deliverBody = deliver_uncopied
        return super()._cb_bodyready(txresponse, request)


class _Nowhere(BytesIO):
    """A buffer that keeps nothing: the attempt has the bytes already."""

    def write(self, data: Any) -> int:
        return len(data)


class ResolvingEndpoints(_StandardEndpointFactory):
    """Endpoints at the targets of ``KHCN_RESOLVE``; TLS still asks for the real host."""

    resolve: Resolve

    def endpointForURI(self, uri: Any) -> Any:
        target = target_of(self.resolve, uri.host.decode("ascii", "replace"), uri.port)
        if target is None:
            return super().endpointForURI(uri)
        address, port = target
        # Scrapy's resolver knows IPv4 only, so literal addresses go around it.
        kind: Any = HostnameEndpoint
        if isIPv6Address(address):
            kind = TCP6ClientEndpoint
        elif isIPAddress(address):
            kind = TCP4ClientEndpoint
        endpoint = kind(self._reactor, address, port, timeout=self._connectTimeout or 30, bindAddress=self._bindAddress)
        if uri.scheme == b"https":
            return wrapClientTLS(self._policyForHTTPS.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint


def _multiple(fields: tuple[tuple[str, str], ...]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in fields:
        found.setdefault(name.encode("latin-1"), []).append(value.encode("latin-1"))
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
