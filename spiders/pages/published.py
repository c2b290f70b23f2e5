"""When an article was published and last changed: what machines are told, then what is printed.

Machine-readable dates come first and are distrusted: a date of the day of capture may be
the portal's clock, years before 1990 and days to come are placeholders, and a line far
from the headline dates a neighbour. Each voice names a day; the day with most weight wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml import etree

from archive.model import Precision
from crawler.blocks import Block
from crawler.clean import key
from spiders.pages.moments import Moment, read_moment
from spiders.pages.structure import Facts
from spiders.pages.told_dates import changes, is_month_first, publications

_UPDATED = re.compile(
    r"(?<!\w)(?:updat|modif|aktualis|geändert|mis à jour|actualiz|atualiz|aggiorn|bijgewerkt|cập nhật|stand\b|revis)",
    re.I,
)
_POSTED = re.compile(
    r"(?<!\w)(?:post|publi|veröffentlich|erstellt|erschienen|pubbl|geplaatst|created|submitted"
    r"|đăng|ngày|datum|by |von )",
    re.I,
)
_FOREIGN = re.compile(
    r"©|copyright|giấy phép|licen[cs]e|hết hạn|expires|all rights|impressum|audio|video|sendung|foto", re.I
)
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/_-]?)([01]\d)\2([0-3]\d)(?!\d)")
_MAY_BE = re.compile(r"\d\s?[./-]\s?\d|(?:19|20)\d\d")
_WORD = re.compile(r"[^\W\d_]{2,}")
ENOUGH = 2.5
"""A day of this weight needs no look at the page's lines."""
MAX_LINE = 120
NEAR = 40
"""Lines between the headline and a date without a label."""
MAX_LOOKED = 200
"""Lines in which a date is looked for: names of months take time."""
ABOVE = 12
"""Lines above the headline that may hold the date."""


@dataclass(frozen=True, slots=True)
class Dated:
    """When an article was published, and how sure that is."""

    published: datetime | None = None
    precision: Precision | None = None
    modified: datetime | None = None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class DateVoice:
    """One voice."""

    moment: Moment
    weight: float


def dates_of(
    facts: Facts, root: etree._Element | None, url: str, captured: datetime, language: str,
    printed: Callable[[], Iterable[DateVoice]], guessed: Callable[[], str | None] = lambda: None,
    american: bool = False,
) -> Dated:  # fmt: skip
    """Return the dates on which most voices agree.

    *printed* finds more of them, and is asked when machines say little; *guessed* when nobody says anything.
    On an *american* page the month of a date in figures comes first, unless other dates tell otherwise.
    """
    by_address, changed_on = url_days(url), changes(facts)
    voices = cache(lambda: list(printed()))
    month_first = is_month_first(
        [*(text for group, _ in publications(facts) for text in group), *changed_on], by_address,
        lambda: (one.moment for one in voices()), partial(is_past, captured=captured), american,
    )  # fmt: skip
    read = partial(read_moment, language=language, month_first=month_first)
    told = [*machine(facts, read), *(DateVoice(moment, 0.6) for moment in by_address)]
    told = [one for one in told if is_past(one.moment, captured)]
    days = _weights(told)
    best = max(days, key=lambda day: days[day], default="")
    if days.get(best, 0.0) < ENOUGH or best in _today(told, captured):
        told += [one for one in voices() if is_past(one.moment, captured)]
        days = _weights(told)
    if not days and (guess := read_moment(guessed() or "")) is not None and is_past(guess, captured):
        told.append(DateVoice(guess, 0.5))
        days = _weights(told)
    if not days:
        return Dated()
    today = _today(told, captured)
    best = max(days, key=lambda day: days[day] * (0.5 if day in today else 1.0))
    own = [one.moment for one in told if one.moment.day == best]
    chosen = next((moment for moment in own if moment.precision != "day"), own[0])
    chosen = _in_own_zone(chosen, root)
    changed = (moment for moment in _read(changed_on, read) if is_past(moment, captured))
    modified = next((moment.value for moment in changed if moment.value > chosen.value and moment.day >= best), None)
    confidence = min(1.0, 0.4 + 0.2 * days[best]) * days[best] / sum(days.values())
    return Dated(chosen.value, chosen.precision, modified, round(confidence, 2))


def _today(told: Iterable[DateVoice], captured: datetime) -> set[str]:
    """Return the day of the capture in the voices' zones: when another voice speaks, it may be the page's clock."""
    return {captured.astimezone(one.moment.value.tzinfo).date().isoformat() for one in told}


def _in_own_zone(moment: Moment, root: etree._Element | None) -> Moment:
    """Return a moment in UTC as a ``<time>`` of the page writes it: with the zone of the place."""
    if root is None or moment.precision == "day" or moment.value.utcoffset():
        return moment
    for element in islice(root.iter("time"), 20):
        other = read_moment(str(element.get("datetime") or ""))
        if other is not None and other.value.utcoffset() and abs(other.value - moment.value) < timedelta(minutes=1):
            return moment._replace(value=moment.value.astimezone(other.value.tzinfo))
    return moment


def machine(facts: Facts, read: Callable[[str], Moment | None]) -> Iterator[DateVoice]:
    """Yield what machine vocabularies say, the more exact first."""
    for told, weight in publications(facts):
        for moment in islice(_read(told, read), 1):
            yield DateVoice(moment, weight)


def _read(told: Iterable[str], read: Callable[[str], Moment | None]) -> Iterator[Moment]:
    for text in told:
        moment = read(text)
        if moment is not None:
            yield moment


def is_past(moment: Moment, captured: datetime) -> bool:
    """Say whether a date may be one of publication: not after the capture, but for the zones' differences."""
    return moment.value <= captured + timedelta(days=1)


def url_days(url: str) -> list[Moment]:
    """Return the day that an address names.

    >>> [moment.day for moment in url_days("https://a.vn/2024/05/31/tin-moi")]
    ['2024-05-31']
    """
    found = _URL_DAY.search(unquote(urlsplit(url).path))
    moment = read_moment("-".join(found.group(1, 3, 4))) if found else None
    return [moment] if moment is not None else []


def _weights(told: Iterable[DateVoice]) -> dict[str, float]:
    days: dict[str, float] = {}
    for one in told:
        days[one.moment.day] = days.get(one.moment.day, 0.0) + one.weight
    return days


def near_lines(
    blocks: Sequence[Block], title: str | None, captured: datetime, language: str, month_first: bool
) -> Iterator[DateVoice]:
    """Yield the printed date that stands nearest to the headline; far from it only a date with a label counts."""
    home = _home(blocks, key(title or ""))
    best: tuple[float, Moment] | None = None
    looked = 0
    for at, block in enumerate(blocks):
        text = block.text
        if not 6 <= len(text) <= MAX_LINE or block.chrome or at == home or at < home - ABOVE:
            continue
        if text.isdigit():  # a telephone number rather than a machine's seconds
            continue
        if looked >= MAX_LOOKED or not _MAY_BE.search(text):
            continue
        looked += 1
        moment = read_moment(text, language, month_first)
        if moment is None or not is_past(moment, captured) or _FOREIGN.search(text):
            continue
        if at < home and moment.day == captured.astimezone(moment.value.tzinfo).date().isoformat():
            continue
        before, rest = text[: moment.start], text[: moment.start] + text[moment.end :]
        posted, updated = _POSTED.search(before) is not None, _UPDATED.search(before) is not None
        away = at - home if at > home else 1.5 * (home - at)
        if block.linked > 0.6 and (away > ABOVE or _WORD.search(rest)):
            continue
        if away > NEAR and not posted and not _UPDATED.search(rest):
            continue
        worth = 3.0 - min(0.06 * away, 1.8) - 0.15 * len(_WORD.findall(rest)) + 0.8 * posted - 1.0 * updated
        if worth > 0.5 and (best is None or worth > best[0]):
            best = (worth, moment)
    if best is not None:
        yield DateVoice(best[1], 1.0)


def _home(blocks: Sequence[Block], wanted: str) -> int:
    """Return the place of the headline: its line, a heading if there is one, else the first heading at all."""
    places = [at for at, block in enumerate(blocks) if wanted and key(block.text) == wanted]
    places = places or [at for at, block in enumerate(blocks) if wanted and key(block.text).endswith(wanted)]
    heads = [at for at in places if blocks[at].heading] or places
    return heads[0] if heads else next((at for at, block in enumerate(blocks) if block.heading == 1), 0)
