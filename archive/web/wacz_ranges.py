"""Files below ``wacz/`` and ``exports/``, whole or in parts: a WACZ is replayed by reading a few ranges of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from archive.takedown import FILE, takedown
from archive.web.deps import served
from archive.web.links import absolute
from archive.web.lookup import OPEN_TO_ALL
from archive.web.mementos import http_date
from archive.web.pages.files import attachment
from archive.web.problems import Problem
from archive.web.ranges import Unsatisfiable, is_unchanged, span_of, still_holds, whole_second
from archive.web.records import stretch
from archive.web.safety import SANDBOX

router = APIRouter()

TOPS = ("wacz", "exports")
LISTED = 1_000
_TYPES = {
    ".wacz": "application/wacz",
    ".csv": "text/csv; charset=utf-8",
    ".jsonl": "application/x-ndjson",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
    ".gz": "application/gzip",
}
_HEADERS = {
    **OPEN_TO_ALL,
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag, Last-Modified",
    "Accept-Ranges": "bytes",
    "Content-Security-Policy": SANDBOX,
}


@router.options("/download/{path:path}", include_in_schema=False)
def allow(path: str) -> Response:
    """Let scripts of other origins, such as a replayer, ask for ranges."""
    allowed = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "Range, If-Range"}
    return Response(status_code=204, headers={**_HEADERS, **allowed, "Access-Control-Max-Age": "86400"})


@router.api_route("/download", methods=["GET", "HEAD"], include_in_schema=False)
def listing(request: Request) -> Response:
    """List the files that can be downloaded."""
    root = served(request).pool.root
    found = []
    for top in TOPS:
        for folder, folders, names in os.walk(root / top):
            folders[:] = sorted(each for each in folders if not each.startswith("."))
            for name in sorted(names):
                path = (Path(folder) / name).relative_to(root).as_posix()
                file = _find(root, path)
                if file is not None and not _is_withheld(root, file):
                    told = file.stat()
                    changed = whole_second(told.st_mtime).strftime("%Y-%m-%dT%H:%M:%SZ")
                    url = absolute(request, f"/download/{path}")
                    found.append({"path": path, "url": url, "size_bytes": told.st_size, "changed": changed})
    return JSONResponse({"files": found[:LISTED], "total": len(found)}, headers=OPEN_TO_ALL)


@router.api_route("/download/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
def download(request: Request, path: str) -> Response:
    """Send a file, or the range of it that is asked for."""
    root = served(request).pool.root
    found = _find(root, path)
    if found is None:
        raise Problem(
            404,
            f"/download/{path[:200]}: there is no such file; /download lists them",
            vi=f"/download/{path[:200]}: không có tệp này; xem danh sách ở /download",
        )
    if _is_withheld(root, found):
        raise Problem(
            451,
            f"{path}: was made before something in it was taken down; it is to be exported again",
            vi=f"{path}: được tạo trước khi có nội dung bị gỡ xuống; cần xuất lại tệp này",
            type="taken-down",
        )
    told = found.stat()
    changed = whole_second(told.st_mtime)
    etag = f'"{told.st_mtime_ns:x}-{told.st_size:x}-{told.st_ino:x}"'
    headers = _HEADERS | {"ETag": etag, "Last-Modified": http_date(changed), "Cache-Control": "no-cache"}
    asked = request.headers.get
    if is_unchanged(asked("if-none-match"), asked("if-modified-since"), etag, changed):
        return Response(status_code=304, headers=headers)
    span = None
    if request.method == "GET" and still_holds(asked("if-range"), etag, changed):
        try:
            span = span_of(_one_range(request), told.st_size)
        except Unsatisfiable:
            problem = {"Content-Range": f"bytes */{told.st_size}", **OPEN_TO_ALL}
            raise Problem(416, f"{path}: has {told.st_size} bytes; ask for some of these", headers=problem) from None
    start, length, status = 0, told.st_size, 200
    if span is not None:
        start, length, status = span.first, span.last - span.first + 1, 206
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{told.st_size}"
    headers |= {
        "Content-Type": _TYPES.get(found.suffix.lower(), "application/octet-stream"),
        "Content-Length": str(length),
        "Content-Disposition": attachment(found.name),
        # So that nothing on the way compresses a part, whose bytes are counted.
        "Content-Encoding": "identity",
    }
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(stretch(found, start, length), status_code=status, headers=headers)


def _one_range(request: Request) -> str | None:
    values = request.headers.getlist("range")
    return values[0] if len(values) == 1 else None


def _find(root: Path, path: str) -> Path | None:
    """Return the file at a path below one of the folders; null for what is none, is hidden, or leads out of it."""
    pure = PurePosixPath(path)
    if "\0" in path or "\\" in path or (unquote(path) != path and ".." in unquote(path)):
        return None
    if pure.is_absolute() or len(pure.parts) < 2 or pure.parts[0] not in TOPS or pure.as_posix() != path:
        return None
    if any(part.startswith(".") or part.endswith((".tmp", ".open")) for part in pure.parts):
        return None
    try:
        found = (root / path).resolve(strict=True)
        is_inside = found.is_relative_to((root / pure.parts[0]).resolve(strict=True))
        return found if is_inside and stat.S_ISREG(found.stat().st_mode) else None
    except (OSError, RuntimeError):
        return None


def _is_withheld(root: Path, file: Path) -> bool:
    """Say whether a file was written before the takedown list was: it may hold what is named there since."""
    if not takedown(root):
        return False
    return file.stat().st_mtime_ns < (root / FILE).stat().st_mtime_ns
