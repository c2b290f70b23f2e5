"""What differs between two versions of an article, as a web page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from archive.diff import Part, text_diff
from archive.times import VN
from archive.versions import Diff

STYLE = """\
body { max-width: 46em; margin: 2em auto; padding: 0 1em; font: 1em/1.5 system-ui, sans-serif; }
.diff p, .diff li { white-space: pre-wrap; overflow-wrap: anywhere; }
.diff del { background: #ffd7d5; color: #7d0b00; }
.diff ins { background: #ccf0d0; color: #00420f; }
@media (prefers-color-scheme: dark) {
  body { background: #16181b; color: #e4e4e4; }
  .diff del { background: #67060c; color: #ffdcd7; }
  .diff ins { background: #033a16; color: #c8f5d0; }
}"""
_TAGS = {"delete": "del", "insert": "ins"}


def page(diff: Diff) -> str:
    """Return a whole page (HTML 5) with the differences; nothing in it is loaded from anywhere."""
    title = escape(f"{diff.url}: {diff.a} - {diff.b}")
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n{fragment(diff)}\n</body>\n</html>"
    )


def fragment(diff: Diff) -> str:
    """Return the differences as an ``article`` element for a page that has :data:`STYLE`; all text is escaped."""
    dates = [each.astimezone(VN).strftime("%Y-%m-%d %H:%M") for each in diff.captured]
    lines = [
        '<article class="diff">',
        f"<h1>{escape(diff.url)}</h1>",
        f"<p>{diff.a} ({dates[0]}) - {diff.b} ({dates[1]})</p>",
    ]
    for name, (a, b) in diff.fields.items():
        lines.append(f"<h2>{escape(name)}</h2>")
        if (a is None or isinstance(a, str)) and (b is None or isinstance(b, str)):
            lines.append(f"<p>{_marked(text_diff(a or '', b or ''))}</p>")
        else:
            lines += _listed(a or [], b or [])
    if diff.text is not None:
        lines += ["<h2>text</h2>", f"<p>{_marked(diff.text)}</p>"]
    return "\n".join([*lines, "</article>"])


def _listed(a: Sequence[Any], b: Sequence[Any]) -> list[str]:
    changes = [Part("delete", _line(value)) for value in a if value not in b]
    changes += [Part("insert", _line(value)) for value in b if value not in a]
    return ["<ul>", *(f"<li>{_marked([part])}</li>" for part in changes), "</ul>"]


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items() if each is not None)
    return str(value)


def _marked(parts: Sequence[Part]) -> str:
    marked = []
    for part in parts:
        tag = _TAGS.get(part.op)
        text = escape(part.text)
        marked.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return "".join(marked)
