"""The machine and what is installed on it: Python, libraries, clock, time zones, tools."""

from __future__ import annotations

import ctypes
import re
import resource
import shutil
import ssl
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from archive.times import UTC, parse_timestamp14
from crawler.doctor.finding import Finding, fault

LEAST_PYTHON = (3, 11)
FILES = 1024
"""Files that a process may have open at least: sixteen sites have connections, WARC files and databases."""
DRIFT = timedelta(minutes=5)
_UNSYNCHRONISED = 0x0040
"""``STA_UNSYNC`` of adjtimex(2)."""
_STAMP = re.compile(r"-(\d{14})(?:\d{3})?(?!\d)")

VersionOf = Callable[[str], str]


def python(found: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    """Look at the version of Python."""
    told = f"Python {'.'.join(map(str, found))}"
    if found[:2] < LEAST_PYTHON:
        yield fault("python", f"{told}; 3.11 or newer is needed", "make install PYTHON=/usr/bin/python3.11")
    else:
        yield Finding("python", "ok", told)


def libraries(
    constraints: Path, wanted: Iterable[str] | None = None, version_of: VersionOf = version
) -> Iterator[Finding]:
    """Hold what is installed against what the program needs, and against the versions that it was tested with.

    *constraints* is the file of these versions; without it nothing is said of them. *wanted* are requirements as
    package metadata has them (default: the program's own); those of an extra are only needed for what it does.
    """
    try:
        needed = [Requirement(line) for line in (requires("khcn") or [] if wanted is None else wanted)]
    except (PackageNotFoundError, InvalidRequirement) as error:
        yield fault("libraries", f"khcn is not installed as a package ({error})", "make install")
        return
    pinned = _pinned(constraints)
    missing: dict[str, list[str]] = {}
    others, number = [], 0
    for each in needed:
        extra = _extra(each)
        if extra == "dev" or (each.marker is not None and not each.marker.evaluate({"extra": extra or ""})):
            continue
        try:
            found = version_of(each.name)
        except PackageNotFoundError:
            if extra is None:
                yield fault("libraries", f"{each.name}: missing", f"pip install -c constraints.txt '{_plain(each)}'")
            else:
                missing.setdefault(extra, []).append(each.name)
            continue
        number += 1
        if not each.specifier.contains(found, prereleases=True):
            told = f"{each.name} {found}: {each.specifier} is needed"
            yield fault("libraries", told, f"pip install -c constraints.txt '{_plain(each)}'")
        elif pinned.get(canonicalize_name(each.name), found) != found:
            others.append(f"{each.name} {found} (tested: {pinned[canonicalize_name(each.name)]})")
    if others:
        told = f"other versions than those the tests ran with: {', '.join(others)}"
        yield Finding("libraries", "warning", told, "pip install -c constraints.txt --upgrade khcn")
    for extra, names in missing.items():
        told = f"the extra {extra} is not installed: {', '.join(names)}"
        yield Finding("libraries", "note", told, f"for what needs it: pip install 'khcn[{extra}]'")
    yield Finding("libraries", "ok", f"{number} packages that the program asks for")


def _extra(requirement: Requirement) -> str | None:
    found = re.search(r"""extra\s*==\s*["']([\w-]+)["']""", str(requirement.marker or ""))
    return found[1] if found else None


def _plain(requirement: Requirement) -> str:
    return f"{requirement.name}{requirement.specifier}"


def _pinned(constraints: Path) -> dict[str, str]:
    try:
        lines = constraints.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.partition("==") for line in lines if "==" in line and not line.startswith("#"))
    return {canonicalize_name(name.strip()): pin.strip() for name, _, pin in pairs}


def clock(
    root: Path,
    now: datetime,
    *,
    certificates: Callable[[], list[tuple[datetime, datetime]]] | None = None,
    is_synchronised: Callable[[], bool | None] | None = None,
) -> Iterator[Finding]:
    """Hold the clock against what must be earlier: captures, and the certificates that this machine trusts."""
    newest = newest_stamp(root)
    if newest is not None and newest > now + DRIFT:
        told = f"it is {now:%Y-%m-%d %H:%M} UTC by the clock, and the archive holds a crawl of {newest:%Y-%m-%d %H:%M}"
        yield fault("clock", told, "set the clock (timedatectl): what is captured now would bear a false date")
        return
    spans = (certificates or _trusted)()
    valid = sum(begin <= now <= end for begin, end in spans)
    if spans and valid * 2 < len(spans):
        told = f"of {len(spans)} certificates that this machine trusts {valid} are valid at {now:%Y-%m-%d} by the clock"
        yield fault("clock", told, "set the clock (timedatectl), or renew the package ca-certificates")
        return
    if (is_synchronised or _synchronised)() is False:
        told = "nothing keeps the clock in step (NTP)"
        yield Finding(
            "clock", "warning", told, "timedatectl set-ntp true, or install chrony; the dates of records rest on it"
        )
    else:
        yield Finding("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def newest_stamp(root: Path) -> datetime | None:
    """Return when the latest crawl below *root* began, by the names of its files; null when there is none."""
    found = [match[1] for path in root.glob("crawls/*") if (match := _STAMP.search(path.name))]
    for site in root.glob("warcs/*"):
        years = sorted(path for path in site.glob("[0-9]*") if path.is_dir())
        found += [match[1] for path in (years[-1].iterdir() if years else ()) if (match := _STAMP.search(path.name))]
    try:
        return parse_timestamp14(max(found)) if found else None
    except ValueError:
        return None


def _trusted() -> list[tuple[datetime, datetime]]:
    try:
        held = ssl.create_default_context().get_ca_certs()
        return [(_cert_time(each["notBefore"]), _cert_time(each["notAfter"])) for each in held]
    except (OSError, ValueError, KeyError):
        return []


def _cert_time(text: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)


def _synchronised() -> bool | None:
    """Say whether the kernel's clock is kept in step; null when it does not say.

    Source: adjtimex(2): ``struct timex`` begins with modes, four longs, status.
    """
    try:
        timex = ctypes.create_string_buffer(512)
        if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
            return None
    except (OSError, AttributeError):
        return None
    status = ctypes.c_int.from_buffer(timex, 5 * ctypes.sizeof(ctypes.c_long)).value
    return not status & _UNSYNCHRONISED


def time_zones(zone: Callable[[str], ZoneInfo] = ZoneInfo) -> Iterator[Finding]:
    """Look for the time zone of Vietnam, in which pages print their dates."""
    try:
        offset = datetime(2025, 7, 1, tzinfo=zone("Asia/Ho_Chi_Minh")).utcoffset()
    except (KeyError, ValueError, OSError) as error:
        yield fault(
            "time zones", f"Asia/Ho_Chi_Minh is not known ({error})", "apt-get install tzdata, or pip install tzdata"
        )
        return
    if offset != timedelta(hours=7):
        yield fault(
            "time zones",
            f"Asia/Ho_Chi_Minh is {offset} ahead of UTC, not 7 hours",
            "apt-get install --reinstall tzdata",
        )
    else:
        yield Finding("time zones", "ok", "Asia/Ho_Chi_Minh is known")


def limits(files: int | None = None) -> Iterator[Finding]:
    """Look at how many files may be open."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0] if files is None else files
    if 0 <= most < FILES:
        yield Finding(
            "limits",
            "warning",
            f"only {most} files may be open at once",
            f"ulimit -n {FILES}, or LimitNOFILE={FILES} in the unit",
        )
    else:
        yield Finding("limits", "ok", f"{most} files may be open at once")


def tools(which: Callable[[str], str | None] = shutil.which, version_of: VersionOf = version) -> Iterator[Finding]:
    """Look for programs that are of use and not needed."""
    try:
        yield Finding("tools", "ok", f"pywb {version_of('pywb')}, for `khcn replay`")
    except PackageNotFoundError:
        yield Finding("tools", "note", "pywb is not installed: no `khcn replay`", "pip install 'khcn[replay]'")
    if not any(which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        told = "no Chromium: tests that look at pages in a browser are left out"
        yield Finding("tools", "note", told, "apt-get install chromium")
