"""Words are the same for what is indexed and for what is asked; no query breaks its parser."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.search import QueryError
from archive.search.query import parse
from archive.search.snippets import Highlighter
from archive.search.words import aligned, indexed, words_of
from archive.text import fold

VIETNAMESE = st.text(
    alphabet="aàảãạăắâầđeêềéiíoôốơớuưứyý ĐÁẾ.,-/:\"'“”*()19 ORor\u0300\u0301\u0323\u200b\u00a0", max_size=60
)
ANYTHING = st.one_of(VIETNAMESE, st.text(max_size=60))
TYPED = st.lists(
    st.one_of(
        st.sampled_from(
            ["OR", "|", "-", "+", '"', "“", "*", "title:", "site:", "author:", "-title:", "x:", ":", "(", ")", "AND"]
        ),
        st.sampled_from(["đất", "Đai", "57-NQ/TW", "20/11/2025", "quy*", "a_b"]),
        ANYTHING,
    ),
    max_size=12,
).map(" ".join)


@given(ANYTHING)
@example("Công\u200b nghệ, m\u0300n")
def test_the_words_asked_are_the_words_indexed(text):
    folded, spelled = indexed(text)

    assert list(zip(folded.split(), spelled.split(), strict=True)) == words_of(text)


@given(VIETNAMESE)
def test_words_are_those_of_the_folded_text(text):
    assert "".join(indexed(text)[0].split()) == "".join(char for char in fold(text) if char.isalnum())


@given(ANYTHING)
def test_decomposed_text_has_the_same_words(text):
    assert words_of(unicodedata.normalize("NFD", text)) == words_of(unicodedata.normalize("NFC", text))


@given(TYPED)
@example('"')
@example('-"')
@example('title:"')
@example("site:")
@example("OR OR -a | b")
def test_any_query_is_understood_or_refused_with_a_sentence(text):
    said, query = "", None
    try:
        query = parse(text)
    except QueryError as error:
        said = str(error)

    assert said.startswith("query") if query is None else query.wanted
    terms = [term for group in query.wanted for term in group] if query else []
    assert all(term.words and all(term.words) for term in terms)


@given(VIETNAMESE)
@example("Công\u00adnghệ công_nghệ, (Công nghệ) công  nghe m² M2")
@example("cong cong cong")
def test_words_are_marked_alike_in_texts_of_any_letters(text):
    asked = Highlighter(parse("cong nghe a* m² đ"))

    marked = asked.whole(f"{text} Đ ang")

    assert marked.highlights == asked.whole(f"{text} Đ ang 漢").highlights
    assert len(marked.highlights) >= 2


@pytest.mark.parametrize(
    "space", [" ", "\n", "\n\n", "  ", "\t", " \t ", "\u00a0", "\u00a0 ", "\r\n", "\u2003", "\v", " \n" * 90], ids=repr
)
@pytest.mark.parametrize("beginning", ["", "Một hai ba bốn. " * 60], ids=["short", "long"])
def test_a_snippet_is_one_line_whatever_stands_between_words(space, beginning):
    text = f"{beginning}Giống lúa{space}chịu mặn, 漢 lúa{space}"

    shown = Highlighter(parse("lua man")).best((None, text.replace(" 漢", "")))
    foreign = Highlighter(parse("lua man")).best((None, text))

    assert shown.text.endswith("Giống lúa chịu mặn, lúa")
    for each in (shown, foreign):
        assert each.text == " ".join(each.text.split())
        assert [each.text[start:end] for start, end in each.highlights] == ["lúa", "mặn", "lúa"]


@given(st.text(st.sampled_from("aĐđÀầƠỹỸ ,–²ÄßİſŁ\u0301\u200b\n中")))
@example("SỞ KHOA HỌC – Đất ÄÖ")
def test_a_text_is_folded_alike_in_capitals_and_in_lower_case(text):
    lowered = text.lower()

    assert aligned(text) == (aligned(lowered) if len(lowered) == len(text) else None)
