"""What is to be asked for, out of what the index lists: captures first, then the files that their pages need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crawler.recover.choice import FILE_RANK, choose, nearest
from crawler.recover.frontier import Entry, Need
from crawler.recover.held import Held
from crawler.recover.job import Job
from crawler.recover.questions import Question, day_of, is_wanted
from crawler.recover.service import Index
from crawler.recover.told import Plan
from crawler.sites import split_target

SPARES = 3
"""So many other captures of a body are tried when one can not be had."""


def choose_captures(job: Job) -> Plan:
    """Choose in the frontier what is to be asked for, and return what that is."""
    held = Held(job.root, job.site.id, job.catalog)
    found: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    years: Counter[str] = Counter()
    same = chosen = size = 0

    def mine() -> Iterator[Entry]:
        nonlocal same
        for entry in job.frontier.entries():
            if is_wanted(job.site, entry.row, job.since, job.until):
                found[_year(entry)] += 1
                by_status[str(entry.row.status or "-")] += 1
                same += entry.state in ("done", "same")
                yield entry

    with job.frontier.transaction():
        job.frontier.forget_choice()
        job.frontier.settle()
        for choice in choose(job.site, mine()):
            row = choice.entry.row
            if held.has_payload(row.url, row.digest):
                job.frontier.set_state(choice.entry.id, "same")
                same += 1
                continue
            job.frontier.want(choice.entry.id, choice.rank, choice.purpose)
            _spare(job, choice.entry, choice.spares, choice.purpose)
            chosen += 1
            size += row.length
            years[_year(choice.entry)] += 1
    rate = job.settings.replays_per_minute
    return Plan(
        site=job.site.id,
        source=job.source.index,
        found=found.total(),
        by_year=dict(sorted(found.items())),
        by_status=dict(sorted(by_status.items())),
        chosen=chosen,
        chosen_by_year=dict(sorted(years.items())),
        held=same,
        bytes=size,
        seconds=chosen * 60.0 / rate if rate else 0.0,
    )


def choose_files(job: Job, index: Index, questions: list[Question]) -> bool:
    """Choose captures of the files that pages need; say whether there are any to be asked for.

    *questions* are those that were asked about the site. Raises what :meth:`Index.read` raises.
    """
    whole = {question.url for question in questions if question.match == "host"}
    needs = job.frontier.pending_needs()
    if job.source.kind != "commoncrawl":  # it holds hardly any, and has a hundred indexes to ask
        with job.frontier.transaction():
            unasked = dict.fromkeys(need.url for need in needs if _is_unasked(job, need.url, whole))
            job.frontier.add_questions((Question(job.source.index, url, "exact") for url in unasked), 0.0)
        index.read()
    held = Held(job.root, job.site.id, job.catalog)
    with job.frontier.transaction():
        job.frontier.settle()
        for need in needs:
            _meet(job, held, need)
    return job.frontier.next_wanted() is not None


def _is_unasked(job: Job, url: str, whole: set[str]) -> bool:
    try:
        _, host, _ = split_target(url)
    except ValueError:
        return False
    return host not in whole and not job.frontier.entries_at(url) and not job.frontier.is_asked(url)


def _meet(job: Job, held: Held, need: Need) -> None:
    found = nearest(job.frontier.entries_at(need.url), need.near)
    usable = [entry for entry in found if entry.state not in ("failed", "lost")]
    if not usable:
        job.frontier.meet(need, "missing")
        return
    best = usable[0]
    if best.state in ("listed", "spare"):
        if held.has_payload(best.row.url, best.row.digest):
            job.frontier.set_state(best.id, "same")
        else:
            job.frontier.want(best.id, FILE_RANK, need.purpose, need.via)
            _spare(job, best, usable[1:], need.purpose)
    job.frontier.meet(need, "met")


def _spare(job: Job, best: Entry, others: list[Entry] | tuple[Entry, ...], purpose: str) -> None:
    for number, entry in enumerate(others[:SPARES]):
        job.frontier.spare(entry.id, best.id, number, purpose)


def _year(entry: Entry) -> str:
    return str(day_of(entry.row.timestamp).year)
