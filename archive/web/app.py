"""The app: pages for people, an API and protocols for programs, over one archive that nothing here writes."""

from __future__ import annotations

import gc
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI

from archive.health.expect import Expect
from archive.web import assets, problems, protocols
from archive.web.api.install import install
from archive.web.deps import Pool, Served
from archive.web.indexed import EVERY_S, kept_up
from archive.web.kept import Remembering
from archive.web.limits import Limited
from archive.web.packed import Packed
from archive.web.pages import article, capture, crawls, dissolved, files, home, search, site
from archive.web.safety import Safe
from archive.web.sites import Registry, SiteFacts
from archive.web.templating import compile_all

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    home.router,
    search.router,
    article.router,
    capture.router,
    files.router,
    dissolved.router,
    site.router,
    crawls.router,
    *protocols.ROUTERS,
)  # fmt: skip
"""In the order in which they are asked; each module adds its own."""

SWITCH_S = 0.001
GARBAGE = 20_000, 20, 50
"""Objects more than before from one search for garbage to the next, and searches of the younger to one of the older."""
QUERY_S = 5.0
"""Seconds that the questions of one request to the catalog may take."""


def create_app(
    root: Path,
    *,
    catalog_url: str | None = None,
    prefix: str = "",
    sites: Iterable[SiteFacts] = (),
    expected: Mapping[str, Expect | None] | None = None,
    replay_url: str | None = None,
    rate: float = 0,
    query_s: float = QUERY_S,
) -> FastAPI:
    """Return the app that serves the archive below *root*; it opens it at the first request.

    *prefix* is the path below which a proxy shows it (``/kho``), whether the proxy strips it or not. *sites* is
    what is known of the Departments, *expected* what is expected of them, by site id; *rate* is how many requests
    a second each reader may make, 0 for any.
    Errors are answered as :mod:`archive.web.problems` says.
    """
    pool = Pool(root, catalog_url, query_s)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        beside = {"search": (pool.index.keep_up, EVERY_S), "sums": (app.state.served.counter.keep_up, EVERY_S)}
        beside |= {"gone": (pool.gone.keep_up, EVERY_S)}
        # What is counted and indexed beside the requests gives way to them sooner than after Python's 5 ms.
        sys.setswitchinterval(SWITCH_S)
        with kept_up(beside | protocols.kept(app)), _settled():
            yield
        protocols.close(app)
        pool.close()

    app = FastAPI(
        title="khcn",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
    )
    app.state.served = Served(pool, Registry.of(sites), expected or {}, replay_url)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Remembering, served=app.state.served)
    install(app)
    problems.install(app)
    app.add_middleware(Packed)
    if rate:
        app.add_middleware(Limited, rate=rate)
    app.add_middleware(Safe, prefix=prefix.rstrip("/"))
    return app


@contextmanager
def _settled() -> Iterator[None]:
    """Make what else the first requests would wait for, and let it be no part of any search for garbage.

    To look through all of it takes 50 ms each time. What answers leave behind is looked through seldom: nearly all of
    it needs no search.
    """
    compile_all()
    gc.freeze()
    before = gc.get_threshold()
    gc.set_threshold(*GARBAGE)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
