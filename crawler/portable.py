"""Errors that go from one process to another."""

from __future__ import annotations

import pickle
import traceback
from contextlib import suppress

from archive.errors import KhcnError


def portable(error: BaseException) -> BaseException:
    """Return an error that can be sent, with its traceback as a note.

    Of an expected one that can not be, it is the nearest kind above that can: that decides the exit code too.
    """
    error.add_note(traceback.format_exc())
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 (our own)
        return error
    except Exception:
        plain: BaseException = RuntimeError(f"{type(error).__name__}: {error}")
    for kind in type(error).__mro__[1:]:
        if issubclass(kind, KhcnError):
            with suppress(Exception):
                plain = pickle.loads(pickle.dumps(kind(str(error))))  # noqa: S301 (our own)
                break
    plain.add_note(traceback.format_exc())
    return plain
