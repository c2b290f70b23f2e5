"""The text of old PowerPoint files: slide after slide, the latest edit, and broken ones end with a reason."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from archive.documents.errors import Unreadable
from archive.documents.read import read_document
from archive.documents.slides import slide_lines

olefile = pytest.importorskip("olefile", reason="the extra `documents` is not installed")

FILE = Path(__file__).with_name("documents") / "trinh_chieu.ppt"
LINES = [
    "Phê duyệt đề tài cấp tỉnh",
    "Nghiên cứu giống lúa chịu mặn",
    "Tập huấn",
    "kỹ năng số",
    "Plain words 2025",
    "Kinh phí",
    "Ô trong nhóm",
    "125 triệu đồng",
    "Lời thuyết minh",
]
SLIDES, NOTES = 0, 2


def streams() -> dict[str, bytes]:
    with olefile.OleFileIO(FILE) as file:
        return {name: file.openstream(name).read() for name in ("PowerPoint Document", "Current User")}


def record(kind: int, body: bytes, head: int = 0) -> bytes:
    return struct.pack("<HHI", head, kind, len(body)) + body


def box(kind: int, *inside: bytes, instance: int = 0) -> bytes:
    return record(kind, b"".join(inside), instance << 4 | 0xF)


def chars(text: str) -> bytes:
    return record(0x0FA0, text.encode("utf-16-le"))


def place(number: int) -> bytes:
    return record(0x03F3, struct.pack("<I16x", number))


HEADER = record(0x0F9F, bytes(4))


def shown(*numbers: int) -> bytes:
    return b"".join(record(0x0F9E, struct.pack("<I", number)) for number in numbers)


def saved(*edits: dict[int, bytes], token: int = 0xE391C05F) -> dict[str, bytes]:
    """Return a file that was saved some times; number 1 is the document."""
    data, last = b"", 0
    for edit in edits:
        places = {}
        for number, content in edit.items():
            places[number] = len(data)
            data += content
        directory = len(data)
        entries = [struct.pack("<II", number | 1 << 20, at) for number, at in places.items()]
        data += record(0x1772, b"".join(entries))
        data, last = data + record(0x0FF5, struct.pack("<8xIII8x", last, directory, 1)), len(data)
    return {"PowerPoint Document": data, "Current User": record(0x0FF6, struct.pack("<III", 20, token, last))}


def document(*slides: bytes, notes: bytes = b"") -> bytes:
    return box(0x03E8, box(0x0FF0, *slides, instance=SLIDES), box(0x0FF0, notes, instance=NOTES))


def test_a_presentation_reads_slide_after_slide_and_its_notes_at_last():
    found = read_document(FILE.read_bytes())

    assert found.text.splitlines() == LINES
    assert (found.state, found.kind, found.pages, found.detail) == ("text", "ppt", 2, "")


def test_texts_of_placeholders_stand_where_the_slide_shows_them():
    texts = HEADER + chars("Tiêu đề") + HEADER + record(0x0FA8, b"Plain \xe9") + HEADER + chars("Không hiện")
    slide = box(0x03EE, box(0x040C, box(0xF00D, shown(1)), box(0xF00D, chars("Hộp\rchữ")), box(0xF00D, shown(0, 7))))
    notes = box(0x03F0, chars("Ghi chú"), chars("*"))

    lines, slides = slide_lines(saved({1: document(place(2), texts, notes=place(3)), 2: slide, 3: notes}))

    assert [line for line in lines if line] == ["Không hiện", "Plain é", "Hộp", "chữ", "Tiêu đề", "Ghi chú"]
    assert slides == 1


def test_what_was_saved_last_is_read():
    first = {1: document(place(2)), 2: box(0x03EE, chars("cũ")), 9: box(0x03EE, chars("đã xóa"))}

    assert slide_lines(saved(first, {2: box(0x03EE, chars("mới"))}))[0] == ["mới"]
    assert slide_lines(saved(first, {1: document(place(2), place(9))}))[0] == ["cũ", "đã xóa"]


def test_a_slide_that_is_named_again_and_again_is_read_once():
    assert slide_lines(saved({1: document(*[place(2)] * 5_000), 2: box(0x03EE, chars("một"))}))[0] == ["một"]


def nested(depth: int) -> bytes:
    inside = chars("sâu")
    for _ in range(depth):
        inside = box(0xF003, inside)
    return inside


@pytest.mark.parametrize(
    ("made", "state"),
    [
        ({"PowerPoint Document": b""}, "broken"),
        ({"PowerPoint Document": b"", "Current User": bytes(20)}, "broken"),
        (saved({1: document(place(2))}), "broken"),
        (saved({1: document(place(1))}), "broken"),
        (saved({2: document()}), "broken"),
        (saved({1: box(0x03EE)}), "broken"),
        (saved({1: document(place(2)), 2: box(0x03EE, nested(40))}), "broken"),
        (saved({1: document()}, token=0xF3D1C4DF), "encrypted"),
    ],
)
def test_what_can_not_be_read_says_why(made, state):
    with pytest.raises(Unreadable) as caught:
        slide_lines(made)

    assert caught.value.state == state
    assert caught.value.detail


def test_wherever_a_file_is_cut_or_changed_it_ends_with_lines_or_a_reason():
    whole = streams()
    data = whole["PowerPoint Document"]
    outcomes = set()
    for at in range(0, len(data), 97):
        for hurt in (
            data[:at],
            data[:at] + b"\xff\xff\xff\xff" + data[at + 4 :],
            data[:at] + bytes(8) + data[at + 8 :],
        ):
            try:
                slide_lines(whole | {"PowerPoint Document": hurt})
                outcomes.add("lines")
            except Unreadable as error:
                outcomes.add(error.state)

    assert outcomes == {"lines", "broken"}
