"""What is expected of a site, held against its crawls and its days of publication. Pure.

A limit is that of the site's file, else one learned from the site's own history. Where that says too
little there is none, and no alarm. A crawl that broke an expectation teaches nothing for it, so that
what is wrong for long does not become what is usual.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise, takewhile
from statistics import median

from archive.health.expect import Expect
from archive.health.facts import SILENT, RunFacts
from archive.health.silence import in_month, month_limit, silence_limit
from archive.report import Expectation
from archive.times import VN

TAUGHT = 10
"""So many crawls teach how long, and how much, they take; those of so many days, that a site is awake."""
LEARNED_FIELDS = ("summary", "published", "authors", "section", "images")
"""Fields that are expected of a site that used to fill them."""
USUALLY = 0.9
"""Share of articles in which a field that is expected was filled."""
HALF = 0.5
SEEN = 20
"""So many articles teach what is usual of articles."""
LATELY = 5
"""So many articles show what is so now."""
ROBOTS_DAYS = 7
"""A robots.txt that held for so many days is the one in force."""


def judge(expect: Expect, runs: Sequence[RunFacts], days: Mapping[date, int], now: datetime) -> tuple[Expectation, ...]:
    """Return each expectation of a site with what was found at *now*.

    *runs* are its last crawls in the order of time, *days* has the articles it published on each day in
    Vietnam. What can not be said now, such as how full fields are when nothing was read, is left out.
    """
    whole = [run for run in runs if run.is_whole and run.ended <= now + timedelta(days=1)]
    if not whole:
        return ()
    return tuple(_judged(expect, whole, days, now))


def _judged(expect: Expect, runs: list[RunFacts], days: Mapping[date, int], now: datetime) -> Iterator[Expectation]:
    answered = [run for run in runs if run.is_answered]
    yield _answers(expect, runs)
    if expect.crawled_within_days is not None or (expect.learn and len(runs) >= TAUGHT):
        yield _crawled(expect, runs, now)
    if not answered:
        return
    # What a site gave is known until it answered last: when nobody asks it is not silent.
    today = answered[-1].day
    # Of a site that was looked at for a few days only, nobody knows whether it is asleep for good.
    learns = expect.learn and len({run.day for run in answered}) >= TAUGHT
    for found in (_silence(expect, learns, days, today), _month(expect, learns, days, today)):
        if found is not None:
            yield found
    yield from _fields(expect, answered)
    if expect.learn and (layout := _layout(answered)) is not None:
        yield layout
    yield from _amounts(expect, answered)
    if answered[-1].certificates:
        yield _certificate(expect, answered[-1], now)
    if len(answered) > 1:
        yield _robots(answered)


def _answers(expect: Expect, runs: Sequence[RunFacts]) -> Expectation:
    silent = list(takewhile(lambda run: not run.is_answered, reversed(runs)))
    value, limit = len({run.day for run in silent}), expect.unanswered_days
    told = "the site answers"
    if silent:
        causes = sorted(set(silent[0].causes) & set(SILENT)) or sorted(silent[0].causes)
        told = f"no answer on {_days(value)} in a row ({', '.join(causes)}); at most {limit} were expected"
    return Expectation("answers", value <= limit, value, limit, told)


def _crawled(expect: Expect, runs: Sequence[RunFacts], now: datetime) -> Expectation:
    ago = max(0, (now.astimezone(VN).date() - runs[-1].day).days)
    if expect.crawled_within_days is not None:
        limit, why = expect.crawled_within_days, ""
    else:
        usual = median((after.started - before.started).total_seconds() / 86400 for before, after in pairwise(runs))
        limit, why = max(2, round(3 * usual)), f" (a crawl every {usual:.1f} days)"
    told = f"the last crawl ended {_days(ago)} ago; at most {limit} were expected{why}"
    return Expectation("crawled", ago <= limit, ago, limit, told)


def _silence(expect: Expect, learns: bool, days: Mapping[date, int], today: date) -> Expectation | None:
    newest = max((day for day in days if day <= today + timedelta(days=1)), default=None)
    limit, why = expect.new_within_days, ""
    if limit is None:
        learned = silence_limit(days, today) if learns else None
        if learned is None:
            return None
        limit, why = learned.limit, f" ({learned.told})"
    if newest is None:
        told = f"no article is held; one within {limit} days was expected"
        return Expectation("new_within_days", False, None, limit, told)
    silent = max(0, (today - newest).days)
    told = f"the newest article is of {newest}, {_days(silent)} ago; one within {limit} days was expected{why}"
    return Expectation("new_within_days", silent <= limit, silent, limit, told)


def _month(expect: Expect, learns: bool, days: Mapping[date, int], today: date) -> Expectation | None:
    limit, why = expect.articles_a_month, ""
    if limit is None:
        learned = month_limit(days, today) if learns else None
        if learned is None:
            return None
        limit, why = learned.limit, f" ({learned.told})"
    found = in_month(days, today)
    told = f"{found} articles are of the last 30 days; at least {limit} were expected{why}"
    return Expectation("articles_a_month", found >= limit, found, limit, told)


def _fields(expect: Expect, runs: Sequence[RunFacts]) -> Iterator[Expectation]:
    lately, before = _lately(runs, lambda run: run.fresh)
    read = sum(run.fresh for run in lately)
    if not read:
        return
    for name in expect.fields:
        # As the file asks for it: of the last crawl that read an article, however few.
        last = next(run for run in reversed(runs) if run.fresh)
        yield _filled(name, last.empty.get(name, 0), last.fresh, "")
    if not expect.learn or read < LATELY:
        return
    for name in LEARNED_FIELDS:
        taught = [run for run in before if f"fields.{name}" not in run.broken]
        known = sum(run.fresh for run in taught)
        share = 1 - sum(run.empty[name] for run in taught if name in run.empty) / max(1, known)
        if name not in expect.fields and known >= SEEN and share >= USUALLY:
            empty = sum(run.empty.get(name, 0) for run in lately)
            yield _filled(name, empty, read, f" (filled in {share:.0%} of {known} before)")


def _filled(name: str, empty: int, read: int, why: str) -> Expectation:
    empty = min(empty, read)  # reports of an earlier version count known articles too
    share = empty / read
    told = f"{name} is empty in {empty} of the {read} articles that were new or changed; at most half was expected{why}"
    return Expectation(f"fields.{name}", share <= HALF, round(share, 3), HALF, told)


def _layout(runs: Sequence[RunFacts]) -> Expectation | None:
    """Return whether pages are read as they used to be: by the usual page classes, and not rejected."""
    lately, before = _lately(runs, lambda run: run.read + run.rejected)
    taught = [run for run in before if "layout" not in run.broken]
    known = sum(run.read for run in taught)
    pages = sum(run.read + run.rejected for run in lately)
    if known < SEEN or pages < LATELY:
        return None
    by_class: Counter[str] = Counter()
    for run in taught:
        by_class.update(run.readers)
    usual = {name for name, number in by_class.items() if number >= known / 10}
    read = sum(number for run in lately for name, number in run.readers.items() if name in usual)
    rejected_before = sum(run.rejected for run in taught)
    odd, limit = 1 - read / pages, max(HALF, min(0.95, 1.5 * rejected_before / (known + rejected_before)))
    told = (
        f"{pages - read} of the {pages} last pages could not be read, or by no page class that is usual "
        f"({', '.join(sorted(usual))}); at most {limit:.0%} was expected"
    )
    return Expectation("layout", odd <= limit, round(odd, 3), round(limit, 3), told)


def _amounts(expect: Expect, runs: Sequence[RunFacts]) -> Iterator[Expectation]:
    """Yield what is looked at of a crawl as such: its failures, its bytes, its time."""
    last = runs[-1]
    taught = [run for run in runs[:-1] if "failures" not in run.broken]
    if expect.failures is not None or (expect.learn and len(taught) >= TAUGHT):
        share = expect.failures
        why = ""
        if share is None:
            share = min(0.9, max(0.1, 2 * _high([run.failed_share for run in taught])))
            why = f" ({_high([run.failed_share for run in taught]):.0%} or less in nine of ten crawls)"
        # One bad night is no news, and the exit code tells of it.
        value = min((_failing(run) for run in runs[-2:]), default=0.0) if len(runs) > 1 else 0.0
        told = f"{value:.0%} of what was asked for failed, two crawls in a row; at most {share:.0%} was expected{why}"
        yield Expectation("failures", value <= share, round(value, 3), round(share, 3), told)
    if last.full:
        return
    amounts: tuple[tuple[str, float | None, float, Callable[[RunFacts], float], str], ...] = (
        ("megabytes", expect.megabytes, 50, lambda run: run.bytes / 1e6, "megabytes were received"),
        ("minutes", expect.minutes, 30, lambda run: run.seconds / 60, "minutes went by"),
    )
    for name, declared, least, amount, words in amounts:
        usual = [amount(run) for run in runs[:-1] if name not in run.broken and not run.full]
        limit, why = declared, ""
        if limit is None:
            if not expect.learn or len(usual) < TAUGHT:
                continue
            limit = max(least, 10 * median(usual), 3 * _high(usual))
            why = f" (the median of {len(usual)} crawls is {median(usual):.1f})"
        told = f"{amount(last):.1f} {words}; at most {limit:.0f} were expected{why}"
        yield Expectation(name, amount(last) <= limit, round(amount(last), 3), round(limit, 3), told)


def _failing(run: RunFacts) -> float:
    """Return the share that failed; a few addresses among many are none."""
    return run.failed_share if run.failed >= 3 or run.failed_share >= HALF else 0.0


def _certificate(expect: Expect, run: RunFacts, now: datetime) -> Expectation:
    host, until = min(run.certificates.items(), key=lambda entry: (entry[1], entry[0]))
    left = (until - now).days
    day = until.astimezone(VN).date()
    ends = f"is valid until {day}, {_days(left)} more" if until > now else f"was valid until {day}, and is not any more"
    told = f"the certificate of {host} {ends}; at least {expect.certificate_days} were expected"
    return Expectation("certificate", left >= expect.certificate_days, left, expect.certificate_days, told)


def _robots(runs: Sequence[RunFacts]) -> Expectation:
    """Return whether each robots.txt is the one that held before; a new one is, after some days."""
    today, changed = runs[-1].day, []
    for service, digest in sorted(runs[-1].robots.items()):
        same = list(takewhile(lambda run, s=service, d=digest: run.robots.get(s, d) == d, reversed(runs)))  # type: ignore[misc]
        before = any(service in run.robots for run in runs[: len(runs) - len(same)])
        if before and (today - same[-1].day).days < ROBOTS_DAYS:
            changed.append(f"{service}/robots.txt has other rules since {same[-1].day}")
    told = "; ".join(changed) + ": look whether pages are forbidden" if changed else "no robots.txt has changed lately"
    return Expectation("robots", not changed, len(changed), 0, told)


def _lately(
    runs: Sequence[RunFacts], count: Callable[[RunFacts], int]
) -> tuple[Sequence[RunFacts], Sequence[RunFacts]]:
    """Return the last crawls, as many as have what shows something, and those before them."""
    seen = 0
    for number in range(len(runs) - 1, -1, -1):
        seen += count(runs[number])
        if seen >= LATELY:
            return runs[number:], runs[:number]
    return runs, ()


def _high(values: Sequence[float]) -> float:
    """Return what nine of ten values do not exceed."""
    return sorted(values)[len(values) * 9 // 10]


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
