"""Files out of captures: pictures to look at, everything else to keep.

What comes from a site is somebody else's: a picture is sent as one only when its bytes begin as pictures do that a
browser can only draw; anything else is a download, under a policy that lets it do nothing where it is opened after all.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from archive.http import media_type
from archive.model import Payload
from archive.web.deps import Reading
from archive.web.pages import shown
from archive.web.problems import Problem
from archive.web.safety import SANDBOX

router = APIRouter(include_in_schema=False)

SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp")
"""Pictures that can hold no script. SVG is a document, and never shown."""
LARGEST = 64 * 1024 * 1024
_KEPT = "private, max-age=3600"
"""A capture never changes, but it may be taken down: no cache that many share keeps it."""
_LONGEST_NAME = 120


def picture_type(body: bytes) -> str | None:
    """Return the media type of a picture that may be shown, by its first bytes; null for all else.

    >>> picture_type(b"\\xff\\xd8\\xff\\xe0"), picture_type(b"<svg onload=alert(1)>")
    ('image/jpeg', None)
    """
    for start, mime in ((b"\xff\xd8\xff", SHOWN[0]), (b"\x89PNG\r\n\x1a\n", SHOWN[1]), (b"GIF8", SHOWN[2])):
        if body.startswith(start):
            return mime
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return SHOWN[3]
    if body[4:12] in (b"ftypavif", b"ftypavis"):
        return SHOWN[4]
    # "BM" alone begins many a text: the rest of the head of a bitmap is zeros and a small number.
    if body[:2] == b"BM" and body[6:10] == b"\0\0\0\0" and body[14:18] in (b"\x28\0\0\0", b"\x6c\0\0\0", b"\x7c\0\0\0"):
        return SHOWN[5]
    return None


def name_of(url: str) -> str:
    """Return a file's name by its address, fit for a file system and for a header.

    >>> name_of("https://a.vn/tep/K%E1%BA%BF%20ho%E1%BA%A1ch.pdf?x=1"), name_of("https://a.vn/")
    ('Kế hoạch.pdf', 'file')
    """
    try:
        last = unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2]
    except ValueError:
        last = ""
    kept = re.sub(r'[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\:*?"<>|]+', "_", last).strip(" ._")
    return kept[-_LONGEST_NAME:] or "file"


def attachment(name: str) -> str:
    """Return the value of ``Content-Disposition`` that makes a download of an answer (RFC 6266).

    >>> print(attachment("Kế hoạch.pdf"))
    attachment; filename="K_ ho_ch.pdf"; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch.pdf
    """
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@router.api_route("/images/{capture}", methods=["GET", "HEAD"])
def image(request: Request, archive: Reading, capture: str) -> Response:
    """Send the picture that a capture holds."""
    held = shown.capture(archive, capture)
    if (same := _unchanged(request, held.id)) is not None:
        return same
    body = _whole(held.payload()).body
    mime = picture_type(body)
    if mime is None:
        raise Problem(
            415,
            "the bytes of this capture are no picture that can be shown; its page offers them as a file",
            vi="nội dung của bản ghi này không phải ảnh hiển thị được; trang của bản ghi cho tải về dưới dạng tệp",
        )
    return Response(body, media_type=mime, headers=_headers(held.id))


@router.api_route("/files/{capture}/{name}", methods=["GET", "HEAD"])
def file(request: Request, archive: Reading, capture: str, name: str) -> Response:
    """Send the body of a capture as a file to keep; *name* is for people and does not matter."""
    held = shown.capture(archive, capture)
    if (same := _unchanged(request, held.id)) is not None:
        return same
    payload = _whole(held.payload())
    mime = picture_type(payload.body) or _harmless(media_type(payload.header("content-type")))
    disposition = {"Content-Disposition": attachment(name_of(held.url))}
    return Response(payload.body, media_type=mime, headers=_headers(held.id) | disposition)


def _harmless(mime: str | None) -> str:
    """Return a media type as a download may have it: nothing that a browser would take for a page."""
    is_kept = mime is not None and re.fullmatch(r"application/(pdf|zip|msword|vnd\.[a-z0-9.+-]+|rtf)", mime)
    return mime if is_kept and mime is not None and not mime.endswith("xml") else "application/octet-stream"


def _whole(payload: Payload) -> Payload:
    if len(payload.body) > LARGEST:
        raise Problem(
            413, f"larger than {LARGEST} bytes; download its record", vi=f"lớn hơn {LARGEST} byte; hãy tải bản ghi WARC"
        )
    return payload


def _unchanged(request: Request, capture: str) -> Response | None:
    if f'"{capture}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=_headers(capture))
    return None


def _headers(capture: str) -> dict[str, str]:
    return {"Cache-Control": _KEPT, "ETag": f'"{capture}"', "Content-Security-Policy": SANDBOX}
