"""A page of a list: one item more is asked for than is shown, to know whether there is another page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from archive.web.api.answers import answer
from archive.web.api.cursors import cursor
from archive.web.api.forms import raw
from archive.web.links import absolute

T = TypeVar("T")


def page(
    request: Request,
    found: Sequence[T],
    limit: int,
    of: tuple[object, ...],
    place: Callable[[T], Any],
    written: Callable[[Sequence[T]], list[bytes]],
) -> Response:
    """Return the first *limit* of what was found, and the cursor of the page after it.

    *of* is what the list is a list of, *place* says where an item stands in it, *written* gives the items' JSON.
    """
    shown = found[:limit]
    following = cursor(place(shown[-1]), *of) if len(found) > limit else None
    address = None if following is None else address_of(request, following)
    return answer(request, raw(written(shown), next=following), following=address)


def address_of(request: Request, following: str) -> str:
    """Return the address of the same list from a cursor on."""
    pairs = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    path = request.url.path.removeprefix(request.scope.get("root_path", "").rstrip("/"))
    return f"{absolute(request, path)}?{urlencode([*pairs, ('cursor', following)])}"
