"""Read the documents of an archive whose text is not known yet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from itertools import islice
from pathlib import Path

from archive.catalog import Catalog
from archive.catalog.documents import Document
from archive.documents.cache import DocumentCache
from archive.documents.model import DocumentText
from archive.documents.reader import EXTRACTOR, MAX_BYTES, DocumentReader
from archive.errors import ArchiveError
from archive.model import Location
from archive.warc.reader import read_payload

TOLD_AT_ONCE = 200


def fill(
    root: Path, catalog: Catalog, cache: DocumentCache, sites: Sequence[str] | None = None
) -> Generator[tuple[Document, DocumentText], None, None]:
    """Read every document of *sites* (None: of all) that no run has read yet; yield each as soon as it is kept.

    A run that is stopped or killed is gone on with by the next one: what was yielded is kept. A document that gave
    no text is not tried again, unless its file was not in the archive. Articles whose documents have a text now
    count as changed (:meth:`Catalog.note_documents`), so that the search learns of it.

    Raises ConfigError when the extra ``documents`` is missing, CatalogError, ArchiveError, DiskError.
    """
    try:
        _tell(catalog, cache)  # what a killed run had kept, and not told
        with DocumentReader() as reader:
            kept = 0
            for document in catalog.documents(sites):
                if cache.has(document.sha256, EXTRACTOR):
                    continue
                found = _read(root, catalog, reader, document)
                cache.keep(document.sha256, EXTRACTOR, found)
                kept += 1
                if kept % TOLD_AT_ONCE == 0:
                    _tell(catalog, cache)
                yield document, found
    finally:
        _tell(catalog, cache)


def _tell(catalog: Catalog, cache: DocumentCache) -> None:
    untold = iter(cache.untold())
    while some := list(islice(untold, TOLD_AT_ONCE)):
        catalog.note_documents(some)
        cache.tell(some)


def _read(root: Path, catalog: Catalog, reader: DocumentReader, document: Document) -> DocumentText:
    if document.size_bytes is not None and document.size_bytes > MAX_BYTES:
        return DocumentText("too_large", detail=f"more than {MAX_BYTES >> 20} MiB")
    why = "no capture"
    for capture in map(catalog.capture, catalog.captures_of_document(document.sha256)):
        if capture is None:
            continue
        try:
            body = read_payload(root, capture, max_size=MAX_BYTES + 1, locate=_locate(catalog)).body
        except ArchiveError as error:
            why = str(error)
            continue
        if hashlib.sha256(body).hexdigest() == document.sha256:
            return reader.read(body, document.mime)
        why = f"{capture.location.warc}: its record holds other bytes than when it was crawled"
    return DocumentText("not_held", detail=why)


def _locate(catalog: Catalog) -> Callable[[str], Location | None]:
    def locate(record: str) -> Location | None:
        capture = catalog.capture(record)
        return capture.location if capture is not None else None

    return locate
