"""Find articles by listings whose pages scripts load, as the site file declares them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from scrapy.http import Request, Response

from archive.model import Listing, NotAnArticle
from crawler.ajax import Ajax
from spiders.finder import Finder


class AjaxFinder(Finder):
    """Ask for one page of a declared listing after the other, as its script would."""

    def start_ajax(self) -> Iterator[Request]:
        """Ask for the first page of every declared listing."""
        if self.seeds == self.site.seeds:
            for ajax in self.site.ajax:
                yield self._ajax_page(ajax, ajax.first_page)

    def parse_ajax(self, response: Response, known_in_a_row: int = 0, before: Sequence[int] = ()) -> Iterator[Request]:
        """Ask for the fresh articles of a page, then for the next page (see ``ListingSpider.parse_listing``)."""
        listing = self.read(response)
        assert response.request is not None
        if not isinstance(listing, Listing):
            why = listing.reason if isinstance(listing, NotAnArticle) else "not read"
            self.note_failed_page(response.request, f"malformed: no page of a listing ({why})")
        elif not listing.items and self._is_first(listing.url):
            # An empty page ends a listing. A listing that begins with one has changed its form.
            self.note_failed_page(response.request, "malformed: the first page of a listing names no article")
        else:
            yield from self.walk(listing, known_in_a_row, before)

    def walk(self, listing: Listing, known_in_a_row: int, before: Sequence[int]) -> Iterator[Request]:
        """Ask for the articles of a listing page, and for the page behind it."""
        raise NotImplementedError

    def next_ajax(self, address: str, **kwargs: Any) -> Request | None:
        """Return the request of a listing's next page; None when its address is a plain one."""
        ajax = self.site.ajax_of(address)
        number = ajax.number_of(address) if ajax is not None else None
        return self._ajax_page(ajax, number, **kwargs) if ajax is not None and number is not None else None

    def _ajax_page(self, ajax: Ajax, number: int, **kwargs: Any) -> Request:
        url, headers, body = ajax.request(number)
        return self.request(
            url, self.parse_ajax, purpose="listing", method=ajax.method, headers=headers, body=body, **kwargs
        )

    def _is_first(self, address: str) -> bool:
        ajax = self.site.ajax_of(address)
        return ajax is not None and ajax.number_of(address) == ajax.first_page
