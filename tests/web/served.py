"""The app over a small real archive, asked as a client asks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from archive.documents import texts
from archive.export.record import checked_json
from archive.export.source import Source, Wanted
from archive.public import PublicArchive
from archive.takedown import takedown
from archive.web.api.answers import software
from archive.web.app import create_app
from archive.web.sites import SiteFacts

FACTS = (SiteFacts("ha_tinh", "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh", "Department of Hà Tĩnh", "Hà Tĩnh"),)
API = "/api/v1"


@contextmanager
def asking(root: Path, **options: Any) -> Iterator[TestClient]:
    with TestClient(create_app(root, sites=FACTS, **options), raise_server_exceptions=False) as client:
        yield client


def walk(client: TestClient, path: str, **params: Any) -> list[Any]:
    """Return the items of all pages of a list."""
    items: list[Any] = []
    while True:
        page = client.get(path, params=params).json()
        items += page["items"]
        if page["next"] is None:
            return items
        params["cursor"] = page["next"]


def exported(root: Path, *, every: bool = False) -> dict[str, bytes]:
    """Return the lines that an export of everything has, by article and version."""
    with PublicArchive(root) as archive, archive.catalog.snapshot() as state, texts(root) as text_of:
        sites = tuple(archive.catalog.sites())
        source = Source(state, text_of, Wanted(sites, every=every), software(), takedown(root))
        return {f"{record.id} {record.n}" if every else record.id: checked_json(record) for record in source.records()}
