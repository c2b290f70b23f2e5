"""Where to connect for a host, when that is not what DNS says (``KHCN_RESOLVE``)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archive.errors import ConfigError

Target = tuple[str, int]
Resolve = dict[str, Target]

_HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(?P<port>\d+))?")
_TARGET = re.compile(r"(?P<address>\[[0-9a-fA-F:.%\w]+\]|[\w.-]+):(?P<port>\d+)")
_SHAPE = 'write it as host=address:port, such as "skhcn.example.vn=127.0.0.1:8001" or "a.vn=[::1]:8001"'


def parse_resolve(text: str | Mapping[str, str | Target] | None) -> Resolve:
    """Return the targets named by ``host=address:port,host2=[::1]:port``.

    A key is a host in lower case, or ``host:port`` when only that port of it is meant; a value is
    (address or host name without brackets, port). Empty entries and blanks are allowed.

    Raises ConfigError that names the entry and what is wrong with it.

    >>> parse_resolve("Skhcn.Example.vn=127.0.0.1:8001, a.vn:443=[::1]:8443")
    {'skhcn.example.vn': ('127.0.0.1', 8001), 'a.vn:443': ('::1', 8443)}
    """
    targets: Resolve = {}
    for key, value in _entries(text):
        entry = f"{key}={value}"
        if not _HOST.fullmatch(key):
            raise ConfigError(f'KHCN_RESOLVE: entry "{entry}": "{key}" is no host name; {_SHAPE}')
        match = _TARGET.fullmatch(value)
        if match is None:
            raise ConfigError(f'KHCN_RESOLVE: entry "{entry}": "{value}" is no address:port; {_SHAPE}')
        port = int(match["port"])
        if not 0 < port < 65536:
            raise ConfigError(f'KHCN_RESOLVE: entry "{entry}": port {port} is not between 1 and 65535')
        target = (match["address"].strip("[]"), port)
        if targets.setdefault(key.lower(), target) != target:
            raise ConfigError(f'KHCN_RESOLVE: entry "{entry}": "{key}" is given twice; keep one')
    return targets


def _entries(text: str | Mapping[str, str | Target] | None) -> list[tuple[str, str]]:
    if not text:
        return []
    if isinstance(text, Mapping):
        return [(host, to if isinstance(to, str) else _joined(*to)) for host, to in text.items()]
    pairs = []
    for entry in filter(None, map(str.strip, text.split(","))):
        host, sign, to = entry.partition("=")
        if not sign:
            raise ConfigError(f'KHCN_RESOLVE: entry "{entry}" has no "="; {_SHAPE}')
        pairs.append((host.strip(), to.strip()))
    return pairs


def _joined(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def target_of(resolve: Resolve, host: str, port: int) -> Target | None:
    """Return where to connect for *host* and *port*, or None when DNS decides.

    >>> target_of({"a.vn": ("::1", 8443)}, "A.vn", 443)
    ('::1', 8443)
    """
    name = host.lower()
    return resolve.get(f"{name}:{port}") or resolve.get(name)
