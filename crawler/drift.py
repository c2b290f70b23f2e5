"""What another version of a reader makes of the same pages: parser drift, counted by field, with samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from archive.model import Article, Attachment, Image

_NOT_READ = frozenset({"site", "capture", "captured", "parser", "schema_version", "confidence"})
"""Fields of an article that no reader decides, or that tell of the reader itself."""
_OF_IMAGE = ("url", "alt", "caption", "credit")
_OF_ATTACHMENT = ("url", "title")
LONGEST = 300
"""Letters of a value that are shown."""


@dataclass(slots=True)
class Sample:
    """A page that is read otherwise."""

    url: str
    capture: str
    """Capture id."""
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class FieldDrift:
    """How often one field is read otherwise."""

    appeared: int = 0
    """It had no value, and has one."""
    vanished: int = 0
    """It had a value, and has none."""
    changed: int = 0
    """It has another one."""
    samples: list[Sample] = field(default_factory=list)


@dataclass(slots=True)
class Drift:
    """What became of the pages of a site that were read in one way, and are read in another."""

    site: str
    was: str
    """``nukeviet/1``: an article, read by that; ``listing``; ``rejected: no_title``."""
    now: str
    pages: int = 0
    """Captures read again."""
    differing: int = 0
    """Those of them that gave something else."""
    fields: dict[str, FieldDrift] = field(default_factory=dict)
    """Of articles that stay articles: the fields that differ."""
    samples: list[Sample] = field(default_factory=list)
    """Of pages that became articles, or are none any more: some of them."""


class Drifts:
    """All drift of a run."""

    def __init__(self, samples: int) -> None:
        """Keep that many samples of each difference."""
        self._samples = samples
        self._found: dict[tuple[str, str, str], Drift] = {}

    def note(self, site: str, capture: str, url: str, was: str, now: str, articles: tuple[Article | None, ...]) -> None:
        """Note a page that was read again; *articles* are what it gave before and after."""
        drift = self._found.setdefault((site, was, now), Drift(site, was, now))
        drift.pages += 1
        before, after = articles
        if before is None or after is None:
            drift.differing += was != now
            if was != now and len(drift.samples) < self._samples:
                title = [article.title if article else None for article in articles]
                drift.samples.append(Sample(url, capture, *title))
            return
        values = _readable(before), _readable(after)
        differing = [name for name in values[0] if values[0][name] != values[1][name]]
        drift.differing += bool(differing)
        for name in differing:
            self._note_field(drift, name, Sample(url, capture, values[0][name], values[1][name]))

    def _note_field(self, drift: Drift, name: str, sample: Sample) -> None:
        of_field = drift.fields.setdefault(name, FieldDrift())
        kind = "appeared" if not sample.before else "vanished" if not sample.after else "changed"
        setattr(of_field, kind, getattr(of_field, kind) + 1)
        if len(of_field.samples) < self._samples:
            sample.before, sample.after = _around(sample.before, sample.after)
            of_field.samples.append(sample)

    def take(self, others: Iterable[Drift]) -> None:
        """Take in what was noted elsewhere."""
        for other in others:
            mine = self._found.setdefault((other.site, other.was, other.now), Drift(other.site, other.was, other.now))
            mine.pages += other.pages
            mine.differing += other.differing
            mine.samples = (mine.samples + other.samples)[: self._samples]
            for name, theirs in other.fields.items():
                of_field = mine.fields.setdefault(name, FieldDrift())
                of_field.appeared += theirs.appeared
                of_field.vanished += theirs.vanished
                of_field.changed += theirs.changed
                of_field.samples = (of_field.samples + theirs.samples)[: self._samples]

    def all(self) -> list[Drift]:
        """Return it, by site and by what was and is."""
        found = [self._found[key] for key in sorted(self._found)]
        for drift in found:
            drift.fields = dict(sorted(drift.fields.items()))
        return found


def totals(drifts: Iterable[Drift]) -> Counter[str]:
    """Count pages and differing ones.

    >>> sorted(totals([Drift("a", "x/1", "x/2", 5, 2), Drift("b", "x/1", "x/2", 1, 0)]).items())
    [('differing', 2), ('pages', 6)]
    """
    counts: Counter[str] = Counter()
    for drift in drifts:
        counts.update(pages=drift.pages, differing=drift.differing)
    return counts


def _readable(article: Article) -> dict[str, Any]:
    """Return what a reader decides of an article: the facts of files come from elsewhere."""
    values = {name: getattr(article, name) for name in Article.__dataclass_fields__ if name not in _NOT_READ}
    values["images"] = [_some(image, _OF_IMAGE) for image in article.images]
    values["attachments"] = [_some(entry, _OF_ATTACHMENT) for entry in article.attachments]
    built: dict[str, Any] = msgspec.to_builtins(values)
    return built


def _some(value: Image | Attachment, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names if getattr(value, name) is not None}


def _around(before: Any, after: Any) -> tuple[Any, Any]:
    """Return two values as they are shown: long texts from shortly before where they differ.

    >>> _around("a" * 500 + "b", "a" * 500 + "c")[1][-30:]
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaac'
    """
    if not (isinstance(before, str) and isinstance(after, str)) or max(len(before), len(after)) <= LONGEST:
        return _cut(before), _cut(after)
    same = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    start = max(0, (min(len(before), len(after)) if same is None else same) - 60)
    lead = "…" if start else ""
    return lead + _cut(before[start:]), lead + _cut(after[start:])


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return value[:LONGEST] + "…"
    return value[:10] if isinstance(value, list) else value
