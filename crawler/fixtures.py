"""Cutting cases out of the archive, and writing again what is expected of them (:mod:`crawler.cases`)."""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from archive.archive import HeldCapture
from archive.atomic import explained, make_folder, sync_folder, write_whole
from archive.model import Capture, Payload
from crawler.cases import EXPECTED, FACTS, PAGE, UNREAD, Case, Result, shown, written
from crawler.clean import slug_words
from crawler.scaffold import quoted
from crawler.sites import Site

READ_HEADERS = ("Content-Type", "X-Generator", "Liferay-Portal", "MicrosoftSharePointTeamServices")
"""The headers that readers of pages look at."""
MAX_NAME = 60
"""Letters of the name that an address gives a case."""


class NoPage(Exception):
    """None of the captures is a page that can be read; ``str(error)`` says what they are."""


def best_capture(captures: Iterable[HeldCapture], url: str, at: datetime | None) -> HeldCapture:
    """Return the capture closest to *at* (default: the latest) of those that hold a whole answer with status 200.

    Captures of exactly *url* come before those under ``http``, ``https`` or ``www.``.
    Raises NoPage when there is none.
    """
    found = list(captures)
    whole = [one for one in found if _why_not(one) is None]
    usable = [one for one in whole if one.url == url] or whole
    if not usable:
        reasons = dict.fromkeys(f"{one.date:%Y-%m-%d}: {_why_not(one)}" for one in found)
        raise NoPage("; ".join(list(reasons)[-3:]))
    if at is None:
        return max(usable, key=lambda one: (one.date, one.id))
    return min(usable, key=lambda one: (abs(one.date - at), one.id))


def _why_not(capture: Capture) -> str | None:
    """Say why a capture is never read as a page; None when it may be."""
    if capture.status is None:
        return "no answer"
    if capture.status != 200:
        return f"status {capture.status}"
    return f"cut off ({capture.truncated})" if capture.truncated else None


def name_of(url: str) -> str:
    """Return the name of a case by its address.

    >>> name_of("http://x.vn/vi/news/hoat-dong/Hoi-nghi-tong-ket-12.html?a=1"), name_of("http://x.vn/")
    ('hoi_nghi_tong_ket_12', 'home')
    """
    parts = urlsplit(url)
    segments = [part for part in unquote(parts.path).split("/") if part] or ["home"]
    words = slug_words(segments[-1].rpartition(".")[0] or segments[-1]) or ["page"]
    if len(words) == 1 and parts.query:
        words += slug_words(unquote(parts.query))
    while len(words) > 1 and len("_".join(words)) > MAX_NAME:
        words.pop(-2 if words[-1].isdigit() else -1)
    return "_".join(words)[-MAX_NAME:]


def cut(folder: Path, site: Site, capture: Capture, payload: Payload, result: Result, *, declared: bool) -> None:
    """Write the case *folder* from a capture and what is read in it.

    It is there whole or not at all; what is expected is marked as unread. A site that is not *declared*
    is not named. Raises DiskError, or ArchiveError when the place can not be written.
    """
    with explained(folder):
        make_folder(folder.parent)
        made = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
        try:
            (made / PAGE).write_bytes(payload.body)
            (made / FACTS).write_text(_facts(site.id if declared else None, capture, payload), "utf-8")
            (made / EXPECTED).write_text(written({UNREAD: True, **shown(result)}), "utf-8")
            made.chmod(0o755)
            made.rename(folder)
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(made)
            raise
        sync_folder(folder.parent)


def _facts(site: str | None, capture: Capture, payload: Payload) -> str:
    """Return the text of a ``case.toml``."""
    lines = [f"# {capture.id}", f"url = {quoted(capture.url)}", f"captured = {capture.date.isoformat()}"]
    if capture.via is not None:
        lines.append(f"via = {quoted(capture.via)}")
    if site is not None:
        lines.append(f"site = {quoted(site)}")
    sent = [(name, payload.header(name)) for name in READ_HEADERS]
    lines += ["", "[headers]", *(f"{name} = {quoted(value)}" for name, value in sent if value is not None)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Update:
    """What became of a case whose page was read again."""

    case: str
    """``<family or site>/<case>``."""
    state: Literal["unchanged", "changed", "unread"]
    """``unread``: as before, and a person still has to read it."""
    diff: str
    """What changed, as a unified diff."""


def update(case: Case) -> Update:
    """Write what is expected of a case again when something else is read now, and mark it as unread.

    Raises CaseFault, DiskError, or ArchiveError when the place can not be written.
    """
    before = {key: value for key, value in case.held.items() if key != UNREAD}
    now = shown(case.read())
    if before == now:
        return Update(str(case), "unread" if case.is_unread else "unchanged", "")
    old, new = (written(each).splitlines(keepends=True) if each else [] for each in (before, now))
    diff = "".join(difflib.unified_diff(old, new, f"a/{case}/{EXPECTED}", f"b/{case}/{EXPECTED}"))
    with write_whole(case.folder / EXPECTED) as file:
        file.write(written({UNREAD: True, **now}).encode())
    return Update(str(case), "changed", diff)
