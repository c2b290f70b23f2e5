"""Pages out of templates, in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import HTMLResponse

from archive.web.deps import served
from archive.web.links import language_of, linker
from archive.web.templating import template as compiled


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return a page: a template with *values*, and with what all pages need."""
    language = language_of(request)
    link = linker(request)
    shared = {"served": served(request), "link": link, "other_language": _in_other_language(request, link)}
    text = compiled(template, language).render({**shared, **values})
    sent = {"Content-Language": language, **(headers or {})}
    return HTMLResponse(text, status_code=status, headers=sent)


def _in_other_language(request: Request, link: Any) -> str:
    """Return the address of the same page in the other language."""
    query = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    if language_of(request) == "vi":
        query.append(("lang", "en"))
    root = request.scope.get("root_path", "").rstrip("/")
    path = request.scope["path"].removeprefix(root)
    return str(link(path, lang=None)) + (f"?{urlencode(query)}" if query else "")
