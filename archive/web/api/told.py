"""What the OpenAPI document says of an endpoint: the form of its answer, an example, its problems."""

from __future__ import annotations

from typing import Any, get_type_hints

from fastapi import APIRouter, FastAPI
from starlette.responses import Response

from archive.web.api.examples import EXAMPLES
from archive.web.api.forms import PLACE, schemas

PREFIX = "/api/v1"
DESCRIPTION = """\
The archive of the news of Vietnam's provincial Departments of Science and Technology.

Lists come a page at a time: give `next` of a page as `cursor` to have the one after it, with the same parameters.
Every answer has an `ETag`; give it as `If-None-Match`, and what you have already is not sent again (304).
Errors are `application/problem+json`. All of it may be read by pages of other origins (CORS).
"""
_HEADERS = {
    "ETag": {"description": "Tag of this answer, for `If-None-Match`.", "schema": {"type": "string"}},
    "Cache-Control": {
        "description": "`no-cache`: may be kept, if it is asked for again.",
        "schema": {"type": "string"},
    },
}
_LINK = {"Link": {"description": 'The next page, as `rel="next"`.', "schema": {"type": "string"}}}
NOT_AGAIN = {"description": "You have it already."}
TOO_LONG = {"description": "More than 4096 bytes of path and query."}
_PROBLEMS = {
    400: "A parameter is wrong.",
    404: "There is no such thing.",
    410: "The cursor is of a catalog that is no more: start anew without one.",
    451: "It was taken down, and is not shown.",
    500: "A record of the archive is damaged, or something unforeseen.",
    503: "Not now: the archive can not be read, or the question took too long.",
}


def router(tag: str) -> APIRouter:
    """Return a router of the API."""
    return APIRouter(prefix=PREFIX, tags=[tag], default_response_class=Response)


def told(form: type, *problems: int) -> dict[str, Any]:
    """Return what a route says of itself: its answer is a *form*, else one of *problems* or what any can have."""
    headers = _HEADERS | (_LINK if "next" in get_type_hints(form) else {})
    content = {"schema": {"$ref": PLACE + form.__name__}}
    good = {
        "description": (form.__doc__ or "").partition("\n")[0],
        "headers": headers,
        "content": {"application/json": content},
    }
    return {
        "response_model": None,
        "responses": {
            200: good,
            304: NOT_AGAIN,
            414: TOO_LONG,
            **{status: problem(status) for status in sorted({400, 500, 503, *problems})},
        },
    }


def problem(status: int) -> dict[str, Any]:
    """Return what the document says of a problem."""
    return {
        "description": _PROBLEMS[status],
        "content": {"application/problem+json": {"schema": {"$ref": f"{PLACE}Problem"}}},
    }


def describe(app: FastAPI) -> None:
    """Let the OpenAPI document of an app have the forms of the answers, and nothing that the framework adds itself."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            document["info"]["description"] = DESCRIPTION
            for operations in document["paths"].values():
                for operation in operations.values():
                    for parameter in operation.get("parameters", ()):
                        parameter["schema"] = _without_null(parameter["schema"])
                    # Wrong parameters are told as 400.
                    operation["responses"].pop("422", None)
                    good = operation["responses"].get("200", {}).get("content", {})
                    form = good.get("application/json", {}).get("schema", {}).get("$ref", "").removeprefix(PLACE)
                    if form:
                        # Here, for the framework leaves out what is null.
                        good["application/json"]["example"] = EXAMPLES[form]
                    else:
                        good.pop("application/json", None)
            document.setdefault("components", {})["schemas"] = schemas()
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter that may be left out: what stands in an address is never null."""
    kinds = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if not kinds:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return rest | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds})
