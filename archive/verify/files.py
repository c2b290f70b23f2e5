"""The files of a data root: closed, open, stray."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from archive.storage import far_files
from archive.verify.findings import Finding, finding

OPEN = ".open"
WARC = re.compile(r"warcs/([^/]+)/(\d{4})/([^/]+?)(\.warc(?:\.gz)?)")
BEGUN = re.compile(r"-(\d{4})\d{10}-\d+\.warc")
"""In the name of a WARC file of ours: the year in which it was begun."""
WACZ = re.compile(r"(?:wacz|exports)/(?:[^/]+/)*[^/]+\.wacz")
_KNOWN = (
    WARC,
    re.compile(r"cdxj/[^/]+/\d{4}/[^/]+\.cdxj"),
    re.compile(r"articles/[^/]+/\d{4}/[^/]+\.jsonl"),
    re.compile(r"crawls/[^/]+\.json"),
)
_STARTED = re.compile(r"crawls/([^/]+)-\d+\.json\.open")
_FOLDERS = ("warcs", "cdxj", "articles", "crawls")


class Files:
    """What lies in a data root, by kind; paths below it."""

    def __init__(self, root: Path) -> None:
        """Look at what is there. Raises StorageLost."""
        self.root = root
        self.warcs: list[str] = []
        self.waczs: list[str] = []
        self.far: dict[str, int] = {}
        """Closed WARC files that only the storage has, by name, with their sizes."""
        self.indexes: set[str] = set()
        self.findings: list[Finding] = []
        self._live: dict[str, bool] = {}
        names = sorted(_walk(root))
        here = set(names)
        for name in names:
            self._sort(name, here)
        far = (each for each in far_files(root, "warcs/") if WARC.fullmatch(each.name) and each.name not in here)
        self.far = {each.name: each.size for each in sorted(far, key=lambda each: each.name)}

    def _sort(self, name: str, names: set[str]) -> None:
        if WACZ.fullmatch(name):
            self.waczs.append(name)
        elif name.partition("/")[0] not in _FOLDERS:
            return
        elif WARC.fullmatch(name):
            self.warcs.append(name)
        elif WARC.fullmatch(name.removesuffix(OPEN)):
            self.findings += open_finding(self.root, name)
        elif name.startswith("cdxj/") and name.endswith(".cdxj" + OPEN):
            inner = name.removeprefix("cdxj/").removesuffix(".cdxj" + OPEN)
            if not any(f"warcs/{inner}{suffix}{OPEN}" in names for suffix in (".warc.gz", ".warc")):
                self.findings.append(finding(name, None, "file-stray", "the WARC file that it lists is not open"))
        elif begun := _STARTED.fullmatch(name):
            if not is_live(self.root, begun[1]):
                made = finding(name, None, "file-open", "a crawl was killed: it has no report of its end")
                self.findings.append(replace(made, remedy=f"{made.remedy} {begun[1]}"))
        elif not any(known.fullmatch(name) for known in _KNOWN):
            site = name.split("/")[1] if name.count("/") > 1 else ""
            if not (name.endswith(".tmp") and is_live(self.root, site)):
                self.findings.append(finding(name, None, "file-stray", "no part of the archive writes such a file"))
        elif name.startswith("cdxj/"):
            self.indexes.add(name)
        elif name.startswith("crawls/"):
            self.findings += _report_finding(self.root, name)


def _walk(root: Path) -> Iterator[str]:
    for folder in (*_FOLDERS, "wacz", "exports"):
        for path in (root / folder).rglob("*"):
            if not path.is_dir():
                yield path.relative_to(root).as_posix()


def _report_finding(root: Path, name: str) -> list[Finding]:
    """Return the finding that the report of a crawl is, none for a sound one."""
    try:
        report = json.loads((root / name).read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        return [finding(name, None, "file-unreadable", str(error.strerror or error))]
    except (ValueError, RecursionError):
        return [finding(name, None, "report-form", "it is no JSON")]
    crawl = report.get("crawl") if isinstance(report, dict) else None
    if crawl == Path(name).stem:
        return []
    return [finding(name, None, "report-form", f"it is the report of {crawl}" if crawl else "it names no crawl")]


def open_finding(root: Path, name: str) -> list[Finding]:
    """Return the finding that an ``.open`` file is, none while a live process writes it."""
    parts = name.split("/")
    if (len(parts) > 2 and is_live(root, parts[1])) or is_locked(root / name):
        return []
    site = f" {parts[1]}" if len(parts) > 2 else ""
    made = finding(name, None, "file-open", "a run was killed while it wrote this file")
    return [replace(made, remedy=made.remedy + site)]


def is_live(root: Path, site: str) -> bool:
    """Whether a crawl of the site runs now."""
    return bool(site) and is_locked(root / "locks" / f"{site}.lock")


def is_locked(path: Path) -> bool:
    """Whether another process holds the lock on a file.

    It is taken for an instant: the kernel tells in no other way.
    """
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def index_of(warc: str) -> str:
    """Return the index that belongs to a WARC file, both below the data root.

    >>> index_of("warcs/ha_tinh/2024/x.warc.gz")
    'cdxj/ha_tinh/2024/x.cdxj'
    """
    return re.sub(r"^warcs/(.*?)\.warc(\.gz)?$", r"cdxj/\1.cdxj", warc)
