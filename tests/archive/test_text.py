import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import clean_spaces, fold, nfc


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đổi mới sáng tạo", "doi moi sang tao"),
        ("  SỞ KHOA HỌC\u00a0VÀ\tCÔNG NGHỆ ", "so khoa hoc va cong nghe"),
        ("Hà Tĩnh – Hậu Giang", "ha tinh – hau giang"),
        ("đ Đ d D ð", "d d d d ð"),
        ("Nghị\u200b định\ufeff", "nghi dinh"),
        ("ươ ƯỜ ấ Ậ", "uo uo a a"),
        ("", ""),
    ],
)
def test_search_keys_have_no_accents(text, key):
    assert fold(text) == key
    assert fold(unicodedata.normalize("NFD", text)) == key


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(nfc(text))


@given(st.text())
def test_clean_text_has_single_spaces_only(text):
    clean = clean_spaces(text)

    assert clean == clean_spaces(clean)
    assert clean == " ".join(clean.split())


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u202f", "\u3000", "\u2003", "\r\n", "\t", "\u00a0 \u2009"])
def test_every_kind_of_space_becomes_one_space(space):
    assert clean_spaces(f"{space}Khoa{space}{space}học{space}") == "Khoa học"


def test_marks_without_width_do_not_part_a_word():
    assert clean_spaces("Công\u200b n\u00adghệ\ufeff") == "Công nghệ"
    assert clean_spaces("👩\u200d🔬") == "👩\u200d🔬"
