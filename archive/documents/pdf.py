"""The text of PDF, by PDFium.

PDFium and not pypdf: on PDFs that LibreOffice and Chromium made of Vietnamese text both give the same words, but
PDFium takes a fifth of the time and dissolves ligatures. Both give a page's letters in the order in which they are
drawn. Where a font lacks some of Vietnamese, LibreOffice draws a line in one font, and then its missing letters in
another: the words fall apart ("QUY T Đ NH ... Ế Ị"). Such a page is put together by the places of its letters.
"""

from __future__ import annotations

import ctypes
import re
from collections import defaultdict
from typing import Any

from archive.documents.errors import Unreadable

MAX_LETTERS = 50_000
"""A page with more is left as it is drawn."""
FALLEN_APART = 0.06
"""Of all words: so many letters with accents that stand alone are not to be had otherwise (words such as "ở", "ý")."""
_GAP = 0.12
"""Of the font's size: a wider gap parts two words."""

_WORD = re.compile(r"\w+")
_ALONE = re.compile(r"(?<!\w)[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9](?!\w)")


def pdf_pages(data: bytes, max_chars: int) -> tuple[list[str], int, str]:
    """Return the texts of the pages until *max_chars*, the number of all pages, and what is odd about them.

    Raises Unreadable.
    """
    import pypdfium2 as pdfium
    from pypdfium2.raw import FPDF_ERR_PASSWORD

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == FPDF_ERR_PASSWORD
        raise Unreadable("encrypted" if is_locked else "broken", str(error)) from None
    texts, failed, chars = list[str](), 0, 0
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
            texts.append(_page_text(text))
            text.close()
            page.close()
        except pdfium.PdfiumError:
            failed += 1
            continue
        chars += len(texts[-1])
        if chars > max_chars:
            break
    if failed == len(document):
        raise Unreadable("broken", "no page can be read")
    return texts, len(document), f"{failed} pages can not be read" if failed else ""


def is_fallen_apart(text: str) -> bool:
    """Say whether the letters of a text are out of order.

    >>> is_fallen_apart("QUY T Đ NH V vi c ban hành K ho ch Ế Ị ề ệ ế ạ")
    True
    >>> is_fallen_apart("Quyết định về việc ban hành kế hoạch, ở xã Ea Ô")
    False
    """
    alone = len(_ALONE.findall(text))
    return alone > 2 and alone > FALLEN_APART * len(_WORD.findall(text))


def _page_text(page: Any) -> str:
    # U+FFFE stands for a hyphen at the end of a line.
    text: str = page.get_text_range(errors="ignore").replace("\ufffe", "-")
    return _by_place(page) if is_fallen_apart(text) and page.count_chars() <= MAX_LETTERS else text


def _by_place(page: Any) -> str:
    """Return the letters of a page line by line, from left to right."""
    from pypdfium2 import raw

    lines: dict[int, list[tuple[float, float, float, str]]] = defaultdict(list)
    x, y = ctypes.c_double(), ctypes.c_double()
    for number in range(page.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(page, number))
        if letter.isspace() or not raw.FPDFText_GetCharOrigin(page, number, x, y):
            continue
        right = page.get_charbox(number, loose=True)[2]
        # Letters of one line stand on one height, whatever their font.
        lines[round(y.value)].append((x.value, right, raw.FPDFText_GetFontSize(page, number), letter))
    return "\n".join(_line(lines[height]) for height in sorted(lines, reverse=True))


def _line(letters: list[tuple[float, float, float, str]]) -> str:
    parts, end = list[str](), None
    for left, right, size, letter in sorted(letters):
        if end is not None and left - end > _GAP * size:
            parts.append(" ")
        parts.append(letter)
        end = right
    return "".join(parts)
