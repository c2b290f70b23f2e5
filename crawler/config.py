"""The one place that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from archive.errors import ConfigError
from crawler.bounds import read_window
from crawler.masked import passwords
from crawler.version import VERSION


@dataclass(frozen=True)
class Config:
    """Where things are, and who answers for the crawl."""

    data: Path
    """Data root (``KHCN_DATA``, ``--data``)."""
    catalog_url: str
    """SQLAlchemy URL of the catalog (``KHCN_CATALOG_URL``)."""
    frontier_url: str
    """SQLAlchemy URL of the frontier (``KHCN_FRONTIER_URL``)."""
    archive_url: str
    """URL of the storage behind the data root (``KHCN_ARCHIVE_URL``); empty when all files stay where they are made."""
    resolve: str
    """``host=address:port,...``: where to connect for a host (``KHCN_RESOLVE``)."""
    contact: str
    """Who answers for the crawl (``KHCN_CONTACT``); empty when nobody is named."""
    min_free: str
    """Bytes that are to stay free on every disk that is written to (``KHCN_MIN_FREE``); empty for the default."""
    log: Literal["json", "text"]
    """``json`` or ``text`` (``KHCN_LOG``, ``--log``)."""
    notify: str = field(default="", repr=False)
    """Addresses that are told what broke and was mended (``KHCN_NOTIFY``); each is a secret."""
    keys: tuple[str, ...] = field(default=(), repr=False)
    """What opens the storage, as far as the environment names it."""

    def secrets(self) -> list[str]:
        """Return what no log may hold, beside what is a secret by its form."""
        in_urls = [found for url in (self.catalog_url, self.frontier_url, self.archive_url) for found in passwords(url)]
        return [*in_urls, *self.keys, *re.split(r"[\s,]+", self.notify)]


def read_config(environ: Mapping[str, str] | None = None, *, data: Path | None = None) -> Config:
    """Read the configuration from *environ* (default: the process's own).

    *data* is the data root of the command line and wins over ``KHCN_DATA``.
    Raises ConfigError for a value that can not be used, naming the variable.
    """
    env = os.environ if environ is None else environ
    root = (data or Path(env.get("KHCN_DATA") or "data")).absolute()
    forms: dict[str, Literal["json", "text"]] = {"json": "json", "text": "text"}
    log = forms.get(env.get("KHCN_LOG") or "text")
    if log is None:
        raise ConfigError(f'KHCN_LOG: "{env["KHCN_LOG"]}" is no log form; set it to "json" or "text"')
    contact = env.get("KHCN_CONTACT") or ""
    if any(ord(char) < 32 or ord(char) > 126 for char in contact):
        raise ConfigError("KHCN_CONTACT: only printable ASCII can go into a header; write an address or URL so")
    catalog_url = env.get("KHCN_CATALOG_URL") or f"sqlite:///{root / 'catalog.sqlite3'}"
    if catalog_url.rstrip("/") in _IN_MEMORY:
        raise ConfigError(f"KHCN_CATALOG_URL: {catalog_url} is a catalog in memory; name a file: sqlite:////path/file")
    frontier_url = env.get("KHCN_FRONTIER_URL") or f"sqlite:///{root / 'frontier.sqlite3'}"
    if frontier_url.rstrip("/") in _IN_MEMORY:
        raise ConfigError(
            f"KHCN_FRONTIER_URL: {frontier_url} is a frontier in memory; name a file: sqlite:////path/file"
        )
    return Config(
        data=root,
        catalog_url=catalog_url,
        frontier_url=frontier_url,
        archive_url=env.get("KHCN_ARCHIVE_URL") or "",
        resolve=env.get("KHCN_RESOLVE") or "",
        contact=contact,
        min_free=env.get("KHCN_MIN_FREE") or "",
        log=log,
        notify=env.get("KHCN_NOTIFY") or "",
        keys=tuple(env[name] for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") if env.get(name)),
    )


def is_terminal_forced() -> bool:
    """Return whether the environment has what makes any output a terminal's, as the library that draws reads it."""
    return any(name in os.environ for name in ("FORCE_COLOR", "TTY_COMPATIBLE"))


def carried(config: Config, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return every ``KHCN_*`` of the environment, with the data root and the log that the command line chose.

    :func:`read_config` on another machine makes the same configuration of it.
    """
    env = os.environ if environ is None else environ
    told = {name: value for name, value in env.items() if name.startswith("KHCN_")}
    return {**told, "KHCN_DATA": str(config.data), "KHCN_LOG": config.log}


def carrying(values: Mapping[str, str], environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment with the ``KHCN_*`` of another one (:func:`carried`) in place of its own."""
    env = os.environ if environ is None else environ
    return {**{name: value for name, value in env.items() if not name.startswith("KHCN_")}, **values}


def check_settings(values: Mapping[str, object], defaults: Mapping[str, object], where: str) -> None:
    """Raise ConfigError for a setting whose value can not be of its default's kind.

    *where* names the place it was set in. Settings without a default of a plain kind may be anything.
    """
    for name, value in values.items():
        if name == "NIGHT_WINDOW":
            try:
                read_window(str(value))
            except ConfigError as error:
                raise ConfigError(f"{where}: {error}") from None
        kind = type(defaults.get(name))
        if kind in _KINDS and not _KINDS[kind][1].fullmatch(str(value)):
            raise ConfigError(f'{where}: {name}: "{value}" is no {_KINDS[kind][0]}; correct the value')


_IN_MEMORY = ("sqlite:", "sqlite:///:memory:")
_KINDS = {
    bool: ("yes or no", re.compile(r"(?i)true|false|[01]")),
    int: ("whole number", re.compile(r"\d+")),
    float: ("number", re.compile(r"\d+(\.\d+)?")),
}


def scrapy_settings(config: Config) -> dict[str, str]:
    """Return the Scrapy settings that follow from *config*."""
    about = f"+{config.contact}" if config.contact else "archive of Vietnam's Departments of Science and Technology"
    return {
        "KHCN_DATA": str(config.data),
        "KHCN_CATALOG_URL": config.catalog_url,
        "KHCN_FRONTIER_URL": config.frontier_url,
        "KHCN_ARCHIVE_URL": config.archive_url,
        "KHCN_RESOLVE": config.resolve,
        "KHCN_CONTACT": config.contact,
        "KHCN_MIN_FREE": config.min_free,
        "USER_AGENT": f"khcn/{VERSION} ({about})",
    }
