"""What web archives and libraries speak to each other: Memento, CDX, raw bytes, OAI-PMH, files by ranges."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from archive.web import cdx, memento, oai, raw, records, wacz_ranges
from archive.web.indexed import EVERY_S, Kept
from archive.web.lookup import INDEX, index_in
from archive.web.oai import LEDGER

DATESTAMPS_S = 300.0
"""Which articles are gone is told by all captures of the archive."""

ROUTERS: tuple[APIRouter, ...] = (
    cdx.router,
    memento.router,
    raw.router,
    records.router,
    oai.router,
    wacz_ranges.router,
)


def kept(app: FastAPI) -> dict[str, Kept]:
    """Return what brings up what the protocols read: the index of captures, and the datestamps."""
    pool = app.state.served.pool

    def captures() -> None:
        index_in(app).refresh(at_once=True)

    def datestamps() -> None:
        with pool.lent(oai.CATCH_UP_S) as archive:
            oai.ledger_in(app).catch_up(archive.catalog, archive.takedown)

    return {"captures": (captures, EVERY_S), "datestamps": (datestamps, DATESTAMPS_S)}


def close(app: FastAPI) -> None:
    """Let go of what the protocols keep open, or keep elsewhere where nothing may be written."""
    for name in (INDEX, LEDGER):
        if (kept := getattr(app.state, name, None)) is not None:
            kept.close()
