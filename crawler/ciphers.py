"""Names of TLS cipher suites and versions as WARC fields want them."""

from __future__ import annotations

import re

_SUITE = re.compile(
    r"(?:(?P<exchange>ECDHE-ECDSA|ECDHE-RSA|DHE-RSA|DHE-DSS|ECDH-ECDSA|ECDH-RSA|PSK|DHE-PSK|ECDHE-PSK|RSA-PSK)-)?"
    r"(?P<cipher>AES128|AES256|CHACHA20|CAMELLIA128|CAMELLIA256|ARIA128|ARIA256|DES-CBC3|SEED)"
    r"(?:-(?P<mode>GCM|CCM8|CCM|POLY1305))?(?:-(?P<mac>SHA384|SHA256|SHA))?"
)
_CIPHERS = {"CHACHA20": "CHACHA20_POLY1305", "DES-CBC3": "3DES_EDE", "SEED": "SEED"}
_MODES = {"GCM": "_GCM", "CCM": "_CCM", "CCM8": "_CCM_8", "POLY1305": "", None: "_CBC"}


def iana_cipher_suite(openssl_name: str) -> str:
    """Return the IANA name of a cipher suite that OpenSSL names *openssl_name*.

    A name that follows none of OpenSSL's patterns is returned as it is.
    Source: the WARC-Cipher-Suite proposal asks for the names of IANA's TLS registry.

    >>> iana_cipher_suite("TLS_AES_256_GCM_SHA384")
    'TLS_AES_256_GCM_SHA384'
    >>> iana_cipher_suite("ECDHE-RSA-AES128-GCM-SHA256")
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
    >>> iana_cipher_suite("ECDHE-ECDSA-CHACHA20-POLY1305")
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'
    >>> iana_cipher_suite("AES256-SHA")
    'TLS_RSA_WITH_AES_256_CBC_SHA'
    >>> iana_cipher_suite("DES-CBC3-SHA")
    'TLS_RSA_WITH_3DES_EDE_CBC_SHA'
    """
    match = _SUITE.fullmatch(openssl_name)
    if match is None:
        return openssl_name
    exchange = (match["exchange"] or "RSA").replace("-", "_")
    cipher = _CIPHERS.get(match["cipher"]) or re.sub(r"(?=\d)", "_", match["cipher"], count=1)
    mode = _MODES[match["mode"]]
    mac = match["mac"] or ("SHA256" if match["mode"] == "POLY1305" else None)
    # CCM suites of TLS 1.2 end with their mode: the MAC is part of it.
    return f"TLS_{exchange}_WITH_{cipher}{mode}" + (f"_{mac}" if mac else "")


def protocol_id(openssl_version: str) -> str:
    """Return the WARC-Protocol value of a TLS version as OpenSSL names it.

    >>> protocol_id("TLSv1.3"), protocol_id("TLSv1"), protocol_id("SSLv3")
    ('tls/1.3', 'tls/1.0', 'ssl/3')
    """
    name, _, number = openssl_version.partition("v")
    return "tls/1.0" if openssl_version == "TLSv1" else f"{name.lower()}/{number}"
