"""How a recovery is run: the settings whose names begin with ``RECOVER_``, and what it needs of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.disk import Floor
from crawler.resolve import Resolve, parse_resolve

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """See ``docs/settings.md``."""

    user_agent: str
    cdx_per_minute: float = 24.0
    replays_per_minute: float = 15.0
    timeout_s: float = 60.0
    retries: int = 2
    retry_s: float = 5.0
    hold_s: float = 60.0
    hold_max_s: float = 3600.0
    index_rows: int = 5000
    index_days: float = 30.0
    max_bytes: int = 1_000_000_000
    resolve: Resolve = field(default_factory=dict)
    floor: Floor = field(default_factory=lambda: Floor(()))

    @classmethod
    def of(cls, settings: BaseSettings) -> Settings:
        """Return those of a project, an environment and a command line. Raises ConfigError."""
        return cls(
            user_agent=settings["USER_AGENT"],
            cdx_per_minute=settings.getfloat("RECOVER_CDX_PER_MINUTE"),
            replays_per_minute=settings.getfloat("RECOVER_REPLAYS_PER_MINUTE"),
            timeout_s=settings.getfloat("RECOVER_TIMEOUT_S"),
            retries=settings.getint("RECOVER_RETRIES"),
            retry_s=settings.getfloat("RECOVER_RETRY_S"),
            hold_s=settings.getfloat("RECOVER_HOLD_S"),
            hold_max_s=settings.getfloat("RECOVER_HOLD_MAX_S"),
            index_rows=settings.getint("RECOVER_INDEX_ROWS"),
            index_days=settings.getfloat("RECOVER_INDEX_DAYS"),
            max_bytes=settings.getint("WARC_MAX_BYTES"),
            resolve=parse_resolve(settings["KHCN_RESOLVE"]),
            floor=Floor.of(settings),
        )
