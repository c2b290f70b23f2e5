"""Documents: small but real PDF, DOCX, XLSX and ZIP files, the same for the same address."""

from __future__ import annotations

import io
import zipfile
from functools import lru_cache

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@lru_cache(maxsize=500)
def document(url: str, kind: str, title: str) -> bytes:
    """Return the file of *kind* at *url*."""
    if kind == "pdf":
        return _pdf(url)
    if kind == "docx":
        return _docx(title, url)
    if kind == "xlsx":
        return _xlsx(title)
    return _pack({"mau-01.docx": _docx(title, url), "mau-02.xlsx": _xlsx(title), "doc.txt": title.encode()})


def _pdf(url: str) -> bytes:
    stream = f"BT /F1 12 Tf 72 760 Td (SO KHOA HOC VA CONG NGHE) Tj 0 -20 Td ({url[-60:]}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(made),
    )


def _docx(title: str, url: str) -> bytes:
    body = f"<w:p><w:r><w:t>{title}</w:t></w:r></w:p><w:p><w:r><w:t>{url[-36:]}</w:t></w:r></w:p>"
    return _pack(
        {
            "[Content_Types].xml": _types("word/document.xml", TYPES["docx"] + ".main+xml"),
            "_rels/.rels": _relation("word/document.xml"),
            "word/document.xml": (f'{HEAD}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode()),
        }
    )


def _xlsx(title: str) -> bytes:
    cells = f'<c r="A1" t="inlineStr"><is><t>{title}</t></is></c><c r="B1"><v>{len(title)}</v></c>'
    cell = f'<row r="1">{cells}</row>'
    book = f'<sheets><sheet name="Bang1" sheetId="1" r:id="rId1" xmlns:r="{OFFICE}"/></sheets>'
    return _pack(
        {
            "[Content_Types].xml": _types("xl/workbook.xml", TYPES["xlsx"] + ".main+xml"),
            "_rels/.rels": _relation("xl/workbook.xml"),
            "xl/workbook.xml": f'{HEAD}<workbook xmlns="{SHEET}">{book}</workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": _relation("worksheets/sheet1.xml", "worksheet"),
            "xl/worksheets/sheet1.xml": (
                f'{HEAD}<worksheet xmlns="{SHEET}"><sheetData>{cell}</sheetData></worksheet>'.encode()
            ),
        }
    )


def _types(part: str, kind: str) -> bytes:
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    ).encode()


def _relation(target: str, kind: str = "officeDocument") -> bytes:
    return (
        f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    ).encode()


def _pack(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in files.items():
            # A fixed date, so that the file is the same at each start.
            pack.writestr(zipfile.ZipInfo(name, (2022, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
