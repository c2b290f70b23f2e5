"""The text of one document, by whatever library reads its kind. Runs in the worker, which may be killed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from archive.documents.bundles import bundle_lines
from archive.documents.errors import Unreadable
from archive.documents.kinds import kind_of
from archive.documents.model import DocumentText
from archive.documents.packages import FORMATS, package_lines
from archive.documents.pdf import pdf_pages
from archive.documents.running_text import LEGACY, MAX_CHARS, has_words, is_legacy, running_text
from archive.documents.slides import slide_lines
from archive.documents.word import word_lines

MAX_UNPACKED = 256 << 20
"""Bytes of a spreadsheet, unpacked, as it declares them."""
LIBRARIES = ("pypdfium2", "python_calamine", "olefile", "striprtf")
"""Modules of the extra ``documents``."""

_BLOCKS = ("p", "div", "br", "li", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6")
_WORD = ("WordDocument", "0Table", "1Table")
_SLIDES = ("PowerPoint Document", "Current User")


class Found(NamedTuple):
    """What a library found in a document."""

    lines: Iterable[str]
    pages: int | None = None
    detail: str = ""


def read_document(data: bytes, mime: str | None = None) -> DocumentText:
    """Return the text of a document, or why there is none; never raises for what a document holds."""
    kind = kind_of(data, mime)
    if kind == "ole":
        kind = None
        try:
            kind = _ole_kind(data)
        except Unreadable as error:
            return DocumentText(error.state, detail=error.detail)
    try:
        found = _READERS.get(kind or "", _unsupported)(data, kind or "")
        text, truncated = running_text(found.lines)
    except Unreadable as error:
        return DocumentText(error.state, kind=kind, detail=error.detail)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A library broke on a hostile or a broken file; the worker goes on with the next one. Not Exception alone,
        # for a panic of what is written in Rust is none.
        return DocumentText("broken", kind=kind, detail=f"{type(error).__name__}: {error}"[:200])
    if not has_words(text):
        return DocumentText("no_text", kind=kind, pages=found.pages, detail=found.detail)
    detail = ", ".join(filter(None, (found.detail, LEGACY if is_legacy(text) else "")))
    return DocumentText("text", text, kind, found.pages, truncated, detail)


def _unsupported(data: bytes, kind: str) -> Found:
    raise Unreadable("unsupported", kind or "unknown kind")


def _pdf(data: bytes, kind: str) -> Found:
    return Found(*pdf_pages(data, MAX_CHARS))


def _sheets(data: bytes, kind: str) -> Found:
    import python_calamine as calamine

    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(entry.file_size for entry in package.infolist()) > MAX_UNPACKED:
                raise Unreadable("too_large", f"unpacks to more than {MAX_UNPACKED >> 20} MiB")
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError:
        raise Unreadable("encrypted") from None
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError) as error:
        raise Unreadable("broken", str(error)[:200]) from None
    return Found(_rows(book), len(book.sheet_names))


def _rows(book: Any) -> Iterator[str]:
    for name in book.sheet_names:
        yield name
        for row in book.get_sheet_by_name(name).iter_rows():
            yield " | ".join(cell for cell in map(_cell, row) if cell)


def _cell(value: object) -> str:
    match value:
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime() | date() | time():
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        case timedelta() | bool():
            return str(value)
        case _:
            return " ".join(str(value).split())


def _rtf(data: bytes, kind: str) -> Found:
    from striprtf.striprtf import rtf_to_text

    # It decodes what is escaped; the file itself is ASCII, or lies.
    text = str(rtf_to_text(data.decode("latin-1"), errors="replace"))  # type: ignore[no-untyped-call]
    return Found([text.replace("|\n", "\n").replace("|", " | ")])


def _txt(data: bytes, kind: str) -> Found:
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "cp1258"):
        try:
            return Found([data.decode(encoding)])
        except UnicodeDecodeError:
            continue
    raise Unreadable("broken", "neither UTF-8 nor Windows-1258")


def _package(data: bytes, kind: str) -> Found:
    return Found(*package_lines(data, kind))


def _html(data: bytes, kind: str) -> Found:
    from lxml import etree

    try:
        data.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = None  # what the page declares
    tree = etree.fromstring(data, etree.HTMLParser(encoding=encoding, no_network=True, remove_comments=True))
    if tree is None:
        raise Unreadable("broken", "no element")
    etree.strip_elements(tree, "script", "style", "title", with_tail=False)
    for element in tree.iter(*_BLOCKS):
        element.text, element.tail = "\n" + (element.text or ""), "\n" + (element.tail or "")
    for row in reversed(list(tree.iter("tr"))):  # those of a table within a table first
        # A row is one line, whatever its cells are made of.
        cells = (" ".join(_text(cell).split()) for cell in row.iterchildren("td", "th"))
        line = " | ".join(cell for cell in cells if cell)
        for cell in list(row):
            row.remove(cell)
        row.text = f"\n{line}\n"
    return Found(_text(tree).split("\n"))


def _text(element: Any) -> str:
    from lxml import etree

    return str(etree.tostring(element, method="text", encoding="unicode", with_tail=False))


def _zip(data: bytes, kind: str) -> Found:
    lines, detail = bundle_lines(data, _member)
    return Found(lines, detail=detail)


def _member(data: bytes, mime: str | None) -> DocumentText:
    if kind_of(data, mime) == "zip":
        return DocumentText("unsupported", kind="zip", detail="a ZIP in a ZIP")
    return read_document(data, mime)


def _doc(data: bytes, kind: str) -> Found:
    return Found(word_lines(_streams(data, _WORD)))


def _ppt(data: bytes, kind: str) -> Found:
    return Found(*slide_lines(_streams(data, _SLIDES)))


def _streams(data: bytes, names: Iterable[str]) -> dict[str, bytes]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        return {name: file.openstream(name).read() for name in names if file.exists(name)}


def _ole_kind(data: bytes) -> str | None:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            # Documents encrypted by newer Office lie in a container of the old form.
            if file.exists("EncryptedPackage"):
                raise Unreadable("encrypted")
            if file.exists("PP40"):
                raise Unreadable("unsupported", "PowerPoint 95 or older")
            names = {"WordDocument": "doc", "Workbook": "xls", "Book": "xls", "PowerPoint Document": "ppt"}
            return next((kind for name, kind in names.items() if file.exists(name)), None)
    except Unreadable:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise Unreadable("broken", str(error)[:200]) from None


_READERS: dict[str, Callable[[bytes, str], Found]] = {
    "pdf": _pdf,
    "xlsx": _sheets,
    "xls": _sheets,
    "ods": _sheets,
    "rtf": _rtf,
    "txt": _txt,
    "doc": _doc,
    "ppt": _ppt,
    "html": _html,
    "zip": _zip,
    **dict.fromkeys(FORMATS, _package),
}
"""By kind. What is missing is not read: RAR and 7z, pictures."""
