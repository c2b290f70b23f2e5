"""What is not shown: ``takedown.toml`` in the data root, kept by the operator, one entry for each request.

    [[takedown]]
    url = "https://skhcn.hatinh.gov.vn/tin/danh-sach-thi-sinh"
    reason = "Lộ thông tin cá nhân"
    date = 2026-03-02

An entry names a ``url`` or a whole ``site``. Pages, API, feeds, search and exports leave out what it names; WARC files
and catalog stay as they are. To show it again, add ``lifted = 2026-05-01``: an entry that is only removed is not heard
of by who mirrors the archive.

An address stands for all its spellings, and for the article that was read there under any other address. With a page
go the files that were found on it alone: see :mod:`archive.withheld`.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from archive.errors import ConfigError
from archive.model import Article
from archive.urls import identity_key

Day = date
FILE = "takedown.toml"


class TakedownError(ConfigError):
    """The list can not be read as it stands. Nothing is shown until it can: it may name what must not be."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request to show something no more."""

    reason: str
    """Why, for the operator; it is not shown."""
    date: Day
    """Since when."""
    url: str | None = None
    """Address of a page or file."""
    site: str | None = None
    """Site id, for all that is held of a site."""
    lifted: Day | None = None
    """Since when it is shown again."""


@dataclass(frozen=True, slots=True)
class Takedown:
    """What a list says; an empty one hides nothing."""

    entries: tuple[Entry, ...] = ()
    sites: frozenset[str] = frozenset()
    """Site ids of which nothing is shown."""
    keys: frozenset[str] = frozenset()
    """Identity keys (:func:`archive.urls.identity_key`) of addresses that are not shown."""
    digest: str = field(default="")
    """Another one for every other list; empty for none."""

    def __bool__(self) -> bool:
        return bool(self.sites or self.keys)

    def hides_site(self, site: str) -> bool:
        """Say whether nothing of a site is shown."""
        return site in self.sites

    def hides_url(self, url: str | None) -> bool:
        """Say whether an address, or another spelling of it, is named."""
        return bool(self.keys) and url is not None and identity_key(url) in self.keys

    def shown(self, article: Article) -> Article:
        """Return an article without the pictures and documents whose own addresses are named."""
        if not self.keys:
            return article
        images = tuple(each for each in article.images if not self.hides_url(each.url))
        files = tuple(each for each in article.attachments if not self.hides_url(each.url))
        if (len(images), len(files)) == (len(article.images), len(article.attachments)):
            return article
        return replace(article, images=images, attachments=files)


NOTHING = Takedown()


def takedown(root: Path) -> Takedown:
    """Return what the list below a data root says now; no file is an empty list.

    Read again when the file changed. Raises TakedownError, naming file, key and what to write.
    """
    path = root / FILE
    try:
        told = os.stat(path)
    except FileNotFoundError:
        return NOTHING
    except OSError as error:
        raise TakedownError(f"{path}: can not be read ({error.strerror}); make it readable") from None
    return _read(path, (told.st_ino, told.st_size, told.st_mtime_ns))


@lru_cache(maxsize=8)
def _read(path: Path, stamp: tuple[int, ...]) -> Takedown:
    try:
        text = path.read_bytes()
        values = tomllib.loads(text.decode())
    except OSError as error:
        raise TakedownError(f"{path}: can not be read ({error.strerror}); make it readable") from None
    except UnicodeDecodeError:
        raise TakedownError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise TakedownError(f"{path}: not TOML ({error}); correct the line it names") from None
    except RecursionError:
        raise TakedownError(f"{path}: brackets in brackets without end; correct it") from None
    entries = tuple(_entries(path, values))
    current = [entry for entry in entries if entry.lifted is None]
    return Takedown(
        entries,
        frozenset(entry.site for entry in current if entry.site is not None),
        frozenset(identity_key(entry.url) for entry in current if entry.url is not None),
        hashlib.sha256(text).hexdigest()[:16],
    )


def _entries(path: Path, values: dict[str, Any]) -> Iterable[Entry]:
    for key in values:
        if key != "takedown":
            raise TakedownError(f'{path}: {key}: unknown; each entry begins with "[[takedown]]"')
    listed = values.get("takedown", [])
    if not isinstance(listed, list):
        raise TakedownError(f'{path}: takedown: not a list; begin each entry with "[[takedown]]"')
    for number, value in enumerate(listed):
        where = f"{path}: takedown[{number}]"
        try:
            entry = msgspec.convert(value, Entry)
        except msgspec.ValidationError as error:
            raise TakedownError(
                f"{where}: {error}; an entry has url or site, reason, date (2026-03-02), and lifted when it is over"
            ) from None
        yield _checked(where, entry)


def _checked(where: str, entry: Entry) -> Entry:
    if (entry.url is None) == (entry.site is None):
        raise TakedownError(f"{where}: give either url or site")
    if entry.url is not None:
        try:
            parts = urlsplit(entry.url)
        except ValueError as error:
            raise TakedownError(f'{where}.url: "{entry.url}" is no address ({error})') from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TakedownError(f'{where}.url: "{entry.url}" is no address; write it whole, with https://')
    if entry.site is not None and not entry.site.strip():
        raise TakedownError(f"{where}.site: empty; give a site id, see `khcn sites list`")
    if entry.lifted is not None and entry.lifted < entry.date:
        raise TakedownError(f"{where}.lifted: before date; correct one of them")
    return entry
