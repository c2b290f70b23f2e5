"""Redirects as Scrapy follows them, but none that leads back to where it came from loses its page.

Scrapy takes a redirect to an address that was asked for already as a duplicate and drops it without
a word. Portals do that to hand out a session cookie, and home pages refresh themselves.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from w3lib.url import canonicalize_url

from archive.urls import without_userinfo


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Follow redirects by status; a chain that is too long ends as the redirect it is."""

    def process_response(  # type: ignore[override]  # without the argument that Scrapy warns of
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request to go on with, or the answer."""
        try:
            target = super().process_response(request, response)
        except IgnoreRequest:
            return response
        if not isinstance(target, Request):
            return target
        target = _anonymous(target)
        if leads_back(target):
            target.dont_filter = True
        return target


class MetaRefreshMiddleware(redirect.MetaRefreshMiddleware):
    """Follow pages that send elsewhere at once; one that only refreshes itself is a page."""

    def process_response(  # type: ignore[override]  # without the argument that Scrapy warns of
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request to go on with, or the answer."""
        try:
            target = super().process_response(request, response)
        except IgnoreRequest:
            return response
        if not isinstance(target, Request):
            return target
        target = _anonymous(target)
        return response if leads_back(target) else target


def _anonymous(target: Request) -> Request:
    """Return a request without user and password: whoever redirects names none of ours."""
    url = without_userinfo(target.url)
    return target if url == target.url else target.replace(url=url)


def leads_back(target: Request) -> bool:
    """Say whether a redirect leads to an address that its chain has been to."""
    return canonicalize_url(target.url) in map(canonicalize_url, target.meta["redirect_urls"])
