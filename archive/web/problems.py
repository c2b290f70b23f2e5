"""What went wrong, for people as a page and for programs as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from archive.errors import ArchiveError, CatalogError, DamagedRecord, DiskError, KhcnError
from archive.search.query import QueryError
from archive.search.update import Busy
from archive.takedown import TakedownError
from archive.versions import NoSuchVersion

logger = logging.getLogger(__name__)

FOR_PROGRAMS = ("/api/", "/cdx", "/oai", "/metrics", "/healthz")
"""Paths below which every answer is for a program, whatever it says that it accepts."""


_VI = {404: "không có trang nào ở địa chỉ này", 405: "địa chỉ này chỉ để đọc"}
"""What the framework finds wrong."""


class Problem(KhcnError):
    """A question that gets no answer; ``str(problem)`` is a sentence for who asked."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        vi: str | None = None,
        type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Tell what is wrong, in English and in Vietnamese (*vi*).

        *type* is one of the words of ``docs/api.md``, which stay the same.
        """
        super().__init__(detail)
        self.status = status
        self.vi = vi
        self.type = f"urn:khcn:problem:{type}" if type is not None else "about:blank"
        self.headers = dict(headers or {})

    @property
    def title(self) -> str:
        """What the status means, in the words of HTTP."""
        return HTTPStatus(self.status).phrase


class TooSlow(Problem):
    """A question that needs more time than one question gets."""

    def __init__(self) -> None:
        super().__init__(
            503,
            "the question took too long and was stopped; ask for less, or again later",
            vi="câu hỏi mất quá nhiều thời gian nên đã dừng; hãy thu hẹp lại, hoặc thử lại sau",
            type="too-slow",
            headers={"Retry-After": "5"},
        )


def taken_down(what: str, vi: str) -> Problem:
    """Return the answer of what must not be shown; *what* it is, in English and in Vietnamese."""
    return Problem(
        451,
        f"{what}: was taken down and is not shown; the archive still holds it",
        vi=f"{vi}: đã được gỡ xuống và không hiển thị; kho vẫn giữ bản lưu",
        type="taken-down",
    )


def problem_of(error: Exception) -> Problem:
    """Return what an error of the archive or of the framework is over HTTP."""
    match error:
        case Problem():
            return error
        case HTTPException():
            vi = _VI.get(error.status_code)
            return Problem(error.status_code, str(error.detail), vi=vi, headers=error.headers)
        case RequestValidationError():
            wrong = error.errors()
            named = ", ".join(_place(each) for each in wrong)
            vi = f"tham số chưa đúng: {named}"
            return Problem(400, "; ".join(map(_told, wrong)), vi=vi, type="bad-request")
        case QueryError():
            return Problem(400, str(error), vi="câu tìm trống, quá dài hoặc quá rộng", type="bad-query")
        case NoSuchVersion():
            return Problem(404, str(error), vi="bài viết không có bản này", type="no-such-version")
        case TakedownError():
            return Problem(
                503,
                "the list of what must not be shown can not be read",
                vi="chưa đọc được danh sách những gì không được hiển thị",
                type="not-ready",
            )
        case Busy() | CatalogError() | DiskError():
            vi = "kho chưa đọc được lúc này; hãy thử lại sau ít giây"
            return Problem(503, str(error), vi=vi, type="not-ready", headers={"Retry-After": "10"})
        case DamagedRecord() | ArchiveError():
            return Problem(500, str(error), vi="bản ghi trong kho bị hỏng hoặc không đọc được")
        case KhcnError():
            return Problem(400, str(error))
        case _:
            return Problem(
                500,
                "something went wrong here; the log says what",
                vi="máy chủ gặp lỗi khi trả lời; nhật ký của máy chủ ghi rõ nguyên nhân",
            )


def _place(error: Mapping[str, Any]) -> str:
    return ".".join(str(each) for each in error.get("loc", ())[1:])


def _told(error: Mapping[str, Any]) -> str:
    return f"{_place(error)}: {error.get('msg', 'is wrong')}"


def is_for_program(request: Request) -> bool:
    """Say whether an error is to be told as problem+json: on a program's path, or to who asks for no page."""
    path = request.url.path.removeprefix(request.scope.get("root_path", "").rstrip("/"))
    return path.startswith(FOR_PROGRAMS) or "text/html" not in request.headers.get("accept", "")


def _wants_vietnamese(request: Request) -> bool:
    """Say whether who asks likes Vietnamese best: by ``lang``, else by the first of ``Accept-Language``."""
    asked = request.query_params.get("lang")
    return asked == "vi" or (asked is None and request.headers.get("accept-language", "").lower().startswith("vi"))


def answer(request: Request, problem: Problem) -> Response:
    """Return the answer that tells a problem in the form that suits who asked."""
    if is_for_program(request):
        detail, language = str(problem), "en"
        if problem.vi is not None and _wants_vietnamese(request):
            detail, language = problem.vi, "vi"
        told = {"type": problem.type, "title": problem.title, "status": problem.status, "detail": detail}
        headers = problem.headers | {"Content-Language": language}
        vary = problem.headers.get("Vary")
        headers["Vary"] = f"{vary}, Accept-Language" if vary else "Accept-Language"
        made: Response = JSONResponse(
            told, status_code=problem.status, headers=headers, media_type="application/problem+json"
        )
        return made
    # Here, for the pages tell their own problems by this module.
    from archive.web.render import page

    return page(request, "problem.html", {"problem": problem}, status=problem.status, headers=problem.headers)


def install(app: FastAPI) -> None:
    """Let every error of an app be answered as a problem; what nobody foresaw is logged with its traceback."""

    def handle(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.status >= 500:
            foreseen = isinstance(error, KhcnError | HTTPException)
            logger.error("not answered", extra={"path": request.url.path}, exc_info=None if foreseen else error)
        return answer(request, problem)

    for kind in (KhcnError, HTTPException, RequestValidationError, Exception):
        app.add_exception_handler(kind, handle)
