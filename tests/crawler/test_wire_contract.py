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
FILES = ("answer", "attempt", "capture", "causes", "chunks", "line", "order", "pool", "tls", "wire")

# (module, class or function, names its source must hold, what stands on them)
STANDS_ON = [
    ("scrapy.core.downloader.handlers.base", "BaseDownloadHandler", "download_request close from_crawler",
     "capture.CaptureHandler"),
    ("scrapy.core.downloader._idna_patch", "_install_twisted_idna_fallbacks", "_idna", "capture.CaptureHandler asks odd host names"),
    ("scrapy.core.downloader.contextfactory", "_ScrapyClientContextFactory", "creatorForNetloc _get_cert_options_kwargs "
     "_verify_certificates tls_min_version tls_max_version", "tls.TlsPolicy"),
    ("scrapy.core.downloader.contextfactory", "_ScrapyCertificateOptions", "CertificateOptions _makeContext", "tls.TlsPolicy"),
    ("twisted.internet._sslverify", "ClientTLSOptions", "clientConnectionForTLS _createConnection _hostnameIsDnsName "
     "_hostnameASCII", "tls._Noting"),
    ("twisted.internet._sslverify", "OpenSSLCertificateOptions", "_makeTLSConnection getContext insecurelyLowerMinimumTo",
     "tls.TlsPolicy"),
    ("scrapy.core.downloader", "Downloader", "self._process_queue(slot) get_slot_key per_slot_settings _jitter "
     "_latercall slot.latercall slot.queue.append((request, slot.transferring.remove free_transfer_slots() "
     "_wait_for_download(slot, self.handlers.download_request_async total_concurrency",
     "downloader.Downloader sends, middlewares.robots slows a host down"),
    ("scrapy.extensions.throttle", "AutoThrottle", "self._adjust_delay(slot, self.mindelay self.maxdelay",
     "extensions.throttle has a floor a host"),
    ("twisted.protocols.tls", "TLSMemoryBIOProtocol", "handshakeCompleted getHandle", "wire.Wire knows TLS"),
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
