"""The texts of documents, kept below the data root in ``documents.sqlite3``.

They follow from the files in the archive, and can be deleted and made again. They are not in the
catalog, for which libraries are installed would then decide what a rebuild gives.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

from archive.derived import use_wal
from archive.documents.model import DocumentText
from archive.errors import ArchiveError

NAME = "documents.sqlite3"
BUSY_TIMEOUT_S = 60.0
LAYOUT = 1
"""Version of the table; a file of another one is refused."""

_COLUMNS = "state, text, kind, pages, truncated, detail"
_TABLE = """
CREATE TABLE IF NOT EXISTS documents (
    sha256 TEXT PRIMARY KEY,
    extractor TEXT NOT NULL,
    state TEXT NOT NULL,
    text TEXT NOT NULL,
    kind TEXT,
    pages INTEGER,
    truncated INTEGER NOT NULL,
    detail TEXT NOT NULL,
    told INTEGER NOT NULL
) WITHOUT ROWID
"""


class DocumentTexts:
    """The texts of an archive's documents, for reading; a call gives one text.

    Works on a read-only disk, and while another process adds texts. Used by one thread at a time.
    """

    def __init__(self, root: Path) -> None:
        """Open what the data root *root* holds; without a cache every text is null.

        Raises ArchiveError when there is one that can not be read.
        """
        self.path = root / NAME
        self._file = _open_to_read(self.path)

    def __call__(self, sha256: str | None) -> str | None:
        """Return the text of the document with this SHA-256 (hexadecimal); null when none is held."""
        found = self.document(sha256)
        return found.text if found is not None and found.state == "text" else None

    def document(self, sha256: str | None) -> DocumentText | None:
        """Return what is known of a document; null when its text was not looked for yet."""
        if self._file is None or sha256 is None:
            return None
        with _explained(self.path):
            row = self._file.execute(f"SELECT {_COLUMNS} FROM documents WHERE sha256 = ?", (sha256,)).fetchone()  # noqa: S608
        return _document(row) if row is not None else None

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> DocumentTexts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class DocumentCache:
    """The cache, for the one process that fills it."""

    def __init__(self, root: Path) -> None:
        self.path = root / NAME
        with _explained(self.path):
            self._file = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                use_wal(self._file.execute, BUSY_TIMEOUT_S)
                self._file.execute("PRAGMA synchronous = NORMAL")
                self._file.execute(_TABLE)
                if self._file.execute("PRAGMA user_version").fetchone()[0] == 0:
                    self._file.execute(f"PRAGMA user_version = {LAYOUT}")
                _check_layout(self.path, self._file)
            except BaseException:
                self._file.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        with _explained(self.path):
            self._file.close()

    def __enter__(self) -> DocumentCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def has(self, sha256: str, extractor: str) -> bool:
        """Say whether a document was read by this version of the reader."""
        query = "SELECT 1 FROM documents WHERE sha256 = ? AND extractor = ? AND state <> 'not_held'"
        with _explained(self.path):
            return self._file.execute(query, (sha256, extractor)).fetchone() is not None

    def keep(self, sha256: str, extractor: str, document: DocumentText) -> None:
        """Keep what a document says; what another version of the reader made of it goes."""
        row = (sha256, extractor, document.state, document.text, document.kind, document.pages)
        with _explained(self.path):
            self._file.execute(
                f"INSERT OR REPLACE INTO documents (sha256, extractor, {_COLUMNS}, told)"  # noqa: S608
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (*row, document.truncated, document.detail),
            )

    def untold(self) -> list[str]:
        """Return the documents whose text is new since :meth:`tell` (their SHA-256), sorted."""
        with _explained(self.path):
            rows = self._file.execute("SELECT sha256 FROM documents WHERE told = 0 ORDER BY sha256").fetchall()
        return [row[0] for row in rows]

    def tell(self, documents: Iterable[str]) -> None:
        """Note that whoever reads the catalog's changes knows of *documents*."""
        with _explained(self.path):
            self._file.execute("BEGIN IMMEDIATE")
            self._file.executemany("UPDATE documents SET told = 1 WHERE sha256 = ?", ((one,) for one in documents))
            self._file.execute("COMMIT")

    def counts(self) -> Counter[str]:
        """Count the documents by state."""
        with _explained(self.path):
            return Counter(dict(self._file.execute("SELECT state, count(*) FROM documents GROUP BY state")))

    def unsupported(self) -> Counter[str]:
        """Count the documents of kinds that are not read, by what they are."""
        query = "SELECT detail, count(*) FROM documents WHERE state = 'unsupported' GROUP BY detail"
        with _explained(self.path):
            return Counter(dict(self._file.execute(query)))


def _document(row: tuple[object, ...]) -> DocumentText:
    state, text, kind, pages, truncated, detail = row
    return DocumentText(state, text, kind, pages, bool(truncated), detail)  # type: ignore[arg-type]


def _open_to_read(path: Path) -> sqlite3.Connection | None:
    if not path.exists():
        return None
    address = "file:" + quote(str(path.absolute()))
    with _explained(path):
        # As for the catalog: a file in WAL mode on a read-only disk is taken as it lies.
        for query in ("?mode=ro", "?mode=ro&immutable=1"):
            with suppress(sqlite3.OperationalError):
                made = sqlite3.connect(address + query, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None)
                try:
                    _check_layout(path, made)
                except BaseException:
                    made.close()
                    raise
                return made
        with closing(sqlite3.connect(address + "?mode=ro", uri=True)) as made:  # for its error
            _check_layout(path, made)
    return None


def _check_layout(path: Path, file: sqlite3.Connection) -> None:
    found = file.execute("PRAGMA user_version").fetchone()[0]
    file.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if found not in (0, LAYOUT):
        raise ArchiveError(
            f"{path}: made by another version of this program; delete it and run `khcn index --documents`"
        )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        # Here, for the process that reads documents needs no database library.
        from archive.catalog.engine import disk_error_of

        if (failed := disk_error_of(path, error)) is not None:
            raise failed from error
        raise ArchiveError(
            f"{path}: the texts of documents can not be read or kept ({error}); make file and folder accessible, "
            "or delete the file and run `khcn index --documents`"
        ) from error
