"""What can be wrong in a site file beyond the types of its values: each fault with key and fix."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

from archive.errors import ConfigError
from archive.model import Article
from archive.urls import without_userinfo
from crawler.sites import Site

Fault = tuple[str, str]
"""A key, and what is wrong with it and mends it."""


def explain(message: str, keys: Iterable[str]) -> str:
    """Turn msgspec's words into key, fault and fix. *keys* are all that a site file can have."""
    text, _, where = message.partition(" - at `$")
    key = where.rstrip("`").lstrip(".") or "top level"
    unknown = re.search(r"unknown field `(\w+)`", text)
    if unknown:
        name = unknown.group(1)
        close = difflib.get_close_matches(name, keys, 1)
        fix = f'did you mean "{close[0]}"?' if close else "remove it"
        return f'{key}: no such key "{name}" ({fix})'
    missing = re.search(r"missing required field `(\w+)`", text)
    if missing:
        return f'{key}: the key "{missing.group(1)}" is missing; add it'
    return f"{key}: {text[:1].lower()}{text[1:]}; correct the value"


def check_patterns(path: Path, site: Site) -> None:
    """Raise ConfigError for the first pattern that is none."""
    _raise_first(path, _patterns(site))


def check(path: Path, site: Site) -> None:
    """Raise ConfigError for the first fault of a site whose patterns are sound."""
    _raise_first(path, _names(site, path.stem))
    for faults in (_states, _hosts, _addresses, _rest):
        _raise_first(path, faults(site))


def _raise_first(path: Path, faults: Iterator[Fault]) -> None:
    for key, fault in faults:
        raise ConfigError(f"{path}: {key}: {fault}")


def _patterns(site: Site) -> Iterator[Fault]:
    written = [(f"hosts[{number}].scope", host.scope) for number, host in enumerate(site.hosts)]
    for number, layout in enumerate(site.layouts):
        for kind in ("articles", "listings"):
            each = enumerate(getattr(layout, kind))
            written += [(f"layouts[{number}].{kind}[{place}]", pattern) for place, pattern in each]
    for key, pattern in written:
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as error:
            yield key, f"{pattern!r} is no regular expression ({error}); mend it"
            continue
        if ".listings" in key and len({"page", "number"} & groups) == 1:
            yield key, "has one of the groups page and number; give it both"


def _names(site: Site, stem: str) -> Iterator[Fault]:
    if site.id != stem:
        yield "id", f'"{site.id}" differs from the file name; make it "{stem}"'
    if not re.fullmatch(r"[a-z][a-z0-9_]*", site.id):
        yield "id", f'"{site.id}" is no site id; use small ASCII letters, digits and "_"'
    for key, others in (("successor", (site.successor,)), ("follows", site.follows)):
        if site.id in others:
            yield key, "is the site itself; remove it"
    if site.province is None:
        return
    for key, shape, example in (("iso", r"VN-\w\w", "VN-23"), ("gso_pre", r"\d\d", "42"), ("gso_post", r"\d\d", "42")):
        value = getattr(site.province, key)
        if value is not None and not re.fullmatch(shape, value):
            yield f"province.{key}", f'"{value}" is no such code; write it as in "{example}"'


def _states(site: Site) -> Iterator[Fault]:
    if not site.hosts:
        yield "hosts", "no host; add a [[hosts]] table"
    elif site.status == "active" and site.evidence == "inferred":
        yield "status", 'every host is only inferred; make it "paused" and say so in reason'
    if site.status != "active" and not site.reason:
        yield "reason", f"is missing; say why the site is {site.status}"


def _hosts(site: Site) -> Iterator[Fault]:
    dated = [(f"hosts[{number}]", host.since, host.until) for number, host in enumerate(site.hosts)]
    dated += [(f"layouts[{number}]", layout.since, layout.until) for number, layout in enumerate(site.layouts)]
    for key, since, until in dated:
        if since is not None and until is not None and since > until:
            yield f"{key}.until", f"{until} is before since, {since}; correct one of them"
    names = {host.host for host in site.hosts}
    for number, host in enumerate(site.hosts):
        if host.host != host.host.lower():
            yield f"hosts[{number}].host", f'"{host.host}" has capitals; make it "{host.host.lower()}"'
        if any(host.meets(other) and host.scope == other.scope for other in site.hosts[:number]):
            yield f"hosts[{number}].host", f'"{host.host}" is declared twice for the same days; remove one'
    for number, layout in enumerate(site.layouts):
        for unknown in sorted(set(layout.hosts) - names):
            yield f"layouts[{number}].hosts", f'"{unknown}" is none of the hosts; declare it or correct it'


def _addresses(site: Site) -> Iterator[Fault]:
    asked = [(f"seeds[{number}].url", seed.url) for number, seed in enumerate(site.seeds)]
    for number, ajax in enumerate(site.ajax):
        if (fault := ajax.fault()) is not None:
            yield f"ajax[{number}]", fault
        else:
            asked.append((f"ajax[{number}].url", ajax.request(ajax.first_page)[0]))
    asked += [(f"feeds[{number}].url", feed.url) for number, feed in enumerate(site.feeds)]
    asked += [(f"sitemaps[{number}]", url) for number, url in enumerate(site.sitemaps)]
    for key, url in asked:
        if without_userinfo(url) != url:
            yield key, "user and password would be in the archive for all to read; remove them"
        elif not site.claims(url):
            yield key, f"{url} is outside the declared hosts; declare its host"
        elif not site.allows(url):
            yield key, f"{url} is on a host that is only inferred; look at it, and correct its evidence"


def _rest(site: Site) -> Iterator[Fault]:
    names = [entry.name for entry in fields(Article)]
    for number, name in enumerate(site.expect.fields):
        if name not in names:
            yield f"expect.fields[{number}]", f'an article has no field "{name}"; it has {", ".join(names)}'
    expect = site.expect
    for key in ("new_within_days", "articles_a_month", "certificate_days", "unanswered_days", "crawled_within_days"):
        number = getattr(expect, key)
        if number is not None and number < 1:
            what = "articles" if key == "articles_a_month" else "days"
            yield f"expect.{key}", f"is a number of {what}; make it 1 or more"
    if expect.failures is not None and not 0 <= expect.failures <= 1:
        yield "expect.failures", "is a share; make it 0 to 1"
    for key in ("megabytes", "minutes"):
        amount = getattr(expect, key)
        if amount is not None and amount <= 0:
            yield f"expect.{key}", "is an amount; make it more than 0"
    for key in site.crawl:
        if not key.isupper():
            yield f"crawl.{key}", f'settings are written in capitals; make it "{key.upper()}"'
