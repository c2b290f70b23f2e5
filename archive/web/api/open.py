"""What is for programs, as programs like it: readable from pages of other origins, and HEAD wherever there is GET."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS = ("/api/", "/feeds/", "/sitemap", "/healthz", "/metrics")
_EXPOSED = ("ETag", "Last-Modified", "Link", "Retry-After")


class ForPrograms:
    """An app of which the answers below :data:`PATHS` may be read by pages of any origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.opened = CORSMiddleware(
            _Headed(app), allow_origins=("*",), allow_methods=("GET", "HEAD"),
            allow_headers=("If-None-Match", "If-Modified-Since"), expose_headers=_EXPOSED, max_age=86_400,
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
            if path.startswith(PATHS):
                await self.opened(scope, receive, send)
                return
        await self.app(scope, receive, send)


class _Headed:
    """An app that answers HEAD as it answers GET, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        scope["method"] = "GET"

        async def bare_send(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(scope, receive, bare_send)
