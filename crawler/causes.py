"""Why an exchange did not end well, in one line that begins with a stable word."""

from __future__ import annotations

from asyncio import CancelledError as TaskCancelled

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from twisted.internet import error as tx
from twisted.python.failure import Failure

from archive.errors import ArchiveError, DiskError
from crawler.private import PrivateAddress
from crawler.refusals import TransferCut

MAX_TEXT = 300

# The first class that matches gives the word, so subclasses stand before their bases.
WORDS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("disk", (DiskError, ArchiveError)),
    ("private", (PrivateAddress,)),
    ("timeout", (DownloadTimeoutError, tx.TimeoutError, tx.TCPTimedOutError)),
    ("stopped", (TransferCut,)),
    ("length", (DownloadCancelledError,)),
    ("cancelled", (TaskCancelled, tx.ConnectingCancelledError)),
    ("dns", (CannotResolveHostError, tx.DNSLookupError, tx.UnknownHostError)),
    ("refused", (DownloadConnectionRefusedError, tx.ConnectionRefusedError)),
    ("closed", (tx.ConnectionDone,)),
    ("reset", (tx.ConnectionLost, tx.ConnectionAborted)),
    ("unreachable", (tx.ConnectError,)),
    ("tls", (SSL.Error,)),
    ("malformed", (ValueError, LookupError)),
)


def cause(error: BaseException | Failure) -> str:
    """Return ``"<word>: <what was seen>"`` for a failed exchange.

    The word is one of ``timeout, length, stopped, cancelled, dns, refused, closed, reset,
    unreachable, tls, malformed, private, disk, error`` and can be counted; the rest is for people.

    >>> cause(tx.ConnectionDone("x"))
    'closed: Connection was closed cleanly: x.'
    >>> cause(DownloadTimeoutError("Getting http://a/ took longer than 3 seconds."))
    'timeout: Getting http://a/ took longer than 3 seconds.'
    """
    seen = error.value if isinstance(error, Failure) else error
    root = _root(seen or Exception("no reason given"))
    word = next((word for word, classes in WORDS if isinstance(root, classes)), "error")
    text = " ".join(str(root).split())[:MAX_TEXT] or type(root).__name__
    return f"{word}: {text}" if word != "error" else f"{word}: {type(root).__name__}: {text}"


def word_of(text: str | None) -> str | None:
    """Return the word with which a cause begins."""
    return text.partition(":")[0] if text else None


def _root(error: BaseException) -> BaseException:
    """Return the error beneath Scrapy's wrappers."""
    for _ in range(8):
        if error.__cause__ is None or any(isinstance(error, kinds) for _, kinds in WORDS):
            break
        error = error.__cause__
    return error
