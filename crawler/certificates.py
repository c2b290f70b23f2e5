"""Until when the certificate of a server is valid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def valid_until(certificate: Any) -> datetime | None:
    """Return the last moment (UTC) of a certificate as pyOpenSSL gives it; null without one, and for one without.

    The form is ASN.1 GENERALIZEDTIME. Source: RFC 5280, section 4.1.2.5.2.
    """
    told = certificate.get_notAfter() if certificate is not None else None
    try:
        return datetime.strptime(told.decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC) if told else None
    except (ValueError, UnicodeDecodeError):
        return None
