"""Secrets out of what is said, and control characters out of what others wrote. Pure.

A log is read by more people than the settings are, and it is sent elsewhere. So what opens a door
is never in it: passwords in addresses, tokens in queries, what a header proves who we are with, and
the addresses that alerts are sent to, which are keys as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

STARS = "***"
SHORTEST = 6
"""Characters that a configured secret has at least; a shorter one stands in many texts by chance."""

# What SQLAlchemy has masked stays: of a database the user may be known.
_USERINFO = re.compile(r"(?i)(\b[a-z][a-z0-9+.\-]{0,20}://)(?![^/?#\s\"'<>:@]*:\*\*\*@)[^/?#\s\"'<>]*@")
_NAMED = re.compile(
    r"(?i)((?:token|secret|passw(?:or)?d|passphrase|pwd|api[_\-]?key|access[_\-]?key|signature|credentials?|"
    r"(?<![a-z])auth|(?<![a-z])sig)(?:\]|%5d)?=)[^&;#\s\"'<>]+"
)
# Settings as Scrapy lists them: {'AWS_SECRET_ACCESS_KEY': '...'}.
_LISTED = re.compile(
    r"(?i)([\"'][\w.\-]{0,60}(?:token|secret|passw(?:or)?d|passphrase|api[_\-]?key|access[_\-]?key|credentials?)"
    r"[\w.\-]{0,60}[\"']\s*:\s*b?[\"'])[^\"']+"
)
_HEADER = re.compile(
    r"(?i)(\b(?:proxy-)?authorization|\bx-api-key|\b(?:set-)?cookie)(b?[\"']?\s*[:=]\s*[\[(]*\s*b?[\"']?)[^\r\n\"'\])]+"
)
_BEARER = re.compile(r"(?i)\b(bearer\s+)[\w.~+/=\-]{12,}")
_WEBHOOK = re.compile(
    r"(?i)(https?://(?:hooks\.slack\.com|(?:\w+\.)?discord(?:app)?\.com/api/webhooks|[\w.\-]+\.webhook\.office\.com|"
    r"outlook\.office\.com/webhook|api\.telegram\.org)/)[^\s\"'<>]+"
)
# Any scheme that is no address of the web or of a store of ours is one of those that alerts are sent to.
_NOTIFY = re.compile(
    r"(?i)((?<![\w+.\-])(?!(?:https?|ftps?|wss?|file|s3s?|tcp|tls|unix|redis|memory|sqlite|postgres(?:ql)?|mysql|khcn|urn|data|gopher|dict|ldaps?|about|blob|sftp|ssh|git)"
    r"(?:\+\w+)?:)[a-z][a-z0-9+\-]{1,15}://)[^\s\"'<>,]+"
)

# Controls but for the tab and the end of a line; marks of direction; ends of lines that are none here; half letters.
_STEERING = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

Mask = Callable[[str], str]


def masked(text: str) -> str:
    """Return a text without what is known as a secret by its form.

    >>> masked("postgresql+psycopg://khcn:dong@db/khcn: refused")
    'postgresql+psycopg://***@db/khcn: refused'
    >>> masked("<GET https://a.vn/tin?id=7&access_token=abc#x> (failed)")
    '<GET https://a.vn/tin?id=7&access_token=***#x> (failed)'
    >>> masked("{b'Authorization': [b'Basic a2g6Y24='], 'Accept': 1}")
    "{b'Authorization': [b'***'], 'Accept': 1}"
    >>> masked("tgram://123:ABC/-100 said no; mailto://a:b@c.vn too")
    'tgram://*** said no; mailto://*** too'
    """
    if "://" in text:
        text = _NOTIFY.sub(rf"\1{STARS}", _WEBHOOK.sub(rf"\1{STARS}", _USERINFO.sub(rf"\1{STARS}@", text)))
    if "=" in text:
        text = _NAMED.sub(rf"\1{STARS}", text)
    if ": " in text:
        text = _LISTED.sub(rf"\1{STARS}", text)
    return _BEARER.sub(rf"\1{STARS}", _HEADER.sub(rf"\1\2{STARS}", text))


def mask_of(configured: Iterable[str]) -> Mask:
    """Return :func:`masked`, which also knows what is *configured*: values that are secret as they stand.

    >>> mask_of(["geheim99"])("FATAL: geheim99 is wrong")
    'FATAL: *** is wrong'
    """
    secrets = sorted({each for each in configured if len(each) >= SHORTEST}, key=len, reverse=True)
    if not secrets:
        return masked
    known = re.compile("|".join(map(re.escape, secrets)))
    return lambda text: masked(known.sub(STARS, text))


def passwords(url: str) -> list[str]:
    """Return the password of an address in the spellings in which an error may name it; none when it has none.

    >>> passwords("postgresql://khcn:m%C6%B0a@db/khcn")
    ['m%C6%B0a', 'mưa']
    """
    try:
        found = urlsplit(url).password
    except ValueError:
        return []
    return list(dict.fromkeys((found, unquote(found)))) if found else []


def one_line(text: str) -> str:
    r"""Return a text on one line, with all that a terminal could obey, or that turns reading around, written out.

    >>> one_line("Tin\n18:00 ERROR \x1b[2J\u202e")
    'Tin\\n18:00 ERROR \\x1b[2J\\u202e'
    """
    return text if text.isprintable() else "".join(_shown(char) for char in text)


def harmless(text: str) -> str:
    r"""Return a text for a person's terminal: what steers one, or turns reading around, is written out.

    Lines stay lines, and so do odd blanks and the joiners within emoji.

    >>> harmless("Tin\n\tmột\xa0hai \x1b]0;x\x07 \x9b2J\r\u202e")
    'Tin\n\tmột\xa0hai \\x1b]0;x\\x07 \\x9b2J\\r\\u202e'
    """
    return text if text.isprintable() else _STEERING.sub(lambda match: repr(match[0])[1:-1], text)


def exact_json(text: str) -> str:
    r"""Return JSON that means the same, with what steers a terminal escaped: JSON itself escapes less of it.

    >>> exact_json('{"a": "\x9b2J\u202e"}')
    '{"a": "\\u009b2J\\u202e"}'
    """
    return text if text.isascii() else _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _shown(char: str) -> str:
    return char if char.isprintable() else repr(char)[1:-1]
