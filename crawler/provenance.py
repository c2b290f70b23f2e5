"""What the report of a crawl says of how it was run."""

from __future__ import annotations

import platform
import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from scrapy.settings import SETTINGS_PRIORITIES

from crawler.masked import STARS, masked

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

_SECRET = re.compile(r"PASS|SECRET|TOKEN|(?:^|_)(?:ACCESS_|API_)?KEY(?:_|$)|CREDENTIAL")
_SOFTWARE = ("khcn", "Scrapy", "Twisted", "lxml", "warcio", "SQLAlchemy", "pillow")


def changed_settings(settings: BaseSettings) -> dict[str, Any]:
    """Return the settings that a site or the command line set, and the project's own plain values.

    Of those whose name says that they are secret the value is ``***``; so are passwords in addresses.
    """
    floor = SETTINGS_PRIORITIES["default"]
    return {
        key: _told(key, settings[key])
        for key in sorted(settings)
        # What begins with KHCN_ says where things are, and may hold a password.
        if (settings.getpriority(key) or 0) > floor
        and not key.startswith("KHCN_")
        and isinstance(settings[key], str | int | float | bool)
    }


def _told(key: str, value: Any) -> Any:
    """Return a setting's value as it may be kept: a report is given away with the archive."""
    if not isinstance(value, str) or not value:
        return value
    return STARS if _SECRET.search(key) else masked(value)


def versions() -> dict[str, str]:
    """Return the versions of the software that a crawl rests on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _SOFTWARE}}
