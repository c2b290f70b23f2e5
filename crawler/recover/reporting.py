"""What is told of a recovery when it ends: counts, failures, gaps."""

from __future__ import annotations

from dataclasses import replace

from archive.report import Failure
from archive.times import now
from crawler.exits import Exit
from crawler.recover.frontier import Entry
from crawler.recover.held import spellings_of
from crawler.recover.job import Job
from crawler.recover.told import Gap, Plan, RecoverReport

MAX_GAPS = 1000


def report_of(
    job: Job, base: RecoverReport, plan: Plan | None, failures: tuple[Failure, ...], stopped: Exit | None
) -> RecoverReport:
    """Return *base* with what the frontier knows; *failures* are those that it does not, *stopped* why it was cut."""
    frontier = job.frontier
    asked = [Failure(one.question.url, f"index: {one.cause}", one.attempts) for one in frontier.failed_questions()]
    gone = [entry for state in ("failed", "lost") for entry in frontier.entries(state)]
    lost = [Failure(_shown(job, entry), entry.cause, max(1, entry.attempts)) for entry in _unmet(job, gone)]
    every = (*failures, *asked, *lost)
    counts = frontier.counts()
    gaps = gaps_of(job, gone)
    return replace(
        base,
        ended=now(),
        exit=int(stopped or (Exit.PARTIAL if every else Exit.OK)),
        requests=base.requests + job.service.requests,
        bytes=base.bytes + job.service.bytes,
        failures=every,
        bound="--limit" if job.limit is not None and counts.get("wanted") and stopped is None else None,
        found=plan.found if plan else 0,
        found_by_year=plan.by_year if plan else {},
        found_by_status=plan.by_status if plan else {},
        unread_rows=frontier.unread(),
        chosen=sum(counts.get(state, 0) for state in ("done", "wanted", "failed", "lost")),
        held=counts.get("same", 0),
        left=counts.get("wanted", 0),
        files_missing=frontier.missing_needs(),
        gaps=tuple(gaps[:MAX_GAPS]),
        gaps_total=len(gaps),
    )


def gaps_of(job: Job, gone: list[Entry]) -> list[Gap]:
    """Return the articles that existed and of which none is held; *gone* are captures that could not be had."""
    site = job.site
    read = {site.identity(url) for url in job.catalog.article_pages(site.id)}
    gaps: dict[str, Gap] = {}
    for url, via in [*job.frontier.known(), *((url, "") for url in sorted({entry.row.url for entry in gone}))]:
        identity = site.identity(url)
        if identity in read or identity in gaps or (site.layouts and not site.is_article(url)):
            continue
        beside = job.frontier.entries_at(url)
        states = {entry.state for entry in beside}
        if "wanted" in states or job.catalog.article(url) is not None:
            continue
        cause = next((entry.cause for entry in beside if entry.cause), "")
        if states & {"done", "same"} or any(job.catalog.latest(site.id, one, 1) for one in spellings_of(url)):
            cause = "captured, but no article could be read"  # it was gone, cut, or in the hands of others
        elif not cause:
            shown = sorted({str(entry.row.status or "-") for entry in beside})
            cause = f"only with status {', '.join(shown)}" if beside else "not in the index"
        gaps[identity] = Gap(url, via, cause)
    return list(gaps.values())


def _unmet(job: Job, gone: list[Entry]) -> list[Entry]:
    """Return those of which no other capture of the same body is held, or still to be asked for."""
    return [entry for entry in gone if not entry.row.digest or not _is_met(job, entry)]


def _is_met(job: Job, entry: Entry) -> bool:
    return any(
        other.row.digest == entry.row.digest and other.state in ("done", "same", "wanted")
        for other in job.frontier.entries_at(entry.row.url)
    )


def _shown(job: Job, entry: Entry) -> str:
    row = entry.row
    if job.source.kind == "commoncrawl":
        return f"{row.url} ({row.timestamp}, {row.filename} at {row.offset})"
    return job.source.capture_url(row.timestamp, row.url)
