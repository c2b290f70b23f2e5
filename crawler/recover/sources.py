"""Other web archives: what each is asked, told by the shape of its address. Pure.

``wayback`` and ``commoncrawl`` are names for the public addresses of these two. Sources: "Wayback CDX
Server API" (github.com/internetarchive/wayback, wayback-cdx-server), "CDXJ Server API" of pywb
(pywb.readthedocs.io), commoncrawl.org/get-started and index.commoncrawl.org/collinfo.json.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Kind = Literal["wayback", "pywb", "commoncrawl"]

NAMES = {
    "wayback": "https://web.archive.org/cdx/search/cdx",
    "commoncrawl": "https://index.commoncrawl.org/collinfo.json",
}
"""Public addresses by the names that the command line takes."""
DATA = "https://data.commoncrawl.org/"
"""Where the WARC files of the public Common Crawl lie."""

_WAYBACK = "/cdx/search/cdx"
_COLLECTIONS = "/collinfo.json"
_PYWB = "/cdx"


@dataclass(frozen=True, slots=True)
class Source:
    """An archive to recover from."""

    kind: Kind
    index: str
    """Address of its index; of Common Crawl the one of the list of its indexes."""
    replay: str
    """What stands before ``<timestamp>id_/<url>``; of Common Crawl before the names of its WARC files."""

    @property
    def id(self) -> str:
        """Name of the files that remember what was asked of it.

        >>> source_of("http://127.0.0.1:8080/all/cdx").id
        'pywb-127.0.0.1-8080-36e661'
        """
        host = re.sub(r"[^a-z0-9.]+", "-", urlsplit(self.index).netloc.lower())
        return f"{self.kind}-{host}-{hashlib.sha256(self.index.encode()).hexdigest()[:6]}"

    @property
    def origins(self) -> frozenset[tuple[str, int]]:
        """Hosts and ports that it is asked at, as :func:`crawler.private.declared_by` gives them."""
        return frozenset(map(origin_of, (self.index, self.replay)))

    def capture_url(self, timestamp: str, url: str) -> str:
        """Return where a capture is replayed as it was archived.

        >>> source_of("wayback").capture_url("20150102030405", "http://a.vn/?x=1")
        'https://web.archive.org/web/20150102030405id_/http://a.vn/?x=1'
        """
        return f"{self.replay}{timestamp}id_/{url}"


def source_of(text: str) -> Source:
    """Return the archive that ``--from`` names, by one of :data:`NAMES` or by the address of its index.

    Raises ValueError, saying what an address may look like.

    >>> source_of("http://127.0.0.1:8080/all/cdx").replay
    'http://127.0.0.1:8080/all/'
    >>> source_of("http://127.0.0.1/collinfo.json").replay
    'http://127.0.0.1/'
    """
    index = NAMES.get(text, text)
    try:
        parts = urlsplit(index)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_web = False
    shapes = ".../cdx/search/cdx (Wayback), .../collinfo.json (Common Crawl) or .../COLLECTION/cdx (pywb)"
    if not is_web or parts.query or parts.fragment:
        raise ValueError(f'"{text}" is no archive; give {", ".join(NAMES)}, or an address that ends in {shapes}')
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address holds a user or a password; give one without")
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.path.endswith(_WAYBACK):
        return Source("wayback", index, f"{origin}{parts.path[: -len(_WAYBACK)]}/web/")
    if parts.path.endswith(_COLLECTIONS):
        return Source("commoncrawl", index, DATA if text == "commoncrawl" else f"{origin}/")
    if parts.path.endswith(_PYWB) and len(parts.path) > len(_PYWB):
        return Source("pywb", index, f"{origin}{parts.path[: -len(_PYWB)]}/")
    raise ValueError(f'"{text}" has the shape of no index; it must end in {shapes}')


def origin_of(url: str) -> tuple[str, int]:
    """Return host and port of an address.

    >>> origin_of("https://Web.Archive.org/web/")
    ('web.archive.org', 443)
    """
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or {"https": 443}.get(parts.scheme, 80)
