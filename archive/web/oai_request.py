"""What an OAI-PMH request asks for: verbs, their arguments, spans of datestamps, resumption tokens."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import msgspec

from archive.web.oai_ledger import Asked
from archive.web.oai_xml import PREFIX, OaiError

_LIST = frozenset({"metadataPrefix", "from", "until", "set"})


@dataclass(frozen=True, slots=True)
class Verb:
    """The arguments that a verb takes."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    resumes: bool = False
    """Whether it goes on with a list, ``resumptionToken`` being its only argument then."""


VERBS = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(optional=frozenset({"identifier"})),
    "ListSets": Verb(resumes=True),
    "ListIdentifiers": Verb(frozenset({"metadataPrefix"}), _LIST, resumes=True),
    "ListRecords": Verb(frozenset({"metadataPrefix"}), _LIST, resumes=True),
    "GetRecord": Verb(frozenset({"identifier", "metadataPrefix"})),
}


_WORD = r"[A-Za-z0-9_.!~*'()-]+"
_SYNTAX = {
    "metadataPrefix": re.compile(_WORD),
    "set": re.compile(f"{_WORD}(:{_WORD})*"),
    "identifier": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"),
}


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on: all that is needed for that, so that no server needs to remember it."""

    verb: str
    birth: str
    """Of the ledger by which the list was begun."""
    since: str
    until: str
    site: str | None
    stamp: str
    article: str
    """The last item that was given."""
    given: int
    """How many were given."""
    size: int
    """How many there were when the list was begun."""

    def __str__(self) -> str:
        data = json.dumps(list(asdict(self).values()), separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(zlib.crc32(data).to_bytes(4, "big") + data).decode().rstrip("=")


_PARTS = tuple(Token.__dataclass_fields__)


def parse_token(written: str, verb: str) -> Token:
    """Read a resumption token. Raises OaiError."""
    try:
        data = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
        values = json.loads(data[4:])
        if zlib.crc32(data[4:]).to_bytes(4, "big") != data[:4] or values[0] != verb:
            raise ValueError(written)
        return msgspec.convert(dict(zip(_PARTS, values, strict=True)), Token)
    except (ValueError, TypeError, binascii.Error, RecursionError, msgspec.ValidationError):
        raise bad_token() from None


def bad_token() -> OaiError:
    """Return the error of a token that leads nowhere."""
    return OaiError("badResumptionToken", "this list can not be gone on with; begin it again")


def parse_arguments(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the arguments of a request, its verb among them. Raises OaiError."""
    arguments: dict[str, str] = {}
    if sum(name == "verb" for name, _ in pairs) > 1:
        raise OaiError("badVerb", "the argument verb is given more than once")
    for name, value in pairs:
        if name in arguments:
            raise OaiError("badArgument", f"the argument {name} is given more than once")
        arguments[name] = value
    verb = VERBS.get(arguments.get("verb", ""))
    if verb is None:
        raise OaiError("badVerb", f"verb is to be one of {', '.join(VERBS)}")
    given = arguments.keys() - {"verb"}
    if verb.resumes and "resumptionToken" in given:
        if len(given) > 1:
            raise OaiError("badArgument", "resumptionToken takes no other argument beside it")
        return arguments
    if unknown := sorted(given - verb.required - verb.optional):
        raise OaiError("badArgument", f"{arguments['verb']} takes no argument {', '.join(unknown)}")
    if missing := sorted(verb.required - given):
        raise OaiError("badArgument", f"{arguments['verb']} needs the argument {', '.join(missing)}")
    for name, syntax in _SYNTAX.items():
        # What is answered repeats the arguments, and is to be valid by the schema with these too.
        if name in given and not syntax.fullmatch(arguments[name]):
            raise OaiError("badArgument", f"{name} is not written as one can be")
    parse_span(arguments)
    return arguments


def check_prefix(prefix: str) -> None:
    """Raise OaiError when articles are not given in a form."""
    if prefix != PREFIX:
        raise OaiError("cannotDisseminateFormat", f"there is only {PREFIX}")


def parse_span(arguments: Mapping[str, str]) -> Asked:
    """Return which items are wanted. Raises OaiError."""
    since, until = arguments.get("from"), arguments.get("until")
    lengths = {len(_checked(name, each)) for name, each in (("from", since), ("until", until)) if each is not None}
    if len(lengths) > 1:
        raise OaiError("badArgument", "from and until are to be both days or both times to the second")
    first = since if since is None or len(since) == 20 else f"{since}T00:00:00Z"
    last = until if until is None or len(until) == 20 else f"{until}T23:59:59Z"
    if first is not None and last is not None and first > last:
        raise OaiError("badArgument", "from lies after until")
    return Asked(first or "", last or "9", arguments.get("set"))


def _checked(name: str, value: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            date.fromisoformat(value)
            return value
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value, re.ASCII):
            datetime.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise OaiError("badArgument", f"{name} is to be a day (2025-03-01) or a time (2025-03-01T00:00:00Z)")
