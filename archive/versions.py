"""What became of an article, and what differs between two of its versions: from what the catalog holds of its past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any, NamedTuple

from archive.catalog.identity import document_key
from archive.catalog.past import Past
from archive.catalog.variants import same_picture, same_section
from archive.diff import Part, text_diff
from archive.errors import KhcnError
from archive.history import FIELDS, Field, History, HistoryEvent, Version
from archive.model import Article
from archive.similar import Same
from archive.times import UTC
from archive.urls import identity_key


class NoSuchVersion(KhcnError):
    """An article has no version of that number or time."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two versions of an article, or between what two captures of it showed."""

    url: str
    """The address at which the article was read last."""
    a: int
    """Number of the one version, or of that which the capture showed."""
    b: int
    """Number of the other."""
    captured: tuple[datetime, datetime]
    """When each was captured: a version named by its number first, else the capture that was named."""
    fields: Mapping[str, tuple[Any, Any]]
    """What both have in each field that differs, but for ``text``."""
    text: tuple[Part, ...] | None
    """The way from the one text to the other; null when they are equal."""

    def __bool__(self) -> bool:
        return bool(self.fields) or self.text is not None

    def as_json(self) -> dict[str, Any]:
        """Return it as ``khcn diff --json`` prints it."""
        fields: dict[str, Any] = {name: {"a": a, "b": b} for name, (a, b) in self.fields.items()}
        if self.text is not None:
            fields["text"] = [{"op": part.op, "text": part.text} for part in self.text]
        captured = {name: _written(each) for name, each in zip("ab", self.captured, strict=True)}
        return {"url": self.url, "a": self.a, "b": self.b, "captured": captured, "fields": fields}


def history_of(past: Past, same_as: Sequence[Same] = ()) -> History:
    """Return the history of an article, from what the catalog holds of its past."""
    versions: list[Version] = []
    first: dict[str, int] = {}
    for span in past.spans:
        n = len(versions) + 1
        changed = _changed(past, past.spans[n - 2].version, span.version) if n > 1 else ()
        like = first.get(span.version)
        first.setdefault(span.version, n)
        versions.append(Version(n, span.first, span.last, changed, span.capture, like))
    moves = [place for event in past.ledger.events for place in (event.url, event.target) if place is not None]
    aliases = dict.fromkeys((*past.addresses, *moves))
    aliases.pop(past.url, None)
    return History(
        site=past.site,
        id=past.article,
        url=past.url,
        aliases=tuple(aliases),
        title=past.articles[past.spans[-1].version].title,
        state=past.ledger.state,
        first_seen=past.spans[0].first,
        last_seen=past.spans[-1].last,
        checked=past.ledger.last_check,
        versions=tuple(versions),
        events=_events(past),
        same_as=tuple(same_as),
    )


def _events(past: Past) -> tuple[HistoryEvent, ...]:
    events = []
    n = 0
    gone = iter(past.ledger.removals)
    for event in past.ledger.events:
        before: str | int | None = None
        after: str | int | None = None
        if event.what in ("new", "changed"):
            before, n = n or None, n + 1
            after = n
        elif event.what == "moved":
            before, after = event.url, event.target
        elif event.what == "gone":
            before = _written(next(gone).gone)
        events.append(HistoryEvent(event.at, event.what, before, after))
    return tuple(events)


def diff_of(past: Past, a: int | date | str | None = None, b: int | date | str | None = None) -> Diff:
    """Return what differs between two versions, or what two captures showed.

    A version is named by its number: it is what the most complete of its captures showed. A capture is named by its
    id or by a time: the last one until then (*past* needs its ``sights`` for that). By default the last two versions;
    with *a* alone that one and the last. Raises NoSuchVersion.
    """
    count = len(past.spans)
    if a is None and count == 1:
        raise NoSuchVersion(f"{past.url}: one version is held, there is nothing to compare it with")
    old = _side(past, a if a is not None else count - 1)
    new = _side(past, b if b is not None else count)
    one, other = old.article, new.article
    shown: dict[str, tuple[Any, Any]] = {
        name: (_shown(one, name), _shown(other, name)) for name in changed_fields(one, other) if name != "text"
    }
    return Diff(
        url=past.url,
        a=old.n,
        b=new.n,
        captured=(old.captured, new.captured),
        fields=shown,
        text=tuple(text_diff(one.text, other.text)) if one.text != other.text else None,
    )


class _Side(NamedTuple):
    n: int
    captured: datetime
    article: Article


def _side(past: Past, named: int | date | str) -> _Side:
    count = len(past.spans)
    if isinstance(named, int):
        if not 1 <= named <= count:
            held = "one version is held" if count == 1 else f"versions 1 to {count} are held"
            raise NoSuchVersion(f"{past.url}: no version {named}; {held}, `khcn history` lists them")
        span = past.spans[named - 1]
        return _Side(named, span.first, past.articles[span.version])
    if isinstance(named, str):
        sight = next((each for each in past.sights if each.capture == named), None)
        if sight is None:
            raise NoSuchVersion(
                f"{past.url}: capture {named} did not show this article; "
                f"name a version by its number or by a date, `khcn history` lists them"
            )
    else:
        moment = past.moment(named)
        sight = next((each for each in reversed(past.sights) if each.captured <= moment), None)
        if sight is None:
            raise NoSuchVersion(
                f"{past.url}: no version of {named.isoformat()} is held; it was seen first on "
                f"{past.spans[0].first.isoformat(timespec='seconds')}"
            )
    n = sum((span.first, span.capture) <= (sight.captured, sight.capture or "") for span in past.spans)
    return _Side(n, sight.captured, sight)


def _changed(past: Past, one: str, other: str) -> tuple[Field, ...]:
    """Return the fields in which two versions differ: as what represents them tells, else as any of their readings."""
    if told := changed_fields(past.articles[one], past.articles[other]):
        return told
    pairs = product(past.readings.get(one, ()), past.readings.get(other, ()))
    found = {name for a, b in pairs for name in changed_fields(a, b)}
    return tuple(name for name in FIELDS if name in found)


def changed_fields(one: Article, other: Article) -> tuple[Field, ...]:
    """Return the fields in which two readings of an article are different versions (:mod:`archive.catalog.identity`).

    ``published`` is its precision too; ``captions`` are the credits too, ``section`` is what the page itself names.
    """
    return tuple(name for name in FIELDS if _differs(one, other, name))


def _differs(one: Article, other: Article, name: Field) -> bool:
    match name:
        case "published":
            return (one.published, one.published_precision) != (other.published, other.published_precision)
        case "section":
            return not same_section(one, other)
        case "captions":
            if len(one.images) != len(other.images):
                return _captions(one) != _captions(other)
            pairs = zip(one.images, other.images, strict=True)
            return any((a.caption, a.credit) != (b.caption, b.credit) for a, b in pairs)
        case "attachments":
            if _documents(one) != _documents(other):
                return True
            files = zip(one.attachments, other.attachments, strict=True)
            return any(a.sha256 and b.sha256 and a.sha256 != b.sha256 for a, b in files)
        case "images":
            pairs = zip(one.images, other.images, strict=False)
            return len(one.images) != len(other.images) or not all(same_picture(a, b) for a, b in pairs)
        case _:
            return bool(getattr(one, name) != getattr(other, name))


def _captions(article: Article) -> list[tuple[str | None, str | None]]:
    return [(image.caption, image.credit) for image in article.images if image.caption or image.credit]


def _documents(article: Article) -> list[tuple[str, str | None]]:
    host = identity_key(article.url).partition(")")[0]
    return [(document_key(entry.url, host), entry.title) for entry in article.attachments]


def _shown(article: Article, name: Field) -> Any:
    """Return a field as JSON has it."""
    match name:
        case "published":
            return article.published.isoformat() if article.published is not None else None
        case "section":
            return article.printed_section
        case "captions":
            return [{"caption": caption, "credit": credit} for caption, credit in _captions(article)]
        case "attachments":
            return [{"url": one.url, "title": one.title, "sha256": one.sha256} for one in article.attachments]
        case "images":
            names = ("url", "width", "height", "dhash", "sha256", "capture")
            return [{key: getattr(image, key) for key in names} for image in article.images]
        case "authors" | "photographers":
            return list(getattr(article, name))
        case _:
            return getattr(article, name)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
