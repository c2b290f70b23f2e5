"""The text of an archive's documents (PDF, DOCX, XLSX ...).

::

    from archive import open_archive
    from archive.documents import texts

    with open_archive("data") as archive, texts("data") as text_of:
        for article in archive.articles():
            for entry in article.attachments:
                print(entry.title, text_of(entry.sha256))

``khcn index --documents`` fills what is read here.
"""

from __future__ import annotations

from pathlib import Path

from archive.documents.cache import DocumentTexts
from archive.documents.model import DocumentText

__all__ = ["DocumentText", "DocumentTexts", "text_of", "texts"]


def texts(root: Path | str) -> DocumentTexts:
    """Return the texts of the documents below a data root: ``texts(root)(sha256)`` is one, or null.

    >>> texts("a folder without any")("4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945") is None
    True
    """
    return DocumentTexts(Path(root))


def text_of(data: bytes, mime: str | None = None) -> DocumentText:
    """Return the text of one document; see :class:`archive.documents.reader.DocumentReader`, for many use that."""
    from archive.documents.reader import DocumentReader  # its process would import itself

    with DocumentReader() as reader:
        return reader.read(data, mime)
