"""The hours of the day in which a site may be crawled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time

from archive.errors import ConfigError
from archive.times import VN

_FORM = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Window:
    """A span of every day (Asia/Ho_Chi_Minh), over midnight when it ends before it begins."""

    opens: time
    closes: time

    def has(self, moment: datetime) -> bool:
        """Say whether *moment* lies in the window; its first minute does, the one it ends with does not.

        >>> night = read_window("22:00-06:00")
        >>> [night.has(datetime(2025, 6, 11, hour, 30, tzinfo=VN)) for hour in (21, 22, 5, 6)]
        [False, True, True, False]
        """
        at = moment.astimezone(VN).time()
        if self.opens < self.closes:
            return self.opens <= at < self.closes
        return at >= self.opens or at < self.closes


def read_window(text: str) -> Window | None:
    """Return the window that a ``NIGHT_WINDOW`` such as ``22:00-06:00`` names; null when it is empty.

    Raises ConfigError for anything else, and for a window that never ends.
    """
    if not text.strip():
        return None
    match = _FORM.fullmatch(text.strip())
    if match is None or _minutes(match[1], match[2]) == _minutes(match[3], match[4]):
        raise ConfigError(f'NIGHT_WINDOW: "{text}" is no span of hours; write it as 22:00-06:00, or leave it empty')
    opens_h, opens_m, closes_h, closes_m = map(int, match.groups())
    return Window(time(opens_h, opens_m), time(closes_h, closes_m))


def _minutes(hour: str, minute: str) -> int:
    return int(hour) * 60 + int(minute)
