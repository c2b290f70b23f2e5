"""``khcn index --documents``: the texts of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from archive.catalog import Catalog
from archive.documents.cache import DocumentCache
from archive.documents.fill import fill
from archive.documents.model import FAILED
from archive.documents.reader import EXTRACTOR, check_installed
from crawler.cli.common import check_writable, console, say, write_json
from crawler.config import Config
from crawler.exits import Exit, NotHeld

_SHOWN = ("sha256", "url", "state", "kind", "pages", "chars", "truncated", "detail")


def index_documents(config: Config, sites: Sequence[str], *, as_json: bool) -> Exit:
    """Read the documents of *sites* (none: of all) whose text is not known yet, and say what they gave."""
    check_installed()
    if config.data.is_dir():  # else there is no catalog, which is the better thing to say
        check_writable(config.data)
    counts: Counter[str] = Counter()
    unsupported: Counter[str] = Counter()
    screen = console(stderr=True)
    columns = TextColumn("reading documents"), BarColumn(), MofNCompleteColumn()
    with (
        Catalog.open(config.catalog_url, create=False) as catalog,
        DocumentCache(config.data) as cache,
        Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress,
    ):
        held = catalog.sites()
        unknown = [site for site in sites if site not in held]
        if unknown:
            raise NotHeld(f'{catalog.path}: nothing of "{unknown[0]}"; held are: {", ".join(held) or "none"}')
        unread = sum(not cache.has(each.sha256, EXTRACTOR) for each in catalog.documents(sites or None))
        task = progress.add_task("documents", total=unread)
        with closing(fill(config.data, catalog, cache, sites or None)) as documents:
            for document, found in documents:
                counts[found.state] += 1
                unsupported[found.detail] += found.state == "unsupported"
                progress.advance(task)
                if as_json:
                    shown = asdict(found) | {"sha256": document.sha256, "url": document.url, "chars": len(found.text)}
                    write_json({name: shown[name] for name in _SHOWN})
                if found.state in FAILED:
                    why = f" ({found.detail})" if found.detail else ""
                    say(f"khcn: {document.url}: {found.state}{why}", err=True)
        known, known_unsupported = cache.counts(), cache.unsupported()
    if not as_json:
        now, ever = _told(counts, unsupported), _told(known, known_unsupported)
        say(f"{counts.total()} documents read{now}; {known.total()} known{ever}")
    if counts["not_held"]:
        return Exit.DAMAGE
    return Exit.PARTIAL if any(counts[state] for state in FAILED) else Exit.OK


def _told(counts: Counter[str], unsupported: Counter[str]) -> str:
    """Return counts in words, such as ``: 12 text, 2 unsupported (1 Word 95 or older, 1 rar)``."""
    named = ", ".join(f"{number} {kind}" for kind, number in sorted(unsupported.items()) if number and kind)
    told = [f"{number} {state}" for state, number in sorted(counts.items())]
    told = [f"{each} ({named})" if named and each.endswith(" unsupported") else each for each in told]
    return f": {', '.join(told)}" if told else ""
