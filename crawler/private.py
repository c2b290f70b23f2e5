"""Addresses that no page may make us ask: those of this machine and of the networks it stands in.

What is checked is the address that is connected to, after the name was looked up: a name may mean something else
with each question (DNS rebinding), and an address has many spellings.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from zope.interface import directlyProvides, providedBy

# Addresses of IPv6 that stand for one of IPv4: NAT64 (RFC 6052, RFC 8215), IPv4-compatible (RFC 4291, 2.5.5.1).
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


class PrivateAddress(Exception):
    """A connection to a private address that nobody declared; the message is that address."""


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet.

    Loopback, private, link-local, shared, multicast, reserved and unspecified ones are not, nor what
    stands for such a one in IPv6. Raises ValueError for what is no IP address.

    >>> [is_public(a) for a in ("203.162.0.181", "127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1")]
    [True, False, False, False, False]
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        return _is_global(_inner(found) or found)
    return _is_global(found)


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    is_site_local = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_reserved or is_site_local)


def _inner(address: IPv6Address) -> IPv4Address | None:
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if inner is None and any(address in network for network in _EMBEDDING):
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    return inner


def declared_by(urls: Iterable[str], *, by_hand: bool) -> frozenset[tuple[str, int]]:
    """Return host and port of those seeds that may lie at private addresses.

    What somebody names for a run may, and what a site file names by its address. A name in a site file may not:
    such names outlive their Departments, and whoever holds them later says where they lead.

    >>> sorted(declared_by(["http://127.0.0.1:8001/", "https://a.vn/tin"], by_hand=False))
    [('127.0.0.1', 8001)]
    """
    found = set()
    for url in urls:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if by_hand or _is_address(host):
            found.add((host, parts.port or {"https": 443}.get(parts.scheme, 80)))
    return frozenset(found)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class Guarded:
    """A reactor that connects to public addresses only."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        # Twisted asks objects what they provide, not what they have.
        directlyProvides(self, providedBy(reactor))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def connectTCP(self, host: str, port: int, *arguments: Any, **options: Any) -> Any:
        """Connect. Raises PrivateAddress; *host* is an address, for a name was looked up before."""
        if not is_public(host):
            raise PrivateAddress(f"{host} is no public address, and no seed declares it")
        return self._reactor.connectTCP(host, port, *arguments, **options)
