"""Everything, or what is named: files side by side in processes, then what concerns them all."""

from __future__ import annotations

import gc
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from archive.errors import ArchiveError, CatalogError, DiskError, KhcnError
from archive.storage import Place, attach, far_names, find_far, url_behind
from archive.storage.store import NotStored, Refused
from archive.verify.files import BEGUN, OPEN, WARC, Files, index_of, is_live, open_finding
from archive.verify.findings import Finding, finding
from archive.verify.images import Told, check_files
from archive.verify.index import check_index
from archive.verify.links import Ledger, Links
from archive.verify.members import MAGIC
from archive.verify.scan import Scan, scan
from archive.verify.stored import check_lost, check_stored

# archive.verify.catalog and what needs it are imported where they are used: the database's
# library takes longer to load than a small WARC file to read.

PROCESSES = 2
ALONE = 256 << 20
"""So many bytes in all one process reads: a second one costs a tenth more, and saves half a second at most."""
CATALOG = "catalog.sqlite3"
_MEANT = (".warc", ".warc.gz", ".wacz", ".warc.open", ".warc.gz.open")


@dataclass(frozen=True, slots=True)
class Task:
    """One file to read."""

    path: Place
    file: str
    """Name in findings."""
    root: Path | None = None
    """Data root, for a file that lies in its place there: then index and catalog are compared."""
    catalog: str | Path | None = None
    catalog_name: str = ""
    behind: str = ""
    """URL of the storage behind the data root."""


@dataclass(slots=True)
class Read:
    """What reading a file gave."""

    file: str
    size: int = 0
    records: int = 0
    links: list[tuple[str, Links]] = field(default_factory=list)
    group: str = ""
    """The WACZ, when it is one."""
    findings: list[Finding] = field(default_factory=list)


Reading = Callable[[list[Task]], Iterator[Read]]


class Verification:
    """A run over files: iterate :meth:`findings`, then look at the figures."""

    def __init__(self, root: Path, paths: Sequence[Path] = (), catalog: str | Path | None = None) -> None:
        """*paths*: files and folders, by default the data root. Raises ArchiveError for one that cannot be read."""
        self.root = root
        self.files = self.records = self.bytes = 0
        self._catalog = _place(catalog if catalog is not None else root / CATALOG)
        self._catalog_name = CATALOG if isinstance(self._catalog, Path) else "catalog"
        self._is_whole = not paths or any(_same(path, root) for path in paths)
        self._behind = url_behind(root)
        self._held: Files | None = None
        self._paths = [] if self._is_whole else list(dict.fromkeys(self._expand(paths)))
        if self._is_whole and not root.is_dir():
            raise ArchiveError(f"{root}: no data root; name one with --data, or the files to verify")

    def findings(
        self, progress: Callable[[str], object] = lambda _: None, reading: Reading | None = None
    ) -> Iterator[Finding]:
        """Yield what is wrong, file by file; *progress* is told of each before its findings.

        *reading* reads the files (:func:`read_file`), in any order, and yields what they gave in that of the tasks;
        by default processes of this machine.
        """
        tasks = self._tasks()
        if self._held is not None:
            yield from self._held.findings
            yield from self._check_rest(self._held, has_catalog=self._has_catalog)
        for path in self._paths:
            if path.name.endswith(OPEN):
                base = self.root if path.is_relative_to(self.root) else path.parent
                yield from open_finding(base, path.relative_to(base).as_posix())
        ledger = Ledger()
        try:
            for read in (reading or _read_all)(tasks):
                progress(read.file)
                self.files += 1
                self.records += read.records
                self.bytes += read.size
                for file, links in read.links:
                    ledger.add(file, links, read.group)
                yield from sorted(read.findings, key=lambda one: (one.file, one.offset or 0))
            yield from ledger.findings(self._elsewhere)
        finally:
            ledger.close()

    def check(self, name: str, place: Place | None = None) -> list[Finding]:
        """Read one file of the data root; return what is wrong in it, and with what it refers to in others.

        *place* is where its bytes are, when that is not below the data root.
        """
        ledger = Ledger()
        try:
            read = read_file(self._task(place or self.root.resolve() / name, name))
            self.files += 1
            self.records += read.records
            self.bytes += read.size
            for file, links in read.links:
                ledger.add(file, links, read.group)
            rest = ledger.findings(lambda *told: self._at(name.rpartition("/")[2], *told))
            return [*sorted(read.findings, key=lambda one: (one.file, one.offset or 0)), *rest]
        finally:
            ledger.close()

    # What is to be read.

    def _expand(self, paths: Iterable[Path]) -> Iterator[Path]:
        for path in paths:
            try:
                if path.is_dir():
                    yield from sorted(p.resolve() for p in path.rglob("*") if p.name.endswith(_MEANT) and p.is_file())
                    continue
                with path.open("rb") as file:
                    file.read(1)
            except OSError as error:
                raise ArchiveError(f"{path}: can not be read ({error.strerror}); name a WARC or WACZ file") from None
            yield path.resolve()

    def _tasks(self) -> list[Task]:
        root = self.root.resolve()
        if self._is_whole:
            self._held = Files(self.root)
            names = [*self._held.warcs, *self._held.waczs]
            tasks = [self._task(root / name, name) for name in names]
            places = ((name, find_far(self.root, name)) for name in self._held.far)
            return tasks + [self._task(place, name) for name, place in places if place is not None]
        tasks = []
        for path in self._paths:
            inside = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
            if not path.name.endswith(OPEN):
                tasks.append(self._task(path, inside or str(path)))
        return tasks

    def _task(self, path: Place, file: str) -> Task:
        if not WARC.fullmatch(file):
            return Task(path, file)
        return Task(
            path, file, self.root, self._catalog if self._has_catalog else None, self._catalog_name, self._behind
        )

    @cached_property
    def _has_catalog(self) -> bool:
        from archive.verify import catalog as rows

        try:
            with rows.opened(self._catalog):
                return True
        except CatalogError:
            return False

    # What concerns all files.

    def _check_rest(self, held: Files, *, has_catalog: bool) -> Iterator[Finding]:
        from archive.verify import catalog as rows

        yield from check_stored(self.root)
        expected = {index_of(warc) for warc in (*held.warcs, *held.far)}
        for name in sorted(held.indexes - expected):
            yield finding(name, None, "cdxj-extra", "there is no closed WARC file of this name")
        if not has_catalog:
            missing = isinstance(self._catalog, Path) and not self._catalog.exists()
            if not missing:
                yield from rows.check_whole(self._catalog, self._catalog_name)
            elif held.warcs or held.far:
                yield finding(
                    self._catalog_name,
                    None,
                    "catalog-missing",
                    f"there are {len(held.warcs) + len(held.far)} WARC files",
                )
            return
        yield from rows.check_whole(self._catalog, self._catalog_name)
        try:
            yield from self._check_against_catalog(held)
        except CatalogError as error:
            yield finding(self._catalog_name, None, "catalog-damaged", str(error))

    def _check_against_catalog(self, held: Files) -> Iterator[Finding]:
        from archive.catalog import Catalog
        from archive.verify import catalog as rows
        from archive.verify.jsonl import check_lines

        lost: set[str] = set()
        for warc, count in sorted(rows.warcs_named(self._catalog).items()):
            is_there = warc in held.warcs or warc in held.far or (self.root / (warc + OPEN)).is_file()
            if not is_there and url_behind(self.root):
                lost.add(warc)
            elif not is_there:
                told = f"{count} captures lie in {warc}: no such file"
                yield finding(self._catalog_name, None, "catalog-extra", told)
        with Catalog.open(self._catalog, read_only=True, create=False) as catalog:
            yield from check_lost(catalog, lost)
            yield from check_lines(self.root, catalog, self._is_running)

    def _is_running(self, site: str, crawl: str) -> bool:
        return is_live(self.root, site) and not (self.root / "crawls" / f"{crawl}.json").is_file()

    def _elsewhere(self, told: str, name: str, offset: int | None) -> str | None:
        """Look for a referred record in files of the data root that were not read; see :meth:`Ledger.findings`."""
        if self._is_whole:
            return ""
        named = name.rpartition("/")[2]
        read = next((path.name for path in self._paths if path.name == named), "")
        return self._at(read, told, name, offset)

    def _at(self, read: str, told: str, name: str, offset: int | None) -> str | None:
        """Look for it where it is said to be, in a file of another name than the one that was *read*."""
        named = name.rpartition("/")[2]
        if named and named == read:
            return f"{named} was said to hold it"
        place = self._places.get(named)
        if place is None or offset is None:
            return None  # in a file that nobody gave us: nothing can be said
        try:
            is_there = told.strip("<>") == _id_at(place, offset)
        except OSError as error:
            return f"{named} can not be read ({error.strerror})"
        return None if is_there else f"at byte {offset} of {named} lies another one"

    @cached_property
    def _places(self) -> dict[str, Place]:
        """The WARC files of data root and storage by their names, which are those of one file each."""
        far = (find_far(self.root, name) for name in far_names(self.root, "warcs/") if WARC.fullmatch(name))
        places: dict[str, Place] = {place.name: place for place in far if place is not None}
        found = sorted((self.root / "warcs").rglob("*.warc*"), reverse=True)
        return places | {path.name: path for path in found if path.is_file()}


def read_file(task: Task) -> Read:
    """Read one file, and compare it with its index and its rows."""
    read = Read(task.file)
    if task.root is not None and task.behind:
        attach(task.root, task.behind)
    try:
        read.size = task.path.stat().st_size
        if isinstance(task.path, Path) and (task.path.name.lower().endswith(".wacz") or _begins_as_zip(task.path)):
            from archive.verify.wacz import check_wacz

            read.group = task.file
            read.findings, scans = check_wacz(task.path, task.file)
        else:
            told: Told = {}
            if task.catalog is not None:
                from archive.verify import catalog as rows

                told = rows.files_of(task.catalog, task.file)
            # Nothing here makes cycles; looking for them takes a tenth of the time.
            gc.disable()
            try:
                found = scan(task.path, task.file, wanted=told.__contains__)
            finally:
                gc.enable()
            scans = [found]
            if task.root is not None:
                read.findings += _compare(task, found)
                read.findings += check_files(told, found, task.catalog_name)
    except OSError as error:
        read.findings.append(finding(task.file, None, "file-unreadable", str(error.strerror or error)))
        return read
    except (DiskError, Refused):
        raise
    except NotStored as error:
        read.findings.append(finding(task.file, None, "file-unreadable", str(error)))
        return read
    except KhcnError as error:
        read.findings.append(finding(task.catalog_name, None, "catalog-damaged", str(error)))
        return read
    for found in scans:
        read.records += found.records
        read.findings += found.findings
        read.links.append((found.file, found.links))
    return read


def _compare(task: Task, found: Scan) -> Iterator[Finding]:
    assert task.root is not None
    parts = task.file.split("/")
    info = found.info
    if found.is_ours and (info.get("site"), info.get("filename", parts[-1])) != (parts[1], parts[-1]):
        told = f"its warcinfo says site {info.get('site')}, file {info.get('filename')}"
        yield finding(task.file, None, "file-misplaced", told)
    begun = BEGUN.search(parts[-1])
    if "software" in info and info["software"].startswith("khcn/") and begun and begun[1] != parts[2]:
        yield finding(
            task.file, None, "file-misplaced", f"it was begun in {begun[1]}, and lies in the folder {parts[2]}"
        )
    index = index_of(task.file)
    path: Place = task.root / index
    if not path.is_file():
        path = find_far(task.root, index) or path
    yield from check_index(path, index, found)
    if task.catalog is None:
        return
    from archive.verify import catalog as rows

    is_running = is_live(task.root, parts[1])
    for one in rows.check_captures(task.catalog, task.catalog_name, task.file, found):
        # Rows follow their records: of a crawl that runs some are still to come.
        if not (is_running and one.rule == "catalog-lacks"):
            yield one


def _read_all(tasks: list[Task]) -> Iterator[Read]:
    """Yield what each file gave, in the order of *tasks*, the largest read first."""
    count = min(PROCESSES, os.cpu_count() or 1, len(tasks))
    if count < 2 or sum(map(_size, tasks)) <= ALONE:
        yield from map(read_file, tasks)
        return
    import multiprocessing
    from concurrent.futures import Future, ProcessPoolExecutor

    # Forked, what is imported here need not be imported there; this process has no threads yet.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        futures: dict[Task, Future[Read]] = {}
        for task in sorted(tasks, key=_size, reverse=True):
            futures[task] = pool.submit(read_file, task)
        for task in tasks:
            yield futures.pop(task).result()


def _size(task: Task) -> int:
    try:
        return task.path.stat().st_size
    except OSError:
        return 0


def _same(path: Path, root: Path) -> bool:
    return path.resolve() == root.resolve()


def _begins_as_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\3\4"


def _id_at(path: Place, offset: int) -> str | None:
    """Return the id of the record that begins at *offset*, None when none does."""
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(64 << 10)
    if data.startswith(MAGIC):
        try:
            data = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, 64 << 10)
        except zlib.error:
            return None
    for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"warc-record-id":
            return value.strip().strip(b"<>").decode("utf-8", "replace")
    return None


def _place(catalog: str | Path) -> str | Path:
    """Return the file of a SQLite URL as a path, every other URL as it is."""
    if isinstance(catalog, str) and catalog.startswith("sqlite:///"):
        return Path(catalog.removeprefix("sqlite:///"))
    return catalog
