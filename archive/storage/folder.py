"""A storage that is a folder, such as a mounted disk of another machine."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from shutil import copyfileobj

from archive.atomic import TEMPORARY, make_folder, sync_folder
from archive.errors import StorageLost, disk_error
from archive.storage.store import AlreadyStored, NotStored, Refused, Stored


class Folder:
    """A storage below a folder; a file gets its name only when all its bytes are on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = folder.as_uri()

    def stat(self, name: str) -> Stored | None:
        """Return what is kept under a name; its digest is not known without reading it."""
        with self._explained(name):
            try:
                found = (self.folder / name).stat()
            except (FileNotFoundError, NotADirectoryError):
                self._check_mounted()
                return None
            return Stored(name, found.st_size, f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}")

    def read(self, name: str, start: int, length: int) -> bytes:
        """Return so many bytes from an offset on."""
        with self._explained(name):
            try:
                with (self.folder / name).open("rb") as file:
                    file.seek(start)
                    return file.read(length)
            except FileNotFoundError:
                raise NotStored(f"{self.place(name)}: is not there") from None

    def names(self, prefix: str) -> Iterator[Stored]:
        """Yield what is kept below a folder."""
        with self._explained(prefix):
            self._check_mounted()
            paths = [path for path in (self.folder / prefix).rglob("*") if path.is_file()]
            held = [Stored(path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in paths]
        yield from sorted((each for each in held if not each.name.endswith(TEMPORARY)), key=lambda each: each.name)

    def put(self, path: Path, name: str, digest: str, replaces: str = "") -> None:
        """Keep a file: written beside, synced, then linked to its name, which fails when the name is taken."""
        target = self.folder / name
        temporary = target.with_name(f".{target.name}.{os.urandom(4).hex()}{TEMPORARY}")
        with self._explained(name):
            self._check_mounted()
            make_folder(target.parent)
            try:
                with path.open("rb") as source, temporary.open("xb") as out:
                    copyfileobj(source, out, 1 << 20)
                    out.flush()
                    os.fsync(out.fileno())
                if replaces:
                    held = self.stat(name)
                    if held is None or held.mark != replaces:
                        raise AlreadyStored(f"{self.place(name)}: was changed meanwhile")
                    temporary.replace(target)
                else:
                    os.link(temporary, target)
            except FileExistsError:
                raise AlreadyStored(f"{self.place(name)}: is there already") from None
            finally:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
            sync_folder(target.parent)

    def place(self, name: str) -> str:
        """Return the path of a file."""
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise NotStored(f"{name!r} is no path below {self.url}")
        return str(self.folder / name)

    def _check_mounted(self) -> None:
        if not self.folder.is_dir():
            raise StorageLost(f"{self.url}: is not there; mount it, then run the same command again") from None

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        """Turn what the system says into a sentence."""
        place = self.place(name)
        try:
            yield
        except OSError as error:
            if (failed := disk_error(error, place)) is not None:
                raise failed from error
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise Refused(f"{place}: {error.strerror}; mend the rights of the folder") from error
            raise StorageLost(f"{place}: {error.strerror}; run the same command again") from error
