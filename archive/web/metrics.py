"""How the server does: ``/healthz`` for who restarts it, ``/metrics`` for Prometheus.

What is told is declared in :mod:`archive.metrics`. Answers are counted here and not by prometheus-client's own
counters, which belong to the process: these belong to an app.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import accumulate

import msgspec
from fastapi import APIRouter, Request
from prometheus_client.metrics_core import Metric as Family
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import KhcnError
from archive.health.days import days_in
from archive.health.rows import health_rows
from archive.metrics import MEDIA, counter, gauge, histogram, text, told_of
from archive.takedown import takedown
from archive.times import UTC
from archive.web.api.forms import Health
from archive.web.api.told import told
from archive.web.deps import Reading, served

router = APIRouter(default_response_class=Response, tags=["operation"])

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds."""
KEPT_S = 20.0
"""So long the metrics of the archive are told again: to count its files takes longer than to answer."""
MOST_S = 20.0
"""And so long the questions for them may take."""
_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
_NONE = "none"


class Metrics:
    """What was answered since the app was made; may be told and asked by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._seconds: dict[str, list[float]] = {}
        self.in_flight = 0

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        with self._lock:
            self._answers[method if method in _METHODS else "other", route, status] += 1
            # One place a bound, one for what is above all of them, one for the sum.
            row = self._seconds.setdefault(route, [0.0] * (len(BOUNDS) + 2))
            row[bisect_left(BOUNDS, seconds)] += 1
            row[-1] += seconds

    def begin(self, by: int) -> None:
        """Count a request that has begun (1) or ended (-1)."""
        with self._lock:
            self.in_flight += by

    def told(self) -> list[Family]:
        """Return the metrics of the server."""
        with self._lock:
            answers, seconds = dict(self._answers), {route: list(row) for route, row in self._seconds.items()}
            in_flight = self.in_flight
        counted = [((method, route, str(status)), each) for (method, route, status), each in sorted(answers.items())]
        bounds = (*map(str, BOUNDS), "+Inf")
        timed = [
            ((route,), list(zip(bounds, accumulate(row[:-1]), strict=True)), row[-1])
            for route, row in sorted(seconds.items())
        ]
        return [
            counter("khcn_http_requests_total", counted),
            histogram("khcn_http_request_seconds", timed),
            gauge("khcn_http_requests_in_flight", [((), in_flight)]),
        ]


class Measured:
    """An app whose answers are counted, by the route that gave them: its form, not its address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method, status, started = scope["method"], 500, time.perf_counter()

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self.metrics.begin(1)
        try:
            await self.app(scope, receive, noting_send)
        finally:
            self.metrics.begin(-1)
            route = getattr(scope.get("route"), "path", _NONE)
            self.metrics.note(method, route, status, time.perf_counter() - started)


@router.get("/healthz", **told(Health))
def healthz(request: Request, archive: Reading) -> Response:
    """Say whether the archive can be read now."""
    archive.takedown  # noqa: B018  # raises when the list can not be read
    with archive.catalog.browsing() as state:
        found = Health("ok", state.generation(), state.last_change())
    return Response(msgspec.json.encode(found), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get(
    "/metrics", response_model=None, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
)
def metrics(request: Request) -> Response:
    """Give metrics in the text form of Prometheus."""
    counted: Metrics = request.app.state.metrics
    body = text([*counted.told(), *_archive(request)])
    return Response(body, headers={"Content-Type": MEDIA, "Cache-Control": "no-store"})


def _archive(request: Request) -> list[Family]:
    """Return the metrics of the archive, as they were a short time ago; that it can not be read is one of them."""
    asked, now = served(request), time.monotonic()
    kept: tuple[float, str, list[Family]] | None = getattr(request.app.state, "archive_metrics", None)
    try:
        digest = takedown(asked.pool.root).digest
        if kept is not None and now - kept[0] < KEPT_S and kept[1] == digest:
            return kept[2]
        with asked.pool.lent(MOST_S) as archive:
            hidden = archive.withheld
            with archive.catalog.browsing() as state:
                held = {each.site: each.articles for each in state.sites(hidden.articles)}
            rows = health_rows(archive.root, days_in(archive.root, archive.catalog), asked.expected, datetime.now(UTC))
            rows = [replace(row, articles=held.get(row.site, 0)) for row in rows]
            told = told_of(archive.root, archive.catalog, rows, hides=hidden.hides_site)
    except KhcnError:
        return [gauge("khcn_archive_up", [((), 0)])]
    request.app.state.archive_metrics = (now, digest, told)
    return told
