"""What a document is, by its bytes: names and declared types lie too often."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"{\\rtf", "rtf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x1f\x8b", "gzip"),
)
_PARTS = (
    (re.compile(r"word/document\d*\.xml"), "docx"),
    (re.compile(r"ppt/presentation\d*\.xml"), "pptx"),
    (re.compile(r"xl/workbook\d*\.(xml|bin)"), "xlsx"),
)
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_HTML = re.compile(
    rb"\s*(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype html|html|head|body|table|meta)\b", re.DOTALL | re.I
)
_BEGINNING = 1024


def kind_of(data: bytes, mime: str | None = None) -> str | None:
    """Return the kind of a document: ``pdf``, ``docx``, ``ole`` (old Office) ...; null when it is not known.

    *mime* is believed for plain text only, which shows nothing of itself.

    >>> kind_of(b"%PDF-1.7 ...")
    'pdf'
    >>> kind_of("Thông báo".encode(), "text/plain")
    'txt'
    """
    beginning = data[:_BEGINNING]
    # Readers look for it in the first kilobyte (ISO 32000-1, annex H.3.4.1).
    if b"%PDF-" in beginning:
        return "pdf"
    if data.startswith(OLE):
        return "ole"
    if data.startswith(b"PK\x03\x04"):
        return _package_kind(data)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if _HTML.match(beginning.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if mime == "text/plain" and b"\x00" not in beginning:
        return "txt"
    return None


def _package_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
            for pattern, kind in _PARTS:
                if any(pattern.fullmatch(name) for name in names):
                    return kind
            if "mimetype" in names:
                with package.open("mimetype") as file:
                    return _OPEN_DOCUMENT.get(file.read(100).strip(), "zip")
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "zip"
    return "zip"
