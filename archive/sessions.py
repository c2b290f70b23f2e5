"""What stands in addresses and says nothing of the page: tokens of the visit, marks of where the visitor came from.

Such addresses are compared without it, and asked for with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import unquote_plus

_EVERYWHERE = re.compile(
    r"utm_\w+|fbclid|gclid|zarsrc|_ga|_gl"  # where the visitor came from
    r"|jsessionid|phpsessid|aspsessionid\w*|p_p_auth|p_auth|cftoken",  # the visit
    re.IGNORECASE,
)
# Names that are also given to what a page shows: only with a value that nobody would choose for that.
_TOKENS = re.compile(r"(?:sid|s|session(?:_?id)?|token)=(?=[a-z]*\d)[a-z0-9]{20,}", re.IGNORECASE)
_MOMENTS = re.compile(r"(?:t|_|ts|time)=1\d{12}", re.IGNORECASE)
_IN_PATH = re.compile(
    r";(?:jsessionid|phpsessid|sid)=[^/?#;]*"
    r"|/\((?:[a-z]\([\w-]+\))+\)(?=/)",  # ASP.NET without cookies: /(S(lit3py55t21z5v55vlm25s55))/
    re.IGNORECASE,
)


def without_junk(url: str, junk: Collection[str] = ()) -> str:
    """Return *url* without fragment, session ids, moments, marks of origin and the query keys *junk*, in any case.

    ``"*"`` in *junk* means every query key. What stays is as it was written.

    >>> without_junk("http://a.vn/tin;jsessionid=F0/x?utm_source=zalo&id=5&Page=2#top", ["page"])
    'http://a.vn/tin/x?id=5'
    >>> without_junk("http://a.vn/(S(lit3py55t21z5v55vlm25s55))/tin.aspx?sid=1285&t=1711122067305")
    'http://a.vn/tin.aspx?sid=1285'
    >>> without_junk("http://a.vn/tin?id=5", ["*"])
    'http://a.vn/tin'
    """
    address, mark, query = url.partition("#")[0].partition("?")
    address = _IN_PATH.sub("", address)
    if "*" in junk:
        return address
    if not query:
        return address + mark
    dropped = {key.lower() for key in junk}
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _is_junk(pair, dropped)]
    return address + (mark if kept else "") + "&".join(kept)


def _is_junk(pair: str, dropped: Collection[str]) -> bool:
    key = unquote_plus(pair.partition("=")[0])
    if key.lower() in dropped or _EVERYWHERE.fullmatch(key) is not None:
        return True
    return _TOKENS.fullmatch(pair) is not None or _MOMENTS.fullmatch(pair) is not None
