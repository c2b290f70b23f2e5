"""What a page of a declared listing holds: HTML, HTML in JSON, or JSON objects. Pure."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from archive.model import Capture, Listing, ListingItem, NotAnArticle, Payload
from crawler.ajax import Ajax, address_of_capture
from crawler.clean import absolute, decode, line
from crawler.page import ListingPage
from crawler.sites import Site, split_target

MAX_ITEMS = 1000
_FIELD = re.compile(r"\{([^{}]+)\}")
_HTML = (("Content-Type", "text/html; charset=utf-8"),)


def read_ajax(site: Site, ajax: Ajax, capture: Capture, payload: Payload) -> Listing | NotAnArticle:
    """Return the articles that an answer of *ajax* names, and the address of the page behind it.

    A page that names none is the last. Reasons for none at all: ``not_json``, ``no_answer`` (the
    JSON has nothing where the list should be).
    """
    address = address_of_capture(capture)
    number = ajax.number_of(address)
    text = decode(payload)[1]
    if not ajax.answer:
        items = _items_of_html(site, ajax, capture, payload)
    else:
        try:
            found = _at(json.loads(text.removeprefix("\ufeff")), ajax.answer)
        except (ValueError, RecursionError):
            return NotAnArticle("not_json", text[:80])
        except LookupError as error:
            return NotAnArticle("no_answer", str(error))
        if isinstance(found, str):
            html = Payload(200, _HTML, found.encode("utf-8", "replace"))
            items = _items_of_html(site, ajax, capture, html)
        else:
            items = _items_of_objects(site, ajax, capture.url, found)
    goes_on = number is not None and items
    return Listing(address, items, ajax.address(number + ajax.step) if goes_on and number is not None else None)


def _at(value: object, path: str) -> object:
    """Return what lies at a path of keys and positions, also within JSON that is told as a string.

    An empty step at the end (``d.``) reads a last string as JSON. ``null`` is an empty list.
    """
    for step in path.split("."):
        if isinstance(value, str):
            value = json.loads(value)
        if not step:
            continue
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise LookupError(f"nothing at {step!r} of {path!r}")
    return [] if value is None else value


def _items_of_html(site: Site, ajax: Ajax, capture: Capture, payload: Payload) -> tuple[ListingItem, ...]:
    page = ListingPage(site, capture.url, capture.date, payload)
    return tuple(item for item in page.items() if _counts(ajax, item.url))


def _items_of_objects(site: Site, ajax: Ajax, base: str, found: object) -> tuple[ListingItem, ...]:
    items: dict[str, ListingItem] = {}
    for entry in (found if isinstance(found, list) else [found])[:MAX_ITEMS]:
        if not isinstance(entry, dict):
            continue
        url = _link(ajax.link, entry, base)
        if url is not None and site.is_article(url) and _counts(ajax, url):
            title = entry.get(ajax.title)
            items.setdefault(url, ListingItem(url, line(title) or None if isinstance(title, str) else None))
    return tuple(items.values())


def _link(template: str, entry: dict[str, object], base: str) -> str | None:
    """Return the address that a template makes of an object's values; None when one is missing.

    A value that is an address, or a path, stays one; else it is a part of a path.
    """
    values = {name: entry.get(name) for name in _FIELD.findall(template)}
    if not template or not all(map(_is_part, values.values())):
        return None
    whole = _FIELD.fullmatch(template) is not None
    return absolute(
        _FIELD.sub(lambda match: str(values[match[1]]) if whole else _part(values[match[1]]), template), base
    )


def _is_part(value: object) -> bool:
    # JSON can name halves of characters, which no address holds.
    return isinstance(value, int) or (
        isinstance(value, str) and value != "" and not re.search("[\ud800-\udfff]", value)
    )


def _part(value: object) -> str:
    return quote(str(value), safe="/-._~%")


def _counts(ajax: Ajax, url: str) -> bool:
    return not ajax.items or any(re.fullmatch(pattern, split_target(url)[2]) for pattern in ajax.items)
