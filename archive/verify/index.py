"""The CDXJ index against the WARC file that it stands beside, in both directions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from archive.storage import Place
from archive.surt import surt
from archive.verify.findings import Finding, finding
from archive.verify.scan import Capture, Scan

_LINE = re.compile(rb"(\S+) ([0-9]{14}) (\{.*\})\n?")
Line = tuple[int, bytes, dict[str, str]]
"""Offset in the index, key with timestamp, JSON."""


def check_index(path: Place, file: str, found: Scan) -> Iterator[Finding]:
    """Yield how an index differs from what its WARC file holds."""
    if not path.is_file():
        yield finding(found.file, None, "cdxj-missing", f"there is no {file}")
        return
    broken: list[Finding] = []
    seen: set[int] = set()
    with path.open("rb") as lines:
        for at, key, fields in parse(lines, lambda *told: broken.append(finding(file, *told))):
            offset = number(fields.get("offset"))
            if offset in found.damaged:
                continue
            capture = found.captures.get(offset) if offset is not None else None
            if capture is None or offset in seen or offset is None:
                why = "is listed twice" if offset in seen else "begins no capture"
                yield finding(file, at, "cdxj-extra", f"byte {offset} of {found.file} {why}")
                continue
            seen.add(offset)
            name = found.file.rpartition("/")[2]
            if odd := differences(capture, key, fields, name):
                yield finding(file, at, "cdxj-differs", f"{capture.id} at byte {offset}: {odd}")
    yield from broken
    for offset in sorted(found.captures.keys() - seen):
        yield finding(found.file, offset, "cdxj-lacks", f"{found.captures[offset].id} is not in {file}")


def parse(lines: Iterable[bytes], report: Callable[[int, str, str], None], *, rule: str = "cdxj") -> Iterator[Line]:
    """Yield the lines of an index; report those that are none, and those out of order.

    *rule* is what the codes begin with.
    """
    at, last = 0, b""
    line_rule, order_rule = ("cdxj-line", "cdxj-unsorted") if rule == "cdxj" else (rule, rule)
    for line in lines:
        match = _LINE.fullmatch(line)
        try:
            fields = json.loads(match[3]) if match else None
        except (ValueError, RecursionError):
            fields = None
        if match is None or not isinstance(fields, dict) or not line.endswith(b"\n"):
            report(at, line_rule, f"no line of an index: {line[:80]!r}")
        else:
            if line < last:
                report(at, order_rule, f"the line sorts before the one above: {line[:80]!r}")
            yield at, match[1] + b" " + match[2], {name: str(value) for name, value in fields.items()}
            last = line
        at += len(line)


def differences(capture: Capture, key: bytes, fields: dict[str, str], filename: str) -> str:
    """Return in which points a line differs from the record; "" when in none."""
    url = capture.url.replace(" ", "%20")
    stamp = capture.moment.strftime("%Y%m%d%H%M%S") if capture.moment else ""
    expected = {"url": url, "filename": filename}
    expected["length"] = str(capture.span if fields.get("length") == str(capture.span) else capture.length)
    if capture.digest:
        expected["digest"] = capture.digest
    if capture.type == "revisit":
        expected["mime"] = "warc/revisit"
    elif capture.is_plain and capture.mime:
        expected["mime"] = capture.mime
    if capture.is_plain and capture.status is not None:
        expected["status"] = f"{capture.status:03}"
    odd = [
        f"{name} is {fields.get(name)!r}, not {value!r}"
        for name, value in expected.items()
        if _spelled(name, fields.get(name)) != _spelled(name, value)
    ]
    wanted = surt(_asked(url, fields))
    if capture.moment and key != f"{wanted} {stamp}".encode():
        odd.append(f"its key is {key.decode('utf-8', 'replace')!r}, not {wanted} {stamp}")
    return "; ".join(odd)


def _asked(url: str, fields: dict[str, str]) -> str:
    """Return the address with what was posted, as a line of an index says it."""
    if "method" not in fields:
        return url
    body = fields.get("requestBody")
    return f"{url}{'&' if '?' in url else '?'}__wb_method={fields['method']}{f'&{body}' if body else ''}"


def _spelled(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    # Folders before the name, and a digest without its algorithm, are other tools' spellings of the same.
    if name == "filename":
        return value.rpartition("/")[2]
    return value.removeprefix("sha1:") if name == "digest" else value


def number(text: str | None) -> int | None:
    """Return a number written in decimal digits, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
