"""The records of one exchange as they lie in their WARC file: answer, request, metadata."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from archive.digests import BLOCK
from archive.errors import DamagedRecord
from archive.storage import Place
from archive.times import timestamp14
from archive.warc.files import find_warc
from archive.warc.framing import Torn, read_members
from archive.warc.reader import read_answer
from archive.warc.stored import group_members
from archive.web.deps import Reading
from archive.web.links import short_id
from archive.web.lookup import OPEN_TO_ALL
from archive.web.pages import shown
from archive.web.pages.files import attachment
from archive.web.problems import Problem

router = APIRouter()


@router.api_route("/captures/{capture}/exchange.warc.gz", methods=["GET", "HEAD"], include_in_schema=False)
def exchange(request: Request, archive: Reading, capture: str) -> Response:
    """Send the gzip members of an exchange, byte by byte: a WARC file of a few records.

    Unlike the single record it holds what was asked, and when, from which page and for what.
    """
    held = shown.capture(archive, capture)
    if archive.withheld.hides_url(held.via):
        raise Problem(
            451,
            "this exchange names the page on which it was found, which was taken down; its record alone can be had",
            vi="bản ghi này nêu tên trang nơi tìm thấy nó, mà trang ấy đã được gỡ xuống; chỉ tải được riêng bản ghi",
            type="taken-down",
        )
    read_answer(archive.root, held)  # what lies there is whole, and is it
    path, start = find_warc(archive.root, held.location.warc), held.location.offset
    with path.open("rb") as file:
        try:
            members = next(group_members(read_members(file, start)))
        except Torn as torn:
            raise DamagedRecord(f"{held.location.warc}: byte {torn.offset}: {torn.detail}; run `khcn verify`") from torn
    length = members[-1].offset + members[-1].length - start
    name = f"{held.site}-{timestamp14(held.date)}-{short_id(held.id)[:8]}-exchange.warc.gz"
    headers = {
        **OPEN_TO_ALL,
        "Content-Length": str(length),
        "Content-Disposition": attachment(name),
        "ETag": f'"{held.id}-exchange"',
        "Cache-Control": "no-cache",
    }
    return StreamingResponse(stretch(path, start, length), media_type="application/gzip", headers=headers)


def stretch(path: Place, start: int, length: int) -> Iterator[bytes]:
    """Yield so many bytes of a file from an offset on."""
    with path.open("rb") as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(length, BLOCK))):
            length -= len(piece)
            yield piece
