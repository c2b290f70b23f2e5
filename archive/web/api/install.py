"""The API, feeds, sitemap, health and metrics, put into an app."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from archive.web import feeds, metrics
from archive.web.api import articles, captures, mirror, searches, sites
from archive.web.api.open import ForPrograms
from archive.web.api.told import describe
from archive.web.metrics import Measured, Metrics

ROUTERS: tuple[APIRouter, ...] = (
    articles.router, captures.router, sites.router, searches.router, mirror.router, feeds.router, metrics.router,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Give an app all of it, and the OpenAPI document of it."""
    app.state.metrics = Metrics()
    for router in ROUTERS:
        app.include_router(router)
    describe(app)
    app.add_middleware(ForPrograms)
    app.add_middleware(Measured, metrics=app.state.metrics)
