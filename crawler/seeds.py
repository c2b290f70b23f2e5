"""Crawl addresses that no site file declares: one URL a line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.errors import ConfigError
from archive.urls import without_userinfo
from crawler.claims import claimant
from crawler.exits import UnknownSite
from crawler.site_files import Registry
from crawler.sites import Host, Seed, Site, split_target

if TYPE_CHECKING:
    from crawler.run import Job

UNDECLARED = "host__"
"""How the ids of undeclared sites begin."""
_UNDECLARED_ID = re.compile(UNDECLARED + "[a-z0-9_]*")


def jobs_from_seeds(path: Path, registry: Registry) -> list[Job]:
    """Return a job a site for the addresses in *path*.

    A seed on a declared host belongs to that site and is read by its layouts.
    For any other, its ``host:port`` is allowed and nothing else. Empty lines
    and lines that begin with ``#`` are passed over.

    Raises ConfigError naming file and line for what is no web address.
    """
    from crawler.run import Job

    declared = list(registry.all())
    found: dict[str, tuple[Site, list[Seed]]] = {}
    for number, line in enumerate(_lines(path), 1):
        url = line.strip()
        if not url or url.startswith("#"):
            continue
        host = _host(path, number, url)
        site = claimant(declared, url) or undeclared_site(undeclared_id(host), host)
        site, named = found.get(site.id, (site, []))
        if site.id.startswith(UNDECLARED) and site.name != host:
            raise ConfigError(
                f"{path}: line {number}: {host} and {site.name} would both be kept as {site.id}; "
                "give them a seed file and a data root each"
            )
        found[site.id] = (site.naming(url), [*named, Seed(url=url)])
    if not found:
        raise ConfigError(f"{path}: no address in it; write one URL a line")
    return [Job(site, tuple(seeds)) for site, seeds in found.values()]


def undeclared_id(host: str) -> str:
    """Return the site id of a host that no file declares.

    The two underscores keep it apart from the id of any declared site.

    >>> undeclared_id("www.khcn-example.vn:8080")
    'host__www_khcn_example_vn_8080'
    """
    return UNDECLARED + re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_")


def undeclared_site(site_id: str, host: str | None = None) -> Site:
    """Return a site that is read by evidence only, on one ``host:port``.

    Raises UnknownSite for an id that stands for no host: folders are called by it.
    """
    if not _UNDECLARED_ID.fullmatch(site_id):
        raise UnknownSite(f'no site "{site_id}" (that of an undeclared host is called as host__www_example_vn)')
    hosts = (Host(host=host, evidence="brief"),) if host else ()
    name = host or site_id
    return Site(id=site_id, name=name, name_en=name, status="active", hosts=hosts)


def _host(path: Path, number: int, url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ConfigError(f"{path}: line {number}: {url!r}: {error}; correct the address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ConfigError(f"{path}: line {number}: {url!r} is no http or https address; correct or remove it")
    if parts.username is not None:
        told = f"{without_userinfo(url)!r}: user and password would be in the archive for all to read"
        raise ConfigError(f"{path}: line {number}: {told}; remove them")
    return split_target(url)[1]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can not be read ({error}); give a UTF-8 file with one URL a line") from None
