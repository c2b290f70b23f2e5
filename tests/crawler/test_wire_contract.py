"""Private names of Scrapy and Twisted that the capture stands on.

When one of these fails after an update, read the named class in the new version, adapt ``crawler/``,
and only then raise the upper bound of Scrapy in ``pyproject.toml``.
"""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("attempt", "capture", "causes", "chunks", "line", "pool", "wire")
HANDLER = "scrapy.core.downloader.handlers.http11"
CLIENT = "twisted.web._newclient"

# (module, class or function, names its source must hold, what stands on them)
STANDS_ON = [
    (HANDLER, "HTTP11DownloadHandler", "_pool _contextFactory _bind_address _crawler _fail_on_dataloss "
     "_tls_verbose_logging maxPersistentPerHost", "capture.CaptureHandler builds the agent as Scrapy does"),
    ("scrapy.core.downloader.handlers._base_http", "BaseHttpDownloadHandler",
     "_default_maxsize _default_warnsize _fail_on_dataloss", "capture.CaptureHandler keeps Scrapy's limits"),
    (HANDLER, "_ScrapyAgent", "_get_agent _cb_bodyready deliverBody contextFactory= maxsize= warnsize= "
     "fail_on_dataloss= crawler= tls_verbose_logging= pool= bindAddress=", "capture.CaptureAgent"),
    (HANDLER, "_BindAddressAgent", "_endpointFactory._bindAddress", "capture.CaptureAgent swaps the endpoints"),
    (HANDLER, "_ResponseReader", "_bodybuf.write(data) _bytes_received", "no second copy of a body is kept"),
    (HANDLER, "_LenientHTTP11ClientProtocol", "self._parser.__class__", "wire.WireProtocol swaps the parser"),
    (HANDLER, "_LenientHTTPClientParser", "lineReceived headerReceived", "wire.WireParser"),
    ("scrapy.utils._download_handlers", "wrap_twisted_exceptions", "DownloadFailedError", "Scrapy's exceptions"),
    ("scrapy.utils._download_handlers", "get_dataloss_msg", "url", "the message of a cut answer"),
    ("scrapy.core.downloader", "Downloader", "self._process_queue(slot) get_slot_key per_slot_settings _jitter "
     "_latercall slot.latercall slot.queue.append((request, slot.transferring.remove free_transfer_slots() "
     "_wait_for_download(slot, self.handlers.download_request_async total_concurrency",
     "downloader.Downloader sends, middlewares.robots slows a host down"),
    ("scrapy.extensions.throttle", "AutoThrottle", "self._adjust_delay(slot, self.mindelay self.maxdelay",
     "extensions.throttle has a floor a host"),
    (CLIENT, "HTTP11ClientProtocol", "_finishResponse _giveUp _parser _currentRequest.persistent QUIESCENT "
     "request.writeTo(self.transport)", "wire.WireProtocol sees every end of an answer"),
    (CLIENT, "HTTPClientParser", "_transferDecoders bodyDecoder allHeadersReceived _finished", "wire.WireParser"),
    (CLIENT, "HTTPParser", "connHeaders headerReceived STATUS HEADER", "wire.WireParser"),
    (CLIENT, "Request", "writeTo _parsedURI persistent bodyProducer", "wire.WireRequest"),
    (CLIENT, "_WrapperException", "reasons", "causes.cause"),
    (CLIENT, "ParseError", "data", "causes.cause"),
    (CLIENT, "RequestNotSent", "", "wire.WireProtocol"),
    (CLIENT, "ResponseDone", "", "causes.cause"),
    ("twisted.web.http", "_DataLoss", "", "chunks.LenientChunks"),
    ("twisted.web.http", "_MalformedChunkedDataError", "", "causes.cause"),
    ("twisted.web.http", "_ChunkedTransferDecoder", "dataCallback finishCallback noMoreData dataReceived",
     "chunks.LenientChunks takes its place"),
    ("twisted.web.http", "_IdentityTransferDecoder", "contentLength", "wire.WireParser.ends_with_connection"),
    ("twisted.web.client", "HTTPConnectionPool", "_factory(quiescentCallback _connections _timeouts "
     "_removeConnection", "pool.WirePool"),
    ("twisted.web.client", "_HTTP11ClientFactory", "_quiescentCallback", "pool.WireFactory"),
    ("twisted.web.client", "_StandardEndpointFactory", "_reactor _policyForHTTPS _connectTimeout _bindAddress "
     "endpointForURI", "capture.ResolvingEndpoints"),
    ("twisted.web.client", "_AgentBase", "self._pool.getConnection(key self._pool.persistent",
     "pool.FetchPool stands for a pool"),
    ("twisted.protocols.tls", "TLSMemoryBIOProtocol", "handshakeCompleted getHandle", "wire.WireProtocol knows TLS"),
    ("twisted.internet.abstract", "FileDescriptor", "writeSomeData connectionLost", "line.Line counts what left"),
    ("twisted.internet.tcp", "Connection", "self.socket writeSomeData", "line.Line looks for unread bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "name", "needs", "for_what"), STANDS_ON, ids=lambda value: str(value)[:40])
def test_a_private_name_is_as_we_know_it(module: str, name: str, needs: str, for_what: str):
    found = getattr(import_module(module), name, None)
    assert found is not None, f"{module}.{name} is gone; {for_what} stands on it"
    source = inspect.getsource(found)

    missing = [need for need in needs.split() if need.rstrip("=") not in source]

    assert not missing, f"{module}.{name} has no {', '.join(missing)} any more; {for_what}"


def test_no_private_name_is_used_unguarded():
    guarded = {(module, name) for module, name, *_ in STANDS_ON}
    used = set()
    for file in FILES:
        for node in ast.walk(ast.parse((ROOT / "crawler" / f"{file}.py").read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("scrapy", "twisted")):
                private = "._" in node.module or node.module.startswith("scrapy.core")
                used |= {(node.module, each.name) for each in node.names if private or each.name[0] == "_"}

    assert {pair for pair in used if not pair[1].isupper()} <= guarded
