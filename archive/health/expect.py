"""What a site is expected to give, as its file says it: limits of one's own in place of learned ones."""

from __future__ import annotations

import msgspec


class Expect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a site is held against; what is broken is exit code 6. A key left out is learned, or has its default."""

    new_within_days: int | None = None
    """The newest article is not older than so many days."""
    fields: tuple[str, ...] = ()
    """Fields of an article that are filled in at least half of those that a crawl reads."""
    articles_a_month: int | None = None
    """At least so many articles were published in the last 30 days."""
    failures: float | None = None
    """At most this share of what a crawl asks for fails, two crawls in a row."""
    megabytes: float | None = None
    """A crawl that is not ``--full`` receives at most so many megabytes."""
    minutes: float | None = None
    """It takes at most so many minutes."""
    certificate_days: int = 14
    """The certificates of the site's hosts are valid for so many days still."""
    unanswered_days: int = 2
    """At most on so many days in a row no crawl gets an answer."""
    crawled_within_days: int | None = None
    """The last crawl is not longer ago."""
    learn: bool = True
    """Whether limits are learned from the site's own history where no key gives one."""
