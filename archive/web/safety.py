"""What every answer carries so that a browser does nothing with it but show it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of pages of this app: nothing runs, and all that is shown is ours."""
SANDBOX = "sandbox; default-src 'none'"
"""Of bytes that others wrote: were they shown after all, they could do nothing."""

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"interest-cohort=()"),
    (b"content-security-policy", POLICY.encode()),
)

MAX_TARGET = 4_096
"""Bytes of path and query that are looked at; the longest address in the archive is a tenth of it."""


class Safe:
    """An app behind headers: an answer that has a policy of its own keeps it, every other one gets the strict one.

    *prefix* is the path below which a proxy shows the app; requests may have it or not.
    """

    def __init__(self, app: ASGIApp, prefix: str = "") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.prefix:
            scope["root_path"] = self.prefix

        async def safe_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message.get("headers", ())]
                named = {name.lower() for name, _ in given}
                message["headers"] = given + [each for each in _ALWAYS if each[0] not in named]
            await send(message)

        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET:
            await safe_send({"type": "http.response.start", "status": 414, "headers": [(b"content-length", b"0")]})
            await safe_send({"type": "http.response.body", "body": b""})
            return
        await self.app(scope, receive, safe_send)
