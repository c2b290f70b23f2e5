"""What the settings name: databases, addresses, site files; and the index of the search."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy.engine import URL

from archive.catalog import Catalog
from archive.catalog.dialect import shown
from archive.catalog.engine import parse_url, sqlite_path, tables_of
from archive.catalog.tables import meta
from archive.errors import CatalogError, ConfigError, DiskError, KhcnError
from archive.search import lag
from archive.search.index import Opened, current_folder
from archive.storage.opening import opened
from archive.storage.store import AlreadyStored
from crawler.cli.chosen import chosen
from crawler.config import Config
from crawler.doctor.finding import Finding, fault
from crawler.notify import read_addresses
from crawler.resolve import parse_resolve
from crawler.site_files import Registry

PATIENCE_S = 0.7
"""So long a server may take to answer; what takes longer is told as such."""
STORAGE_PATIENCE_S = 10.0
"""So long object storage may take, which is farther away, and asked four times."""
PROBE = "khcn-doctor"
"""Name of the small file that stays in the storage."""
BEHIND = 1_000


class TooSlow(Exception):
    """Nothing came in time."""


def databases(config: Config) -> Iterator[Finding]:
    """Connect to the catalog and to the frontier."""
    for what, url in (("catalog", config.catalog_url), ("frontier", config.frontier_url)):
        name = f"KHCN_{what.upper()}_URL"
        try:
            parsed = parse_url(url, what)
        except CatalogError as error:
            yield fault(what, f"{name}: {error}", "correct the variable")
            continue
        path = sqlite_path(parsed)
        if path is None:
            yield from _server(what, name, parsed)
        elif not path.exists():
            yield Finding(what, "ok", f"{path}: not there yet; the first crawl makes it")
        else:
            yield _file(what, path)


def _server(what: str, name: str, url: URL) -> Iterator[Finding]:
    if find_spec("psycopg") is None:
        missing = f"{name}: {shown(url)}: the Python package psycopg is missing"
        yield fault(what, missing, "pip install 'khcn[postgres]'")
        return
    host, port = url.host, url.port or 5432
    try:
        if host is not None:  # else a socket of the file system, which answers or is not there
            _within(lambda: socket.create_connection((host, port), PATIENCE_S).close())
        has_tables: list[str] = []
        _within(lambda: has_tables.extend(tables_of(url)))
        if what == "catalog" and meta.name in has_tables:
            _within(lambda: Catalog.open(url.render_as_string(hide_password=False), read_only=True).close())
    except (OSError, TooSlow) as error:
        told = f"{name}: {shown(url)}: no answer from {host or 'its socket'}:{port} ({error})"
        yield fault(what, told, "start the server, or correct the variable")
    except (CatalogError, DiskError) as error:
        yield fault(what, str(error), "do as the sentence says")
    else:
        yield Finding(what, "ok", f"{shown(url)}: answers")


def _within(do: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Do something that may hang in a thread of its own. Raises what it raises, or TooSlow."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            do()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience_s)
    if thread.is_alive():
        raise TooSlow(f"nothing within {patience_s:g} s")
    if raised:
        raise raised[0]


def _file(what: str, path: Path) -> Finding:
    again = {"catalog": "khcn rebuild", "frontier": "delete it when no crawl runs: the next one walks all listings"}[
        what
    ]
    try:
        if what == "catalog":
            with Catalog.open(path, read_only=True) as catalog:
                catalog.generation()
        else:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=PATIENCE_S)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except CatalogError as error:
        return fault(what, str(error), again)
    except sqlite3.Error as error:
        return fault(what, f"{path}: {error}", again)
    return Finding(what, "ok", f"{path}: can be read")


def storage(config: Config) -> Iterator[Finding]:
    """Write a small file into the storage, twice: the second time it must be refused."""
    if not config.archive_url:
        yield Finding("storage", "note", "no storage is named: all files stay in the data root")
        return
    told: list[Finding] = []
    try:
        _within(lambda: told.extend(_stored(config.archive_url)), STORAGE_PATIENCE_S)
    except TooSlow as error:
        yield fault("storage", f"KHCN_ARCHIVE_URL: no answer ({error})", "look at the network, or correct the variable")
    except KhcnError as error:
        yield fault("storage", str(error), "do as the sentence says")
    yield from told


def _stored(url: str) -> Iterator[Finding]:
    there, data = opened(url.rstrip("/")), b"written by khcn doctor\n"
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        for _ in range(2):  # the first time it may not be there yet
            try:
                there.put(Path(file.name), PROBE, sha256(data).hexdigest())
            except AlreadyStored:
                yield Finding("storage", "ok", f"{there.url}: answers, can be written, writes conditionally")
                return
    odd = f"{there.url}: the server does not heed If-None-Match: it would let one file take another's place"
    yield fault("storage", odd, "use a server, or a version of it, that writes conditionally")


def settings(config: Config) -> Iterator[Finding]:
    """Look at the variables that name addresses."""
    try:
        parse_resolve(config.resolve)
    except ConfigError as error:
        yield fault("settings", str(error), "correct the variable")
    try:
        if told := read_addresses(config.notify):
            yield Finding("settings", "ok", f"KHCN_NOTIFY: {', '.join(each.shown for each in told)}")
    except ConfigError as error:
        yield fault("settings", str(error), "correct the variable, or do as the sentence says")
    if config.resolve:
        odd = "KHCN_RESOLVE is set: some hosts are not asked where DNS says"
        yield Finding("settings", "warning", odd, "unset it, unless this machine plays sites")
    if not config.contact:
        odd = "KHCN_CONTACT is empty: sites are not told who asks"
        yield Finding("settings", "warning", odd, "set it to an address that is read, before a live site is crawled")
    else:
        yield Finding("settings", "ok", f"KHCN_CONTACT: {config.contact}")


def site_files(known: Registry) -> Iterator[Finding]:
    """Read every site file, and look for the page classes that they name."""
    found, wrong = chosen(known, (), every=True)
    for error in wrong.values():
        yield fault("site files", str(error), "correct the file: its site is not crawled")
    yield Finding("site files", "ok", f"{len(list(known.ids())) - len(wrong)} can be read, {len(found)} are active")


def search(config: Config) -> Iterator[Finding]:
    """Look at the index of the search."""
    folder = current_folder(config.data)
    if folder is None:
        yield Finding("search", "note", "there is no index yet", "nothing: the next crawl or search makes it")
        return
    try:
        Opened(folder)
    except (ValueError, OSError) as error:
        told = f"{folder}: can not be used ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
        yield Finding("search", "warning", told, "nothing: the next search makes it anew")
        return
    try:
        behind = _lag(config)
    except KhcnError:
        yield Finding("search", "note", "the index can be read; how far it is behind can not be told without a catalog")
        return
    if behind > BEHIND:
        yield Finding(
            "search", "note", f"{behind} changes behind the catalog", "nothing: the next search takes them in"
        )
    else:
        yield Finding("search", "ok", f"{behind} changes behind the catalog")


def _lag(config: Config) -> int:
    found: list[Any] = []

    def ask() -> None:
        with Catalog.open(config.catalog_url, read_only=True) as catalog:
            found.append(lag(config.data, catalog))

    try:
        _within(ask)
    except TooSlow as error:
        raise CatalogError(str(error)) from None
    return int(found[0])
