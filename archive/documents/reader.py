"""Read documents in a process beside this one, bounded in time and memory."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from archive.documents.model import DocumentText
from archive.documents.read import LIBRARIES
from archive.errors import ConfigError

EXTRACTOR = "2"
"""Version of the reader. It is raised when the same bytes would give another text."""
MAX_BYTES = 64 << 20
"""A larger document is not read."""
TIME_S = 10.0
"""Processor time for a document: on a busy machine the same ones are read as on an idle one."""
WALL_TIMES = 6
"""So many times that, by the clock on the wall, is the most."""
DOCUMENTS_A_WORKER = 500
"""After so many a new worker starts, whatever the libraries have left lying about."""

_KILLED_FOR_MEMORY = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
"""How libraries end which can not have the memory that they want; hostile files do the same."""


def check_installed() -> None:
    """Raise ConfigError, saying what to install, when the extra ``documents`` is not there."""
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            f'the text of documents needs the extra "documents" ({", ".join(missing)} missing); '
            "install it: pip install 'khcn[documents]'"
        )


class DocumentReader:
    """Read documents one after another, in a worker that is killed when one takes too much.

    Used by one thread. Raises ConfigError when the extra ``documents`` is missing.
    """

    def __init__(self, *, time_s: float = TIME_S) -> None:
        check_installed()
        self._time_s = time_s
        self._worker: subprocess.Popen[bytes] | None = None
        self._read = 0

    def read(self, data: bytes, mime: str | None = None) -> DocumentText:
        """Return the text of a document, or why there is none.

        Whatever the bytes are, this returns after ten seconds of processor time, or a minute, and takes at most
        512 MiB elsewhere.
        """
        if len(data) > MAX_BYTES:
            return DocumentText("too_large", detail=f"more than {MAX_BYTES >> 20} MiB")
        worker = self._running()
        head = json.dumps({"size": len(data), "mime": mime}).encode() + b"\n"
        assert worker.stdin is not None
        try:
            worker.stdin.write(head + data)
            worker.stdin.flush()
            answer = self._answer(worker, spent_s=_processor_s(worker.pid))
        except BrokenPipeError:
            answer = b""
        except BaseException:
            self.close()  # an answer may still come, and would be taken for that to the next document
            raise
        if answer is None:
            self.close()
            return DocumentText("too_slow", detail=f"more than {self._time_s:g} s")
        if not answer.endswith(b"\n"):
            code = worker.wait()
            self.close()
            state = "out_of_memory" if code in _KILLED_FOR_MEMORY else "broken"
            return DocumentText(state, detail=f"its reader ended with {code}")  # type: ignore[arg-type]
        found = DocumentText(**json.loads(answer))
        self._read += 1
        if found.state == "out_of_memory" or self._read >= DOCUMENTS_A_WORKER:
            self.close()
        return found

    def close(self) -> None:
        """End the worker."""
        worker, self._worker, self._read = self._worker, None, 0
        if worker is not None:
            worker.kill()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            worker.wait()

    def __enter__(self) -> DocumentReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self.close()
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "archive.documents.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for this process, which ends the worker itself.
                start_new_session=True,
            )
        return self._worker

    def _answer(self, worker: subprocess.Popen[bytes], spent_s: float) -> bytes | None:
        """Return the line that the worker writes; without its end when it died, null when it takes too long."""
        assert worker.stdout is not None
        place, until, parts = worker.stdout.fileno(), time.monotonic() + WALL_TIMES * self._time_s, list[bytes]()
        while not parts or not parts[-1].endswith(b"\n"):
            while not select.select([place], [], [], self._time_s / 4)[0]:
                if _processor_s(worker.pid) - spent_s > self._time_s or time.monotonic() > until:
                    return None
            if not (part := os.read(place, 1 << 16)):
                break
            parts.append(part)
        return b"".join(parts)


def _processor_s(process: int) -> float:
    """Return the processor time that a process took until now; 0 where nobody tells."""
    try:
        told = Path(f"/proc/{process}/stat").read_text("ascii", "replace")
    except OSError:
        return 0.0
    # The name, in brackets, may hold anything. Then come state ... and, 12th and 13th, utime and stime (proc(5)).
    fields = told.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
