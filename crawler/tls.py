"""How TLS is spoken: as each server can, with what is wrong about it noted.

Many an office's certificate has ended, is another host's, or its own; old servers speak TLS 1.0 with keys that
nobody takes any more. Their pages are archived all the same, and each record says what was wrong. Where
``DOWNLOAD_VERIFY_CERTIFICATES`` is on, in a site's ``[crawl]`` table, the connection fails in place of that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from OpenSSL import SSL
from scrapy.core.downloader.contextfactory import _ScrapyCertificateOptions, _ScrapyClientContextFactory
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, ServiceID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet._sslverify import ClientTLSOptions
from twisted.internet.ssl import TLSVersion

# mypy: disable-error-code="no-untyped-call"

ANY_CIPHER = b"DEFAULT:@SECLEVEL=0"
"""OpenSSL's own, and those with the keys and digests of servers that are older."""
LEAST_BITS = 2048
"""A shorter key of RSA or DSA is weak. Source: NIST SP 800-131A."""
LEAST_CURVE_BITS = 224
"""A shorter one on a curve."""
OLD = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})
"""Source: RFC 8996."""
# Source: x509_vfy.h of OpenSSL.
_WORDS = {
    2: "unknown-issuer", 9: "not-yet-valid", 10: "expired", 18: "self-signed", 19: "unknown-issuer",
    20: "unknown-issuer", 21: "unknown-issuer", 23: "revoked", 66: "weak-key", 67: "weak-key", 68: "weak-signature",
}  # fmt: skip
_WEAK_DIGESTS = frozenset({"md5", "sha1"})
_faults: WeakKeyDictionary[SSL.Connection, set[str]] = WeakKeyDictionary()


class TlsPolicy(_ScrapyClientContextFactory):
    """Take each server as it is, unless certificates are to be verified."""

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """Return what opens connections to a host."""
        if self._verify_certificates:
            return super().creatorForNetloc(hostname, port)
        return _Noting(self._any._makeTLSConnection, hostname.decode("ascii"))

    @cached_property
    def _any(self) -> Any:
        """Options of every connection: they hold the trusted certificates, which take some milliseconds to load."""
        wanted = self._get_cert_options_kwargs()
        if not (self.tls_min_version or self.tls_max_version):
            wanted["insecurelyLowerMinimumTo"] = TLSVersion.TLSv1_0
        options = _ScrapyCertificateOptions(**wanted)
        context = options.getContext()
        context.set_cipher_list(ANY_CIPHER)
        context.set_default_verify_paths()
        return options


class _Noting(ClientTLSOptions):
    """Opens connections on which every certificate will do, and what is wrong with it is noted."""

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:
        connection = super().clientConnectionForTLS(tlsProtocol)
        found = _faults.setdefault(connection, set())
        asked = DNS_ID(self._hostnameASCII) if self._hostnameIsDnsName else IPAddress_ID(self._hostnameASCII)
        connection.set_verify(SSL.VERIFY_PEER, _look(asked, found))
        return connection


def _look(asked: ServiceID, found: set[str]) -> Callable[[Any, Any, int, int, int], bool]:
    def look(_: Any, certificate: Any, error: int, depth: int, __: int) -> bool:
        if error:
            found.add(_WORDS.get(error, f"error-{error}"))
        if depth == 0:
            found.update(_of_certificate(certificate, asked))
        return True

    return look


def _of_certificate(certificate: Any, asked: ServiceID) -> set[str]:
    """Return what is wrong with a server's certificate itself."""
    found = set()
    try:
        verify_service_identity(extract_patterns(certificate), [asked], [])
    except (CertificateError, VerificationError, ValueError):
        found.add("wrong-host")
    try:
        held = certificate.to_cryptography()
        key, digest = held.public_key(), held.signature_hash_algorithm
    except Exception:  # what its library can not read was taken by OpenSSL, and is no reason to ask no page
        return found | {"unreadable"}
    least = LEAST_CURVE_BITS if isinstance(key, ec.EllipticCurvePublicKey) else LEAST_BITS
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey | ec.EllipticCurvePublicKey) and key.key_size < least:
        found.add("weak-key")
    if digest is not None and digest.name in _WEAK_DIGESTS:
        found.add("weak-signature")
    return found


def faults_of(connection: SSL.Connection) -> tuple[str, ...]:
    """Return what is wrong with a connection that stands, sorted.

    Of ``expired, not-yet-valid, self-signed, unknown-issuer, revoked, wrong-host, weak-key, weak-signature,
    unreadable, old-protocol``; ``error-N`` is any other of OpenSSL's.
    """
    old = {"old-protocol"} if connection.get_protocol_version_name() in OLD else set()
    return tuple(sorted(_faults.get(connection, set()) | old))
