"""Site files: reading them, and finding them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from archive.errors import ConfigError
from archive.health.expect import Expect
from crawler.ajax import Ajax
from crawler.exits import UnknownSite
from crawler.site_checks import check, check_patterns, explain
from crawler.sites import Feed, Host, Layout, Province, Seed, Site


def load_site(path: Path) -> Site:
    """Read one site file.

    Raises ConfigError with file, key and fix when it is no TOML, misses a
    key, has an unknown one, or has a value that can not be.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: can not be read ({error}); make it a readable UTF-8 file") from None
    try:
        site = msgspec.toml.decode(text, type=Site)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {explain(str(error), _all_keys())}") from None
    except ValueError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}; mend the line it names") from None
    check_patterns(path, site)
    try:
        site = filled(site)
    except ConfigError as error:
        raise ConfigError(f"{path}: layouts: {error}") from None
    check(path, site)
    return site


def filled(site: Site) -> Site:
    """Return *site* as it is used: with the patterns of the family in layouts without, in any case when it says so."""
    layouts = tuple(_filled(layout, site.ignore_case) for layout in site.layouts)
    if not site.ignore_case:
        return msgspec.structs.replace(site, layouts=layouts)
    hosts = tuple(msgspec.structs.replace(host, scope=_any_case(host.scope)) for host in site.hosts)
    return msgspec.structs.replace(site, hosts=hosts, layouts=layouts)


def _filled(layout: Layout, ignore_case: bool) -> Layout:
    if not (layout.articles or layout.listings):
        # Imported only here: page classes bring a parser, which a command that reads no page can do without.
        from crawler.registry import page_class

        family = page_class(layout.page)
        layout = msgspec.structs.replace(
            layout,
            articles=family.articles,
            listings=family.listings,
            page_param=layout.page_param or family.page_param,
            first_page=layout.first_page if layout.page_param else family.first_page,
            source_id=layout.source_id or family.source_id,
            junk=tuple(dict.fromkeys(layout.junk + family.junk)),
        )
    if not ignore_case:
        return layout
    patterns = {kind: tuple(map(_any_case, getattr(layout, kind))) for kind in ("articles", "listings")}
    return msgspec.structs.replace(layout, **patterns)


def _any_case(pattern: str) -> str:
    return pattern if pattern.startswith("(?i)") else f"(?i){pattern}"


def _all_keys() -> list[str]:
    tables = (Site, Host, Seed, Feed, Ajax, Layout, Province, Expect)
    return [field for table in tables for field in table.__struct_fields__]


class Registry:
    """All site files of one directory, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ids(self) -> list[str]:
        """Return the ids of all sites, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.toml"))

    def get(self, site_id: str) -> Site:
        """Return one site; ConfigError when its file is wrong, KeyError-like sentence when unknown."""
        if site_id not in self.ids():
            close = difflib.get_close_matches(site_id, self.ids(), 1)
            hint = f'did you mean "{close[0]}"?' if close else "`khcn sites list` shows all"
            raise UnknownSite(f'no site "{site_id}" ({hint})')
        return load_site(self.folder / f"{site_id}.toml")

    def all(self) -> Iterable[Site]:
        """Yield every site, in the order of ids."""
        for site_id in self.ids():
            yield load_site(self.folder / f"{site_id}.toml")
