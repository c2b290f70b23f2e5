"""What a page needs to look as it did: the addresses of its style sheets, scripts, pictures and fonts.

Pure: address, head and body in, addresses out. Style sheets name requisites
too, so what a page needs in the end is found by asking again with each sheet.
Frames are left out: they are pages of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from urllib.parse import urlsplit

from lxml import etree

from archive.model import Payload
from crawler.assets import is_web_page
from crawler.clean import absolute, decode, parse
from crawler.css import css_addresses, is_sheet, sheet_text
from crawler.srcset import srcset_addresses

LINKED = frozenset({"stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "preload",
                    "modulepreload"})  # fmt: skip
"""Words of a link's ``rel`` that call for a file, not for a page."""
_HREF = ("href", "xlink:href")
# Attributes that hold one address, by element. What a browser asks for at once.
_ADDRESSES = {
    "script": ("src",),
    "img": ("src", "lowsrc"),
    "source": ("src",),
    "video": ("poster", "src"),
    "audio": ("src",),
    "track": ("src",),
    "embed": (),
    "object": (),
    "image": _HREF,
    "feimage": _HREF,
    "use": _HREF,
    **dict.fromkeys(("body", "table", "thead", "tbody", "tr", "td", "th"), ("background",)),
}
# Attributes out of which scripts load later. Seen on Vietnamese portals: the jQuery plugins
# "lazyload" (data-original, data-src) and "lazy" (data-lazy), WordPress (data-lazy-src), lazysizes
# (data-bg, data-srcset), Liferay and DNN themes (data-background).
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-bg", "data-background",
         "data-background-image", "data-bg-src")  # fmt: skip
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "data-original-set")
_NOT_LAZY = frozenset({"a", "iframe", "frame", "script", "embed", "object", "link", "form"})
_SETS = {"img": ("srcset",), "source": ("srcset",), "link": ("imagesrcset",)}
_NAMES = frozenset({*_LAZY, *_LAZY_SETS, "style", "data"}.union(*_ADDRESSES.values(), *_SETS.values()))
"""All attributes that are looked at; most elements have none of them."""
_OF_LINKS = frozenset({"style"})

Parsed = Callable[[], tuple[str, etree._Element | None]]
"""Gives a page's encoding and the root of its tree."""


def requisites(url: str, payload: Payload, parsed: Parsed | None = None) -> list[str]:
    """Return the addresses that a web page or a style sheet needs, in source order, each once.

    *url* is where it was served. The addresses are absolute, without fragment,
    as they will be requested; http and https only. Anything else needs nothing.
    *parsed* gives what somebody has parsed already of a web page.
    Never raises for what a site sends.

    >>> head = (("Content-Type", "text/html"),)
    >>> requisites("http://a.vn/tin/1", Payload(200, head, b'<base href="/b/"><img src="1.png#x"><a href="2">'))
    ['http://a.vn/b/1.png']
    """
    mime = (payload.header("Content-Type") or "").partition(";")[0].strip().lower() or None
    if not payload.body:
        return []
    if is_sheet(mime, urlsplit(url).path):
        found = _absolute(css_addresses(sheet_text(payload)), url, "utf-8")
    elif is_web_page(mime, payload.body):
        found = _of_page(url, *(parsed() if parsed is not None else _parsed(payload)))
    else:
        return []
    itself = absolute(url, url)
    return [address for address in dict.fromkeys(found) if address != itself]


def _parsed(payload: Payload) -> tuple[str, etree._Element | None]:
    encoding, text = decode(payload)
    return encoding, parse(text)


def _of_page(url: str, encoding: str, root: etree._Element | None) -> Iterator[str]:
    if root is None:
        return
    base = root.find(".//base[@href]")
    href = base.get("href") if base is not None else None
    where = (absolute(str(href), url, encoding) if href else None) or url
    for element in root.iter():
        tag = _tag(element)
        if tag != "style" and (_OF_LINKS if tag == "a" else _NAMES).isdisjoint(map(_lower, element.keys())):
            continue
        # What CSS names is not coded as the page is: browsers code it as UTF-8.
        yield from _absolute(_named(element), where, encoding)
        yield from _absolute(_styled(element), where, "utf-8")


def _absolute(addresses: Iterable[str], base: str, encoding: str) -> Iterator[str]:
    for address in addresses:
        # An empty address means the page itself, and a page is no part of itself.
        made = absolute(address, base, encoding) if address.strip() else None
        if made is not None:
            yield made


def _named(element: etree._Element) -> Iterator[str]:
    """Yield the addresses in the attributes of one element."""
    tag = _tag(element)
    values = {str(name).lower(): str(value) for name, value in element.attrib.items()}
    if not values:
        return
    wanted = _ADDRESSES.get(tag, ())
    if tag == "link":
        wanted = ("href",) if LINKED & set(values.get("rel", "").lower().split()) else ()
    elif tag == "input":
        wanted = ("src",) if values.get("type", "").strip().lower() == "image" else ()
    elif tag in ("object", "embed") and values.get("type", "").strip().lower().startswith("image/"):
        wanted = ("data", "src")
    yield from (values[name] for name in wanted if name in values)
    sets = _SETS.get(tag, ())
    if tag not in _NOT_LAZY:
        for name in _LAZY:
            if name in values:
                yield from _lazy(values[name])
        sets = (*sets, *_LAZY_SETS)
    yield from chain.from_iterable(srcset_addresses(values[name]) for name in sets if name in values)


def _lazy(value: str) -> Iterator[str]:
    """Yield the address in a lazy attribute: written plainly, or as CSS; not a word or a number."""
    text = value.strip()
    if "url(" in text.lower():
        yield from css_addresses(text)
    elif "/" in text or "." in text:
        yield text


def _styled(element: etree._Element) -> Iterator[str]:
    """Yield the addresses in the style of one element, and in a style sheet inside the page."""
    style = element.get("style")
    if style and "(" in style:
        yield from css_addresses(str(style))
    if _tag(element) == "style":
        yield from css_addresses("".join(str(text) for text in element.itertext()))


def _lower(name: str | bytes) -> str:
    return str(name).lower()


def _tag(element: etree._Element) -> str:
    return str(element.tag).lower() if isinstance(element.tag, str) else ""
