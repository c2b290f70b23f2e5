"""What differs between two texts, as a reader would say it."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.diff import text_diff

FIRST = "Ngày 28/2, Sở Khoa học và Công nghệ tổ chức hội nghị."
SECOND = "Các đại biểu thảo luận về chuyển đổi số trong nông nghiệp."
THIRD = "Kết luận hội nghị, lãnh đạo Sở giao nhiệm vụ cho các phòng."


def told(a: str, b: str) -> list[str]:
    marks = {"equal": "", "delete": "-", "insert": "+"}
    return [marks[part.op] + part.text for part in text_diff(a, b)]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("", "", []),
        ("Tin.", "Tin.", ["Tin."]),
        ("", "Tin.", ["+Tin."]),
        ("Tin.", "", ["-Tin."]),
        ("hội nghị tổng kết", "hội thảo tổng kết", ["hội ", "-nghị", "+thảo", " tổng kết"]),
        ("hoà bình", "hòa bình", ["-hoà", "+hòa", " bình"]),
        ("chuyển đổi số", "chuyển đôi số", ["chuyển ", "-đổi", "+đôi", " số"]),
        (f"{FIRST}\n\n{SECOND}", f"{FIRST}\n\n{SECOND}\n\n{THIRD}", [f"{FIRST}\n\n{SECOND}", f"+\n\n{THIRD}"]),
        (f"{FIRST}\n\n{SECOND}\n\n{THIRD}", f"{FIRST}\n\n{THIRD}", [f"{FIRST}\n\n", f"-{SECOND}\n\n", THIRD]),
        (
            f"{FIRST}\n\n{SECOND}\n\n{THIRD}",
            f"{SECOND}\n\n{THIRD}\n\n{FIRST}",
            [f"-{FIRST}\n\n", f"{SECOND}\n\n{THIRD}", f"+\n\n{FIRST}"],
        ),
        (
            f"{FIRST}\n\n{SECOND}\n\n{THIRD}",
            f"{FIRST}\n\n{THIRD}\n\n{SECOND.replace('nông nghiệp', 'công nghiệp')}",
            [
                f"{FIRST}\n\n",
                f"-{SECOND}\n\n",
                THIRD,
                f"+\n\n{SECOND.replace('nông nghiệp', 'công nghiệp')}",
            ],
        ),
        (
            "Giám đốc Nguyễn Văn A phát biểu khai mạc hội nghị.",
            "Phó Giám đốc Trần Thị Bích trình bày báo cáo chung.",
            [
                "+Phó ",
                "Giám đốc ",
                "-Nguyễn Văn A phát biểu khai mạc hội nghị",
                "+Trần Thị Bích trình bày báo cáo chung",
                ".",
            ],
        ),
    ],
    ids=[
        "nothing", "equal", "all new", "all gone", "one syllable", "another place of the accent", "one accent",
        "a paragraph more", "a paragraph less", "a paragraph moved", "a paragraph moved and edited", "mostly new",
    ],
)  # fmt: skip
def test_it_says_what_a_reader_would(a, b, expected):
    assert told(a, b) == expected


@given(st.text("ab .\n", max_size=30), st.text("ab .\n", max_size=30))
def test_both_texts_come_back_to_the_letter(a, b):
    parts = text_diff(a, b)

    assert "".join(part.text for part in parts if part.op != "insert") == a
    assert "".join(part.text for part in parts if part.op != "delete") == b
    assert all(part.text for part in parts)
    assert all(one.op != other.op for one, other in pairwise(parts))
    assert ("insert", "delete") not in [(one.op, other.op) for one, other in pairwise(parts)]


@pytest.mark.parametrize("paragraphs", [1, 50, 2000])
def test_long_texts_of_few_words_end_soon(paragraphs):
    chance = random.Random(7)
    a, b = (
        "\n\n".join(" ".join(chance.choices("abcdef", k=40_000 // paragraphs)) for _ in range(paragraphs)) for _ in "ab"
    )

    started = time.process_time()
    parts = text_diff(a, b)

    assert time.process_time() - started < 5
    assert "".join(part.text for part in parts if part.op != "delete") == b
