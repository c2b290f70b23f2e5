"""The text of documents: what each kind gives, what gives none and why, and what hostile files can not do."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from archive.documents import read, text_of
from archive.documents.model import FAILED, STATES
from archive.documents.reader import MAX_BYTES, DocumentReader
from archive.documents.running_text import is_legacy, running_text
from archive.errors import ConfigError
from tests.play.documents import TYPES, document

pytest.importorskip("pypdfium2", reason="the extra `documents` is not installed")

HERE = Path(__file__).with_name("documents")
DECISION = [
    "Quyết định phê duyệt đề tài cấp tỉnh",
    "Nghiên cứu giống lúa chịu mặn; xem kế hoạch.",
    "STT | Nội dung",
    "1 | Tập huấn kỹ năng số",
]
COSTS = [
    "STT | Tên nhiệm vụ | Kinh phí",
    "1 | Nghiên cứu giống lúa đặc sản | 125000000",
    "2 | Ứng dụng chế phẩm sinh học, xử lý rác | 250000.5",
]
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def str_ids(value: object) -> str | None:
    """Name no case by its bytes."""
    return "data" if isinstance(value, bytes) else None


@pytest.fixture(scope="module")
def reader():
    with DocumentReader() as made:
        yield made


def packed(parts: dict[str, str | bytes], **options) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, **options) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def docx(body: str, head: str = "") -> bytes:
    return packed({"word/document.xml": f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'})


def pdf(page: bytes, extra: bytes = b"") -> bytes:
    """A PDF without a table of its parts: readers look for them, as in many a real one."""
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\ntrailer<</Root 1 0 R%s>>\n" % (len(page), page, extra)
    )


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file: header, one sector of FAT, the directory, then each stream in sectors of its own."""
    end, free, at = 0xFFFFFFFE, 0xFFFFFFFF, 2
    sectors, fat, entries = b"", [0xFFFFFFFD, end], []
    for name, content in streams.items():
        content = content.ljust(4096, b"\0")  # less would lie in another place
        size = -(-len(content) // 512)
        fat += [*range(at + 1, at + size), end]
        entries.append((name, 2, at, len(content)))
        sectors += content.ljust(512 * size, b"\0")
        at += size
    directory = b""
    for number, (name, kind, start, size) in enumerate([("Root Entry", 5, end, 0), *entries]):
        after = number + 1 if 0 < number < len(entries) else free
        directory += name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", 2 * len(name) + 2, kind, 1)
        directory += struct.pack("<III", free, after, 1 if kind == 5 else free) + bytes(36)
        directory += struct.pack("<IQ", start, size)
    head = OLE + bytes(16) + struct.pack("<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    return head + struct.pack("<128I", *fat, *[free] * (128 - len(fat))) + directory.ljust(512, b"\0") + sectors


@pytest.mark.parametrize("kind", ["doc", "docx", "odt", "rtf", "pdf"])
def test_a_decision_reads_the_same_in_every_kind(reader, kind):
    found = reader.read((HERE / f"quyet_dinh.{kind}").read_bytes())

    # PDF knows no cells.
    assert found.text.splitlines() == [line.replace(" | ", " ") if kind == "pdf" else line for line in DECISION]
    assert (found.state, found.kind, found.pages, found.detail) == ("text", kind, 1 if kind == "pdf" else None, "")


def test_a_pdf_whose_letters_are_drawn_with_two_fonts_is_put_together_by_their_places(reader):
    found = reader.read((HERE / "hai_phong_chu.pdf").read_bytes())

    assert found.text.splitlines() == [line.replace(" | ", " ") for line in DECISION]


@pytest.mark.parametrize("kind", ["xls", "xlsx", "ods"])
def test_a_table_reads_the_same_in_every_kind(reader, kind):
    found = reader.read((HERE / f"kinh_phi.{kind}").read_bytes())

    assert found.text.splitlines()[1:] == COSTS
    assert (found.state, found.kind, found.pages) == ("text", kind, 1)


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx", "zip"])
def test_what_played_sites_attach_is_read_by_its_bytes_whatever_was_declared(reader, kind):
    data = document(f"http://skhcn.hatinh.gov.vn/tep/ke-hoach.{kind}", kind, "Kế hoạch số 15")

    for mime in (TYPES[kind], "application/octet-stream", "text/html", None):
        found = reader.read(data, mime)
        assert (found.state, found.kind, found.detail) == ("text", kind, "")
    assert ("Kế hoạch số 15" in found.text) is (kind != "pdf")


@pytest.mark.parametrize(
    ("data", "mime", "text"),
    [
        ("Thông báo\r\nsố 12".encode(), "text/plain", "Thông báo\nsố 12"),
        ("\ufeffThông báo".encode(), "text/plain", "Thông báo"),
        ("Thông báo".encode("utf-16"), None, None),
        ("Th\u00f4ng b\u00e1o \u0111".encode("cp1258"), "text/plain", "Thông báo đ"),
        (b"{\\rtf1\\ansi Th\\u244?ng b\\'e1o\\par s\\u7889? 12}", None, "Thông báo\nsố 12"),
        ("<html><style>p{}</style><p>Thông <b>báo</b><br>số 12<p>a".encode(), None, "Thông báo\nsố 12\na"),
        ("<table><tr><td><p>Tên</p></td><td></td><td>Số<tr><td>1</table>".encode(), None, "Tên | Số\n1"),
        (b"<table><tr><td>a<td><table><tr><td>b<td>c</table><tr><td>d</table>", None, "a | b | c\nd"),
        (docx("<w:p><w:r><w:t>Quyê\u0301t đi\u0323nh</w:t></w:r></w:p>"), None, "Quyết định"),
        (docx("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>"), None, "a b\nc"),
        (docx("<w:p><w:del><w:r><w:t>xóa</w:t></w:r></w:del><w:r><w:t>còn</w:t></w:r></w:p>"), None, "còn"),
        (docx("<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>trang</w:t></w:r></w:p>"), None, "trang"),
        (docx("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>một</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"), None, "một"),
    ],
    ids=str_ids,
)
def test_texts(reader, data, mime, text):
    found = reader.read(data, mime)

    assert (found.text or None, found.state) == (text, "text" if text else "unsupported")


def test_slides_come_in_their_order_and_notes_after_them(reader):
    namespaces = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'

    def slide(text: str) -> str:
        return f"<s {namespaces}><a:p><a:r><a:t>{text}</a:t></a:r></a:p></s>"

    names = {f"ppt/slides/slide{number}.xml": slide(f"Trang {number}") for number in (10, 2, 1)}
    found = reader.read(
        packed({"ppt/presentation.xml": "<p/>", "ppt/notesSlides/notesSlide1.xml": slide("Lời")} | names)
    )

    assert found.text.splitlines() == ["Lời", "Trang 1", "Trang 2", "Trang 10"]
    assert (found.kind, found.pages) == ("pptx", 3)


ENTITIES = "<!DOCTYPE d [" + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10 if n else 'ha'}'>" for n in range(10)) + "]>"
OUTSIDE = '<!DOCTYPE d [<!ENTITY out SYSTEM "file:///etc/hostname">]>'
SCAN = b"q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"
WORD_HEAD = struct.pack("<HHxxxxxxH", 0xA5EC, 193, 0)


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"", "unsupported"),
        (b"\x00" * 100, "unsupported"),
        (b"MZ\x90\x00", "unsupported"),
        (b"\xff\xd8\xff\xe0JFIF", "unsupported"),
        (b"<html><script>x</script></html>", "no_text"),
        (b"<html>", "no_text"),
        (pdf(SCAN), "no_text"),
        (pdf(b"BT /F1 12 Tf 72 760 Td (- 1 -) Tj ET"), "no_text"),
        (docx(""), "no_text"),
        (
            pdf(b"", b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (b"00" * 32, b"11" * 32)),
            "encrypted",
        ),
        (ole({"EncryptedPackage": b"x", "EncryptionInfo": b"x"}), "encrypted"),
        (ole({"WordDocument": struct.pack("<HHxxxxxxH", 0xA5EC, 193, 0x100)}), "encrypted"),
        (ole({"WordDocument": struct.pack("<HHxxxxxxH", 0xA5DC, 104, 0)}), "unsupported"),
        (ole({"PP40": b"x"}), "unsupported"),
        (ole({"PowerPoint Document": b"x"}), "broken"),
        (b"Rar!\x1a\x07\x01\x00", "unsupported"),
        (ole({"Workbook": b"x"}), "no_text"),
        (ole({"WordDocument": WORD_HEAD}), "broken"),
        (ole({"WordDocument": WORD_HEAD, "0Table": b"\x01\xff\xff"}), "broken"),
        (OLE + b"\x00" * 600, "broken"),
        (b"%PDF-1.7\nnothing", "broken"),
        (b"PK\x03\x04 torn", "broken"),
        ((HERE / "quyet_dinh.docx").read_bytes()[:3000], "broken"),
        ((HERE / "kinh_phi.xls").read_bytes()[:2000], "broken"),
        (docx("<w:p><w:r><w:t>cụt"), "broken"),
        (docx("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>", ENTITIES), "broken"),
        (docx("<w:p><w:r><w:t>&out;</w:t></w:r></w:p>", OUTSIDE), "broken"),
        (packed({"xl/workbook.xml": ENTITIES + "<workbook>&e9;</workbook>"}), "broken"),
    ],
    ids=str_ids,
)
def test_what_gives_no_text_says_why(reader, data, state):
    found = reader.read(data)

    assert (found.state, found.text) == (state, "")


def test_a_document_that_is_too_large_is_not_even_handed_on():
    with DocumentReader() as reader:
        assert reader.read(bytes(MAX_BYTES + 1)).state == "too_large"
        assert reader._worker is None


def test_a_bomb_is_not_unpacked():
    head = f'<w:document xmlns:w="{WORD}">'.encode()
    bomb = packed({"word/document.xml": head + b" " * (101 << 20)}, compresslevel=1)
    sheet = bytearray(packed({"xl/workbook.xml": b"<workbook/>"}))
    struct.pack_into("<I", sheet, sheet.index(b"PK\x01\x02") + 24, 300 << 20)  # what it says to unpack to

    with DocumentReader() as reader:  # which takes too much memory, or too long, when it unpacks them
        assert [reader.read(bomb).state, reader.read(bytes(sheet)).state] == ["too_large", "too_large"]


def test_what_takes_too_long_or_too_much_memory_is_ended_and_the_next_document_is_read():
    # A table that says it is 16,384 columns wide and a million rows long, with two cells in it.
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    parts = zipfile.ZipFile(HERE / "kinh_phi.xlsx")
    names = {name: parts.read(name) for name in parts.namelist()}
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'
    wide = packed(names | {"xl/worksheets/sheet1.xml": sheet})
    loop = pdf(b"q " * 3_000_000 + b"BT /F1 12 Tf (Het) Tj ET")

    with DocumentReader(time_s=0.05) as hasty:
        assert hasty.read(loop).state == "too_slow"
    with DocumentReader() as reader:
        assert reader.read(wide).state == "out_of_memory"
        assert reader.read((HERE / "quyet_dinh.docx").read_bytes()).state == "text"


def test_a_worker_that_was_killed_is_started_again_and_none_is_left_behind():
    reader = DocumentReader()
    data = (HERE / "quyet_dinh.docx").read_bytes()
    assert reader.read(data).state == "text"
    first = reader._worker.pid
    os.kill(first, signal.SIGKILL)
    reader._worker.wait()

    assert reader.read(data).state == "text"
    second = reader._worker.pid
    reader.close()
    reader.close()
    assert first != second
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_panic_in_a_library_is_a_broken_document(monkeypatch):
    class Panic(BaseException):
        """As PyO3 raises it."""

    def panic(*given):
        raise Panic("range end index 120 out of range for slice of length 116")

    monkeypatch.setitem(read._READERS, "txt", panic)
    found = read.read_document(b"x", "text/plain")

    assert (found.state, found.detail[:24]) == ("broken", "Panic: range end index 1")


def test_the_worker_loads_neither_the_catalog_nor_what_it_does_not_need():
    code = "import sys, archive.documents.worker; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert not {"sqlalchemy", "scrapy", "twisted", "pypdfium2", "lxml"} & set(loaded)


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("archive.documents.reader.LIBRARIES", ("pypdfium2", "no_such_library"))

    with pytest.raises(
        ConfigError, match=r'"documents" \(no_such_library missing\).*pip install \'khcn\[documents\]\''
    ):
        text_of(b"%PDF-")


def test_texts_are_cut_cleaned_and_legacy_ones_named():
    assert running_text(["một hai", "ba"], limit=9) == ("một hai\nb", True)
    assert running_text(["a\x00b\x07 c\ud800", "\u00a0", "\ue000d\u00ade"]) == ("ab c\nde", False)
    assert is_legacy("Thµnh phè Hµ TÜnh, ngµy 12 th¸ng 3; ñy ban nh©n d©n tØnh quyÕt ®Þnh phª duyÖt ®Ò tµi khoa häc")
    assert not is_legacy("The café served crème brûlée © 2025, naïve façade, 20 µm · ½ price")
    assert set(STATES) > FAILED
