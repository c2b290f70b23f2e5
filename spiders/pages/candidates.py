"""Other readers' voices on a page: which of its lines each of them takes for the article.

Two libraries that read any page by rules of their own are asked. resiliparse is fast and generous; trafilatura is
slow and picky, and asked only where the rest is in doubt. Neither sees the network, neither speaks on the terminal.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Sequence

from lxml import etree

logger = logging.getLogger(__name__)

MAX_MARKUP = 2_000_000
"""Letters; a longer page is not given to libraries that bound nothing themselves. The longest saved news page has
600,000."""
MAX_TAGS = 40_000
"""Nor is a page of more tags: they are compared with each other. Saved news pages have fewer than 10,000."""
MAX_DEPTH = 200
"""Nor is a page of lines that lie deeper: trees are walked by recursion."""
MAX_NESTED = 1_000
"""Nor is a page of elements that lie deeper, be they empty: some walks take the square of that."""
MAX_VOICE = 300_000
"""Letters of a voice that are heard: each line is looked for in them. The longest labelled article has 40,000."""
SURE = 25
"""Letters; a line of so many is found wherever it stands, a shorter one only between its neighbours."""
_WINDOW = 400
_NESTED = etree.XPath(f"boolean({'/*' * MAX_NESTED})")


def squashed(text: str) -> str:
    """Return the letters of a text without white space."""
    return "".join(text.split())


def may_be_asked(markup: str) -> bool:
    """Say whether a page may be given to a library."""
    return len(markup) <= MAX_MARKUP and markup.count("<") <= MAX_TAGS


def is_nested(root: etree._Element | None) -> bool:
    """Say whether elements lie too deep within each other for a library."""
    return root is not None and bool(_NESTED(root))


def generous(markup: str) -> str:
    """Return the main text as resiliparse sees it; empty when it sees none."""
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(
        markup, main_content=True, alt_texts=False, links=False, form_fields=False, noscript=False,
        preserve_formatting=True, list_bullets=False, comments=False,
    )  # fmt: skip
    return text or ""


def picky(markup: str) -> str:
    """Return the main text as trafilatura sees it; empty when it sees none, or breaks on the page."""
    from trafilatura import extract

    # What it finds odd in pages is nobody's news.
    for name in ("trafilatura", "htmldate", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        return extract(markup, include_comments=False, include_tables=True, with_metadata=False) or ""
    except (ValueError, TypeError, AttributeError, AssertionError, RecursionError, LookupError) as error:
        logger.warning("trafilatura broke on a page", extra={"error": type(error).__name__})
        return ""


def votes(lines: Sequence[str], said: str) -> list[bool]:
    """Say for each of the squashed *lines* whether the voice that *said* a text has it, in the page's order.

    >>> votes(["Menu", "A paragraph that is long enough to be sure of.", "By"], "A paragraph that is long enough ...")
    [False, False, False]
    >>> votes(["a" * 30, "By", "b" * 30], "a" * 30 + "By" + "b" * 30)
    [True, True, True]
    """
    voice = squashed(said)[:MAX_VOICE]
    found = [False] * len(lines)
    if not voice:
        return found
    places: list[tuple[int, int, int]] = []
    spent: dict[str, int] = {}
    for at, text in enumerate(lines):
        if len(text) >= SURE and (start := voice.find(text, spent.get(text, 0))) >= 0:
            found[at] = True
            spent[text] = start + len(text)
            places.append((at, start, start + len(text)))
    sure = [place[0] for place in places]
    for at, text in enumerate(lines):
        if text and len(text) < SURE:
            after = bisect_right(sure, at)
            low = places[after - 1][2] if after else max(0, (places[0][1] if places else 0) - _WINDOW)
            high = places[after][1] if after < len(places) else low + _WINDOW
            found[at] = high > low and voice.find(text, low, high) >= 0
    return found
