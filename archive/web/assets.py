"""The style sheet and the icon: files of our own, which browsers may keep for good."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from archive.web.problems import Problem

router = APIRouter(include_in_schema=False)

KINDS = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@cache
def read(name: str) -> tuple[bytes, str]:
    """Return a file and the digest that stands in its address."""
    data = files("archive.web").joinpath("static", name).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the path of a file; another one when the file is another."""
    return f"/static/{read(name)[1]}/{name}"


@router.api_route("/static/{digest}/{name}", methods=["GET", "HEAD"])
def static(digest: str, name: str) -> Response:
    """Send a file."""
    if name not in KINDS:
        raise Problem(404, f"there is no file {name}")
    data, current = read(name)
    # An old address still gets the file, but is not kept: the page that named it is out of date.
    kept = "public, max-age=31536000, immutable" if digest == current else "no-cache"
    return Response(data, media_type=KINDS[name], headers={"Cache-Control": kept})
