"""How ``khcn rebuild --stale`` tells what it found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from crawler.cli.common import say, write_json
from crawler.drift import Drift, Sample, totals
from crawler.exits import Exit
from crawler.rebuild_stale import Renewed
from crawler.rebuild_tasks import Damage


def tell_renewed(found: Renewed, as_json: bool) -> int:
    """Print it; return the exit code."""
    tell_passed_over(found.damage, found.unknown_sites)
    if as_json:
        write_json({
            "pages": found.pages,
            "captures": dict(found.captures),
            "articles": dict(found.articles),
            "drift": msgspec.to_builtins(found.drifts),
            "unknown_sites": sorted(found.unknown_sites),
            "damage": damage_json(found.damage),
            "written": found.is_written,
        })  # fmt: skip
    else:
        for drift in found.drifts:
            _tell_drift(drift)
        differing = totals(found.drifts)["differing"]
        end = "" if found.is_written else "; nothing is written"
        say(f"{found.pages} pages that older code had read: {differing} give something else{end}")
    return Exit.DAMAGE if found.damage else Exit.OK


def tell_passed_over(damage: Iterable[Damage], unknown_sites: Iterable[str]) -> None:
    """Say, beside the result, what could not be read."""
    for each in damage:
        place = each.warc if each.offset is None else f"{each.warc}: offset {each.offset}"
        say(f"khcn: {place}: {each.detail}", err=True)
    for site in sorted(unknown_sites):
        say(f"khcn: {site}: no site file declares it; its captures are indexed, and not read", err=True)


def damage_json(damage: Iterable[Damage]) -> list[dict[str, Any]]:
    """Return damage as JSON has it."""
    return [{"file": each.warc, "offset": each.offset, "detail": each.detail} for each in damage]


def _tell_drift(drift: Drift) -> None:
    way = drift.was if drift.was == drift.now else f"{drift.was} -> {drift.now}"
    say(f"{drift.site}: {way}: {drift.pages} pages, {drift.differing} differ")
    _tell_samples(drift.samples)
    for name, each in drift.fields.items():
        say(f"  {name}: {each.appeared} appeared, {each.vanished} vanished, {each.changed} changed")
        _tell_samples(each.samples)


def _tell_samples(samples: Sequence[Sample]) -> None:
    for sample in samples:
        say(f"    {sample.url}")
        say(f"      - {_shown(sample.before)}")
        say(f"      + {_shown(sample.after)}")


def _shown(value: object) -> str:
    # Pages hold control characters, and a terminal obeys them.
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return "".join(char if char.isprintable() else " " for char in text)
