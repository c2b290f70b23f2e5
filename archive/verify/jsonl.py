"""The JSON Lines of each crawl against the catalog, in both directions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from archive.catalog import Catalog
from archive.jsonform import to_json
from archive.verify.findings import Finding, finding

FOLDER = "articles"


def check_lines(root: Path, catalog: Catalog, is_running: Callable[[str, str], bool]) -> Iterator[Finding]:
    """Yield how the files below ``articles/`` differ from the versions of the catalog.

    *is_running* says of site and crawl that its file need not be there yet.
    """
    known: set[Path] = set()
    for crawl in catalog.crawls():
        path = root / FOLDER / crawl.site / f"{crawl.started.year:04d}" / f"{crawl.id}.jsonl"
        known.add(path)
        versions = [(article.capture, to_json(article)) for article in catalog.new_versions(crawl.site, crawl.id)]
        file = path.relative_to(root).as_posix()
        if is_running(crawl.site, crawl.id):
            continue
        if not path.is_file():
            if versions:
                yield finding(file, None, "jsonl-missing", f"the catalog has {len(versions)} new versions of the crawl")
            continue
        yield from _compare(file, path, versions)
    for path in sorted((root / FOLDER).rglob("*.jsonl")):
        if path not in known:
            yield finding(path.relative_to(root).as_posix(), None, "jsonl-extra", "the catalog knows no such crawl")


def _compare(file: str, path: Path, versions: list[tuple[str | None, bytes]]) -> Iterator[Finding]:
    """Compare a file with the captures and JSON of what should be in it."""
    expected = {capture: place for place, (capture, _) in enumerate(versions)}
    at = 0
    last = -1
    with path.open("rb") as lines:
        for line in lines:
            start, at = at, at + len(line)
            if last + 1 < len(versions):  # nearly all are, to the byte, the next one
                capture, text = versions[last + 1]
                if line == text + b"\n" and expected.get(capture) == last + 1:
                    del expected[capture]
                    last += 1
                    continue
            try:
                article = json.loads(line)
                capture = article["capture"]
            except (ValueError, KeyError, TypeError, RecursionError):
                yield finding(file, start, "jsonl-line", f"no article: {line[:80]!r}")
                continue
            if not line.endswith(b"\n"):
                yield finding(file, start, "jsonl-line", "it does not end with a line feed")
            place = expected.pop(capture, None) if isinstance(capture, str) else None
            if place is None:
                yield finding(file, start, "jsonl-extra", f"{capture} gave no new version, or its line is there twice")
                continue
            version = json.loads(versions[place][1])
            odd = sorted(key for key in article.keys() | version.keys() if article.get(key) != version.get(key))
            if odd:
                yield finding(file, start, "jsonl-differs", f"{article.get('url')}: {', '.join(odd)} differ")
            elif place < last:
                yield finding(file, start, "jsonl-differs", f"{article.get('url')}: it belongs before the line above")
            last = max(last, place)
    for capture, place in expected.items():
        yield finding(file, None, "jsonl-lacks", f"{json.loads(versions[place][1])['url']} of {capture} is not in it")
