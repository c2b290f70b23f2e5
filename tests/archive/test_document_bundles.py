"""The documents in a ZIP file: all that can be read, each after its name, within bounds that hold for hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from archive.documents import bundles
from archive.documents.read import read_document

pytest.importorskip("pypdfium2", reason="the extra `documents` is not installed")

HERE = Path(__file__).with_name("documents")


def packed(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def central(data: bytes, name: str, place: int, form: str, value: int) -> bytes:
    """Return a ZIP file whose directory says something else of a file."""
    made = bytearray(data)
    at = made.index(b"PK\x01\x02")
    while made[at + 46 : at + 46 + len(name)] != name.encode():
        at = made.index(b"PK\x01\x02", at + 1)
    struct.pack_into(form, made, at + place, value)
    return bytes(made)


FILES = {name: (HERE / name).read_bytes() for name in ("quyet_dinh.docx", "kinh_phi.xls", "quyet_dinh.pdf")}


def test_each_document_is_read_after_its_name():
    extra = {
        "Phụ lục/ghi chú.TXT": "Lưu ý\nhạn nộp",
        "__MACOSX/._quyet_dinh.docx": b"\x00",
        "Phụ lục/Thumbs.db": b"\xd0\xcf",
        "trống/": "",
    }
    found = read_document(packed(FILES | extra))

    alone = {name: read_document(data).text for name, data in FILES.items()} | {"Phụ lục/ghi chú.TXT": "Lưu ý\nhạn nộp"}
    assert found.text == "\n".join(f"{name}\n{text}" for name, text in alone.items())
    assert (found.state, found.kind, found.pages, found.truncated, found.detail) == ("text", "zip", None, False, "")


def test_what_gives_no_text_is_counted_and_hides_nothing_else():
    parts = FILES | {
        "anh.jpg": b"\xff\xd8\xff\xe0",
        "hong.pdf": b"%PDF-1.7\nnothing",
        "trong.zip": packed({"quyet_dinh.docx": FILES["quyet_dinh.docx"]}),
        "cu.rar": b"Rar!\x1a\x07",
        "rong.txt": "",
    }
    found = read_document(packed(parts))

    assert found.state == "text"
    assert found.detail == "1 broken, 1 no_text, 3 unsupported"
    assert [line for line in found.text.splitlines() if line in parts] == list(FILES)


SILENT = {
    "a folder": (packed({"thư mục/": ""}), "no_text", ""),
    "a line": (packed({"a.txt": "- - -"}), "no_text", "1 no_text"),
    "no documents": (packed({"a.jpg": b"\xff\xd8\xff\xe0", "b.rar": b"Rar!\x1a\x07"}), "unsupported", "2 unsupported"),
    "a ZIP in a ZIP": (packed({"a.zip": packed({"b.txt": "Thông báo"})}), "unsupported", "1 unsupported"),
    "a broken one": (packed({"a.pdf": b"%PDF-1.7", "b.jpg": b"\xff\xd8\xff"}), "broken", "1 broken, 1 unsupported"),
    "a password": (central(packed({"a.txt": "Mật"}), "a.txt", 8, "<H", 1), "encrypted", "1 encrypted"),
    "a new method": (central(packed({"a.txt": "Lạ"}), "a.txt", 10, "<H", 97), "unsupported", "1 unsupported"),
    "another checksum": (central(packed({"a.txt": "Sai"}), "a.txt", 16, "<I", 7), "broken", "1 broken"),
    "another place": (central(packed({"a.txt": "Sai"}), "a.txt", 42, "<I", 9), "broken", "1 broken"),
    "cut": (packed({"a.txt": "Thông báo"})[:40], "broken", "File is not a zip file"),
    "spaces": (packed({"a.txt": b" " * (2 << 20)}), "too_large", "1 too_large"),
}


@pytest.mark.parametrize("case", SILENT)
def test_what_gives_no_text_at_all_says_the_worst_of_its_reasons(case):
    data, state, detail = SILENT[case]
    found = read_document(data)

    assert (found.state, found.text, found.kind, found.detail) == (state, "", "zip", detail)


def test_no_more_files_and_bytes_are_unpacked_than_the_bounds_say(monkeypatch):
    monkeypatch.setattr(bundles, "MAX_MEMBERS", 3)
    many = read_document(packed({f"{number}.txt": f"tệp {number}" for number in range(5)}))
    monkeypatch.setattr(bundles, "MAX_ALL", 25)
    full = read_document(packed({"a.txt": "x" * 20, "b.txt": "y" * 6, "c.txt": "z" * 5}))
    monkeypatch.setattr(bundles, "MAX_MEMBER", 5)
    one = read_document(packed({"a.txt": "x" * 6, "b.txt": "y" * 5}))

    assert (many.text.count("tệp"), many.detail) == (3, "2 too_large")
    assert (full.text.splitlines(), full.detail) == (["a.txt", "x" * 20, "c.txt", "z" * 5], "1 too_large")
    assert (one.text.splitlines(), one.detail) == (["b.txt", "y" * 5], "1 too_large")


def test_a_file_that_says_it_is_small_is_not_unpacked_further_than_it_says():
    bomb = packed({"a.txt": b"a" * (64 << 20), "b.txt": "Thông báo"})
    found = read_document(central(bomb, "a.txt", 24, "<I", 1000))

    assert (found.state, found.text, found.detail) == ("text", "b.txt\nThông báo", "1 broken")


def test_a_text_that_is_too_long_is_cut_as_that_of_one_document_is(monkeypatch):
    monkeypatch.setattr(bundles, "MAX_CHARS", 1_000)
    found = read_document(packed({f"{number}.txt": "từ " * 200 for number in range(50)}))

    assert found.state == "text"
    assert found.text.count(".txt") == 2
