"""Requests as the frontier keeps them: JSON that says how to ask, without what belongs to one run."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag

from scrapy.http import Request

from archive.posts import WITH_BODY, address_of, body_as_query
from crawler.attempt import CREDENTIALS
from crawler.frontier import Entry, url_key

if TYPE_CHECKING:
    from crawler.spider import SiteSpider


def entry_of(request: Request, spider: SiteSpider) -> Entry:
    """Return the frontier's entry of a request. Raises ValueError when its callback is no method of the spider."""
    name = getattr(request.callback, "__name__", "")
    if request.callback is not None and getattr(spider, name, None) != request.callback:
        raise ValueError(f"{request.url}: the callback {request.callback!r} is no method of the spider; make it one")
    how: dict[str, Any] = {
        "callback": name,
        "via": request.meta.get("via"),
        "purpose": request.meta.get("purpose"),
        "arguments": request.cb_kwargs,
    }
    if request.method != "GET":
        how["method"] = request.method
    if request.body:
        how["body"] = base64.b64encode(request.body).decode("ascii")
    if request.headers:
        how["headers"] = [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, values in request.headers.items()
            if not CREDENTIALS.fullmatch(name) and name != b"Cookie"  # redirects copy them; settings give them again
            for value in values
        ]
    text = json.dumps({key: value for key, value in how.items() if value}, ensure_ascii=False)
    return Entry(key_of(request, spider), request.url, text, priority=request.priority)


def request_of(entry: Entry, spider: SiteSpider) -> Request:
    """Return the request of an entry, to be sent now.

    Raises ValueError for what no version of the program wrote, or a callback that is no more.
    """
    try:
        how = json.loads(entry.request)
        callback = getattr(spider, how["callback"]) if how.get("callback") else None
        request = Request(
            entry.url,
            callback=callback,
            errback=spider.fail,
            method=how.get("method", "GET"),
            body=base64.b64decode(how.get("body", "")),
            cb_kwargs=how.get("arguments", {}),
            priority=entry.priority,
            meta={"via": how.get("via"), "purpose": how.get("purpose", "page"), "row": entry.key},
        )
        for name, value in how.get("headers", []):
            # Bytes: Scrapy would encode a text once more.
            request.headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ValueError(f"{entry.url}: the frontier's entry can not be read ({error})") from None
    return request


def key_of(request: Request, spider: SiteSpider) -> int:
    """Return the key under which a request is asked for once a crawl: one for all addresses of an article."""
    return url_key(spider.asked_as(request.url), request.method, request.body)


def address_asked(request: Request) -> str:
    """Return the address that a request asks for, with what it posts, as its capture will have it."""
    url = urldefrag(request.url)[0]
    if request.method == "GET":
        return url
    kind = (request.headers.get("Content-Type") or b"").decode("latin-1")
    body = body_as_query(kind, request.body) if request.method in WITH_BODY else None
    return address_of(url, request.method, body)
