"""The hostile cases: what servers do, and what is to become of the page.

An *outcome* is ``read`` (an article with its headline and text), ``begun`` (an article of which a part is missing),
``rejected`` (archived, and no article), ``failed: <word>`` (named in the report with that cause),
``gone`` (an answer that says so), ``refused`` (never asked for, or dropped as out of scope).
Several are given, parted by ``|``, where more than one is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.hostile.case import Host
from tests.hostile.files import FILES
from tests.hostile.leading import COOKIES, PASSWORDS, parts, redirects
from tests.hostile.lies import ANSWERS, CODING_LIES, COOKIE_FLOOD, FRAMING_LIES, LATER
from tests.hostile.markup import CHARSETS, MARKUP
from tests.hostile.steering import ROBOTS, ROBOTS_SILENT, SITEMAPS, inward
from tests.hostile.transport import CODINGS, FRAMING, HEADS, SILENT, SLOW
from tests.hostile.traps import TRAPS
from tests.hostile.weights import COSTS, NAMES


def all_hosts(secret: int) -> Iterator[Host]:
    """Yield every host of the rig."""
    # First what takes as long as anybody waits.
    yield Host("im", SILENT)
    yield Host("cham", SLOW)
    yield ROBOTS_SILENT
    yield Host("khung", FRAMING)
    yield Host("dau", HEADS)
    yield Host("nen", CODINGS)
    yield Host("chuyen", redirects(secret))
    yield Host("phan", parts(secret))
    yield Host("mat-khau", PASSWORDS)
    yield Host("cookie-a", COOKIES)
    yield Host("cookie-b", [])
    yield Host("the", MARKUP)
    yield Host("chu", CHARSETS)
    yield Host("tep", FILES)
    yield Host("bay", TRAPS)
    yield Host("khung-2", FRAMING_LIES)
    yield Host("dau-2", ANSWERS)
    yield Host("nen-2", CODING_LIES)
    yield Host("nang", COSTS)
    yield Host("ten", NAMES)
    yield Host("cookie-lu", COOKIE_FLOOD)
    yield Host("cho", LATER, controls="read|failed: status: 503, Retry-After")
    for host in (*ROBOTS, *SITEMAPS, *inward(secret)):
        yield replace(host, variants=("length", "gzip-chunked"))
