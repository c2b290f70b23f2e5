"""What was asked for by another method than GET: one address, many answers.

A POST to ``/LoadArticle`` with page 2 is another page than one with page 3. Their captures have
the same ``url``, so beside it stands the *method* and the *request body, written as a query*. Both
together make an *address* in which everything that is asked for is said: the convention of pywb
and cdxj-indexer (``--post-append``), by which such answers can be replayed::

    http://a.vn/LoadArticle?__wb_method=POST&categoryId=12&page=2

Source: https://specs.webrecorder.net/request-body-canonicalization/latest/
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote_plus, urlencode

from archive.warc.record import Record

MAX_QUERY = 4096
"""Characters of a request body that tell one page from another."""
MAX_REQUEST = 1 << 20
"""Bytes of a request that are looked at."""
WITH_BODY = ("POST", "PUT")

_LINE = re.compile(rb"([A-Z]{3,20}) [^\r\n]* HTTP/1\.[01]\r?\n")
_FIELD = re.compile(rb"(?im)^(content-type|content-length)[ \t]*:([^\r\n]*)(?=\r?$)")


def address_of(url: str, method: str, body: str | None) -> str:
    """Return the address in which method and request body are said; of a GET the *url* itself.

    >>> address_of("http://a.vn/List", "POST", "page=2")
    'http://a.vn/List?__wb_method=POST&page=2'
    """
    if method == "GET":
        return url
    return f"{url}{'&' if '?' in url else '?'}__wb_method={method}{f'&{body}' if body else ''}"


def body_as_query(content_type: str, body: bytes) -> str:
    """Return a request body as a query, by its media type: what cdxj-indexer calls ``requestBody``.

    Forms are decoded, JSON objects are flattened, everything else is Base64 in ``__wb_post_data``
    (so are multipart forms, of which cdxj-indexer writes the parts).

    >>> body_as_query("application/json; charset=utf-8", b'{"site": 60, "filter": {"page": "2"}}')
    'site=60&page=2'
    >>> body_as_query("application/x-www-form-urlencoded", b"page=2&q=%C4%91i")
    'page=2&q=đi'
    """
    kind = content_type.strip().lower()
    query = ""
    if kind.startswith("application/x-www-form-urlencoded"):
        try:
            query = unquote_plus(body.decode("utf-8"))
        except UnicodeDecodeError:
            query = _binary(body)
    elif kind.startswith(("application/json", "text/plain")):
        try:
            query = _json_query(body)
        except (ValueError, RecursionError):
            query = "" if kind.startswith("application/json") else _binary(body)
    else:
        query = _binary(body)
    return query[:MAX_QUERY]


def request_of(record: Record) -> tuple[str, str | None]:
    """Return the method of a ``request`` record and its body as a query (see :func:`read_request`)."""
    record.block.seek(record.start)
    return read_request(record.block.read(min(record.size, MAX_REQUEST)))


def read_request(data: bytes) -> tuple[str, str | None]:
    """Return the method of a request as it was sent, and its body as a query; null of one without.

    What is no HTTP request counts as a GET.
    """
    line = _LINE.match(data)
    if line is None:
        return "GET", None
    method = line[1].decode("ascii")
    if method not in WITH_BODY:
        return method, None
    head, _, body = data.partition(b"\r\n\r\n")
    fields = {match[1].lower(): match[2].strip(b" \t") for match in _FIELD.finditer(head)}
    length = fields.get(b"content-length", b"")
    body = body[: int(length)] if length.isdigit() and len(length) < 19 else body
    return method, body_as_query(fields.get(b"content-type", b"").decode("latin-1"), body)


def _binary(body: bytes) -> str:
    return f"__wb_post_data={base64.b64encode(body).decode('ascii')}"


def _json_query(body: bytes) -> str:
    """Return the scalar values of a JSON text by their names; ``name.2_`` is the second of a name."""
    data: dict[str, str] = {}
    seen: dict[str, int] = {}
    for name, value in _json_pairs(body):
        key = name
        if name in data:
            seen[name] = seen.get(name, 1) + 1
            key = f"{name}.{seen[name]}_"
        data[key] = value
    return urlencode(data, errors="surrogatepass")


def _json_pairs(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        texts = [json.loads(body)]
    except ValueError:
        if b"\n" not in body:
            raise
        texts = [json.loads(line) for line in body.split(b"\n")]
    for text in texts:
        yield from _scalars(text, "")


def _scalars(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _scalars(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _scalars(inner, name)
    elif name:
        yield name, str(value)
