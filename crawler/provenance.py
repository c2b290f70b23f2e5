"""What the report of a crawl says of how it was run."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from scrapy.settings import SETTINGS_PRIORITIES

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_SOFTWARE = ("khcn", "Scrapy", "Twisted", "lxml", "warcio", "SQLAlchemy", "pillow")


def changed_settings(settings: BaseSettings) -> dict[str, Any]:
    """Return the settings that a site or the command line set, and the project's own plain values."""
    floor = SETTINGS_PRIORITIES["default"]
    return {
        key: settings[key]
        for key in sorted(settings)
        # What begins with KHCN_ says where things are, and may hold a password.
        if (settings.getpriority(key) or 0) > floor
        and not key.startswith("KHCN_")
        and isinstance(settings[key], str | int | float | bool)
    }


def versions() -> dict[str, str]:
    """Return the versions of the software that a crawl rests on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _SOFTWARE}}
