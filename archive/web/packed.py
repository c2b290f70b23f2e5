"""Answers that are text, packed for who can unpack them."""

from __future__ import annotations

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.web.bodies import Kept

LEVEL = 4
"""A percent larger than with the next one, and made in half the time."""
LEAST = 600
"""Bytes below which packing saves nothing that matters."""
KEPT = 200_000
"""Bytes up to which a packed text is kept for the next who asks for the same."""
MOST_BYTES = 32_000_000
"""Of texts that are kept, as they are and packed."""
_TEXT = (
    "text/", "image/svg+xml", "application/json", "application/problem+json", "application/xml",
    "application/atom+xml", "application/link-format", "application/x-ndjson",
)  # fmt: skip


class Packed:
    """An app whose texts are packed (gzip); what is sent in pieces, and archived bytes, go as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._made: Kept[bytes] = Kept(MOST_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        held: Message | None = None

        async def packing(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_text = headers.get("content-type", "").startswith(_TEXT)
                if is_text and "content-encoding" not in headers and message["status"] not in (204, 206, 304):
                    held = message
                    return
            elif held is not None:
                start, held = held, None
                body = message.get("body", b"")
                if not message.get("more_body") and len(body) >= LEAST:
                    body = self._packed(body)
                    headers = MutableHeaders(scope=start)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(body))
                    headers.add_vary_header("Accept-Encoding")
                    if (tag := headers.get("etag")) is not None and not tag.startswith("W/"):
                        headers["ETag"] = f"W/{tag}"
                    message = {**message, "body": body}
                await send(start)
            await send(message)

        await self.app(scope, receive, packing)

    def _packed(self, body: bytes) -> bytes:
        # A page that is kept is the same object each time, whose hash is known.
        if (made := self._made.get(body)) is None:
            made = gzip.compress(body, LEVEL, mtime=0)
            if len(body) <= KEPT:
                self._made.put(body, made, len(body) + len(made))
        return made
