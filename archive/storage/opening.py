"""Which storage lies behind a data root: named once for a process, then asked by whoever reads.

``file:///folder`` and ``s3://bucket/prefix`` name one. What a URL needs is loaded only when it names it.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archive.errors import ConfigError
from archive.storage.folder import Folder
from archive.storage.store import Storage

_behind: dict[Path, str] = {}


def attach(root: Path, url: str) -> None:
    """Let what is not below *root* be looked for in the storage at a URL; an empty one stands for none.

    Nothing is asked of it yet. Raises ConfigError when the URL names none, or what it needs is not installed.
    """
    root = root.absolute()
    if not url or ((folder := folder_of(url)) is not None and folder == root):
        _behind.pop(root, None)
        return
    check_url(url)
    _behind[root] = url.rstrip("/")


def url_behind(root: Path) -> str:
    """Return the URL of the storage behind a data root, empty when there is none."""
    return _behind.get(root.absolute(), "") if _behind else ""


def behind(root: Path) -> Storage | None:
    """Return the storage behind a data root, null when there is none."""
    url = url_behind(root)
    return opened(url) if url else None


def opened(url: str) -> Storage:
    """Return the storage at a URL; nothing is asked of it yet. Raises ConfigError."""
    # A connection is not shared with a process that was forked.
    return _opened(url, os.getpid())


@lru_cache(maxsize=16)
def _opened(url: str, process: int) -> Storage:
    check_url(url)
    if (folder := folder_of(url)) is not None:
        return Folder(folder)
    from archive.storage.s3 import S3

    return S3(url)


def check_url(url: str) -> None:
    """Raise ConfigError for a URL that names no storage; what may be a secret in it is not repeated."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ConfigError(
            "KHCN_ARCHIVE_URL: credentials do not belong into it; "
            "put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or into ~/.aws/credentials"
        )
    if parts.query or parts.fragment:
        raise ConfigError("KHCN_ARCHIVE_URL: nothing goes behind the path; another server is named by AWS_ENDPOINT_URL")
    if parts.scheme == "file":
        if folder_of(url) is None:
            raise ConfigError(f"KHCN_ARCHIVE_URL: {url}: write the whole path of a folder: file:///srv/archive")
        return
    if parts.scheme != "s3" or not parts.netloc:
        raise ConfigError(f"KHCN_ARCHIVE_URL: {url}: names no storage; write file:///folder or s3://bucket/prefix")
    if find_spec("boto3") is None:
        raise ConfigError(f"KHCN_ARCHIVE_URL: {url}: the Python package boto3 is missing; pip install 'khcn[s3]'")


def folder_of(url: str) -> Path | None:
    """Return the folder that a ``file:`` URL names, null for any other.

    >>> str(folder_of("file:///srv/l%C6%B0u%20tr%E1%BB%AF"))
    '/srv/lưu trữ'
    """
    parts = urlsplit(url)
    path = unquote(parts.path)
    is_one = parts.scheme == "file" and parts.netloc in ("", "localhost") and path.startswith("/")
    return Path(path) if is_one else None
