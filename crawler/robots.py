"""What a robots.txt forbids: RFC 9309, and what servers make of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from protego import Protego

MAX_BYTES = 500 * 1024
"""As many bytes of a robots.txt are read. Source: RFC 9309, section 2.5."""
MAX_DOWNLOAD = 4 * MAX_BYTES
"""As many are fetched."""
MAX_REDIRECTS = 5
"""As many redirects of it are followed, whatever the host. Source: RFC 9309, section 2.3.1.2."""
MAX_SITEMAPS = 50
_AGENT = re.compile(r"(?im)^([ \t]*user-?agent[ \t]*:[ \t]*)([a-z_-]+)[^\r\n]*")


@dataclass(frozen=True)
class Rules:
    """The rules of one robots.txt for one product token."""

    token: str
    parser: Protego | None = None
    """None: nothing is forbidden."""
    is_html: bool = False
    """Whether a web page came in place of the rules."""
    is_cut: bool = False
    """Whether there was more than is read."""
    digest: str = ""
    """The same for files that forbid the same: without comments, blank lines and sitemaps; empty without rules."""

    def allows(self, url: str) -> bool:
        """Say whether *url* may be fetched."""
        return self.parser is None or self.parser.can_fetch(url, self.token)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Addresses of sitemaps as the file has them, each once, a few."""
        return tuple(dict.fromkeys(self.parser.sitemaps))[:MAX_SITEMAPS] if self.parser is not None else ()

    @property
    def delay_s(self) -> float:
        """Seconds to leave between two requests as the file has them, 0 when it does not say."""
        return (self.parser.crawl_delay(self.token) if self.parser is not None else None) or 0.0


def is_unavailable(status: int) -> bool:
    """Say whether an answer leaves open what is forbidden, so that everything is. Source: RFC 9309, section 2.3.1.4."""
    return status >= 500 or status == 429


def read_rules(body: bytes, token: str) -> Rules:
    """Return what a robots.txt with this *body* says to the crawler that is called *token*.

    A web page says nothing: portals answer every unknown address with their home page. It is known by
    its first character, for many servers send true rules as text/html. Of a file that is too long the
    last line that is read, torn perhaps, does not count.

    >>> rules = read_rules(b"User-agent: khcn/1.0\\nDisallow: /x\\nUser-agent: *\\nDisallow: /", "khcn")
    >>> rules.allows("http://a.vn/x"), rules.allows("http://a.vn/y")
    (False, True)
    """
    is_cut = len(body) > MAX_BYTES
    if is_cut:
        body = body[: 1 + max(body.rfind(b"\n", 0, MAX_BYTES), body.rfind(b"\r", 0, MAX_BYTES))]
    text = body.decode("utf-8-sig", "ignore")
    if text.lstrip().startswith("<"):
        return Rules(token, is_html=True, is_cut=is_cut)
    parser = Protego.parse(_AGENT.sub(lambda match: _group(match, token), text))
    return Rules(token, parser, is_cut=is_cut, digest=_digest(text))


def _digest(text: str) -> str:
    """Return what changes with the rules of a robots.txt, and with nothing else.

    >>> _digest("User-Agent: *\\nDisallow: /x  # no\\n\\nSitemap: /a.xml") == _digest("user-agent:*\\rdisallow:/x")
    True
    >>> _digest("hello"), _digest("Sitemap: /a.xml")
    ('', '')
    """
    lines = []
    for line in text.splitlines():
        name, sign, value = line.partition("#")[0].partition(":")
        if sign and name.strip().lower() != "sitemap":
            lines.append(f"{name.strip().lower()}:{value.strip()}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""


def _group(match: re.Match[str], token: str) -> str:
    """Return a user-agent line that the parser takes for ours exactly when RFC 9309 does.

    The RFC compares product tokens as a whole, and without a version; the parser looks for one
    name in the other, so that a group for ``kh`` would bind ``khcn``, and one for ``khcn/1.0`` nobody.
    """
    name = match[2].lower()
    return f"{match[1]}{token}" if name == token.lower() else f"{match[1]}other-{name}"
