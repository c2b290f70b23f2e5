"""A listing that the site's scripts load, page by page, as its site file declares it. Pure.

Such a page is no address but a request: a method, an address, a body. What tells one from another
is its *address with what was posted* (:func:`archive.posts.address_of`).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

import msgspec

from archive.model import Capture
from archive.posts import address_of, body_as_query
from archive.urls import header_url

FORM = "application/x-www-form-urlencoded; charset=UTF-8"
PAGE = "{page}"
"""What stands in address and body for the number of the page."""

_SAMPLE = 90_817_263_545


class Ajax(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A listing whose pages are asked for as scripts do."""

    url: str
    """Address that is asked; ``{page}`` in it stands for the page's number."""
    section: str | None = None
    """Name of the section, given to the articles found there."""
    method: Literal["POST", "GET"] = "POST"
    """HTTP method."""
    body: str = ""
    """What is posted; ``{page}`` in it stands for the page's number."""
    content_type: str = FORM
    """Media type of the body."""
    headers: dict[str, str] = {}
    """Further request headers."""
    first_page: int = 1
    """Number of the first page."""
    step: int = 1
    """What the number grows by from page to page: the items of a page, where items are counted."""
    answer: str = ""
    """Where in a JSON answer the list lies: keys and positions, joined with dots. Empty: the answer is the HTML."""
    link: str = ""
    """Of a list of objects: the article's address, with ``{key}`` for their values. Empty: HTML with links."""
    title: str = ""
    """Of a list of objects: the key of the headline."""
    items: tuple[str, ...] = ()
    """Patterns of the article addresses that count; empty means all that the layouts know."""

    def request(self, number: int) -> tuple[str, dict[str, str], bytes]:
        """Return address, headers and body that ask for page *number*."""
        headers = dict(self.headers)
        if self.method == "POST":
            headers = {"Content-Type": self.content_type, **headers}
        return self.url.replace(PAGE, str(number)), headers, self.body.replace(PAGE, str(number)).encode()

    def address(self, number: int) -> str:
        """Return the address of page *number*, with what is posted.

        >>> Ajax("http://a.vn/List", body='{"id": 12, "page": {page}}', content_type="application/json").address(3)
        'http://a.vn/List?__wb_method=POST&id=12&page=3'
        """
        url, _, body = self.request(number)
        query = body_as_query(self.content_type, body) if self.method == "POST" else None
        return header_url(address_of(url, self.method, query))

    def number_of(self, address: str) -> int | None:
        """Return which page of this listing has an address; None when none has."""
        match = self._shape.fullmatch(address)
        return int(match[1]) if match else None

    @cached_property
    def _shape(self) -> re.Pattern[str]:
        # The number may come more than once; all are the same.
        first, *rest = self.address(_SAMPLE).split(str(_SAMPLE))
        if not rest:
            return re.compile(f"{re.escape(first)}(?!)()")
        again = "".join(rf"\1{re.escape(part)}" for part in rest[1:])
        return re.compile(rf"{re.escape(first)}(-?\d{{1,9}}){re.escape(rest[0])}{again}")

    def fault(self) -> str | None:
        """Say what is wrong with the declaration, and how to mend it; None when nothing is."""
        if PAGE not in self.url + self.body:
            return f'neither url nor body has "{PAGE}"; write it where the page\'s number stands'
        if self.method == "GET" and self.body:
            return 'body: a GET has none; make method "POST", or put it into the url'
        if self.step < 1:
            return f"step: {self.step} never comes to the next page; make it at least 1"
        if self.number_of(self.address(self.first_page)) != self.first_page:
            return f'body: its pages can not be told apart; is it of the type "{self.content_type}"?'
        for pattern in self.items:
            try:
                re.compile(pattern)
            except re.error as error:
                return f"items: {pattern!r} is no regular expression ({error}); mend it"
        return None


def address_of_capture(capture: Capture) -> str:
    """Return the address of a capture, with what was posted."""
    return header_url(address_of(capture.url, capture.method, capture.request_body))
