"""The search finds what the catalog holds now, however it is typed."""

from __future__ import annotations

import unicodedata
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.catalog import Catalog
from archive.model import Attachment, Image
from archive.search import QueryError, Search, catch_up, newest
from archive.times import UTC, VN
from tests.archive.facts import keep, make_article, make_capture

HOST = "https://skhcn.hatinh.gov.vn"
TEXTS = {
    "dat-dai": ("Công bố bảng giá đất đai năm 2025", "Người dân tra cứu thông tin đất đai trên cổng dịch vụ công."),
    "dat-giai": ("Học sinh đạt giải cao", "Có em đạt điểm dài nhất, dắt tay bạn dai sức về đích."),
    "khong-dau": ("THONG BAO", "Thong tin dat dai khong dau gui tu may cu."),
    "nghi-quyet": (
        "Triển khai Nghị quyết số 57-NQ/TW",
        "Quyết định 1132/QĐ-TTg ngày 20/11/2025, kinh phí 1.250.000 đồng.",
    ),
    "hoa-binh": ("Hoà giải ở cơ sở", "Tổ hòa giải làm việc suốt tuần, thuỷ lợi được tu bổ."),
    "lu": ("Phòng chống lũ", "Đề phòng lũ quét và sạt lở. Bão số 3 đổi hướng."),
}


def kept(catalog, slug, number, title, text, **changes):
    article = make_article(
        make_capture(number, f"{HOST}/{slug}"),
        title=title,
        text=text,
        **{"published": datetime(2025, 2, number % 28 + 1, 9, 0, tzinfo=VN), "tags": (), "section": None, **changes},
    )
    keep(catalog, [article], [make_capture(number, f"{HOST}/{slug}", site=article.site)])
    return article


@pytest.fixture
def catalog(tmp_path):
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        for number, (slug, (title, text)) in enumerate(TEXTS.items(), 1):
            kept(catalog, slug, number, title, text)
        yield catalog


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """The search of an archive that no test changes."""
    root = tmp_path_factory.mktemp("library")
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for number, (slug, (title, text)) in enumerate(TEXTS.items(), 1):
            kept(catalog, slug, number, title, text)
        search = Search(root, catalog)
        yield search
        search.close()


@pytest.fixture
def search(tmp_path, catalog):
    made = Search(tmp_path, catalog)
    yield made
    made.close()


def slugs(search, query, **options):
    return [hit.url.rpartition("/")[2] for hit in search.find(query, **options)]


@pytest.mark.parametrize("query", ["dat dai", "Đất Đai", "ĐẤT ĐAI", unicodedata.normalize("NFD", "đất đai"), "đat dãi"])
def test_accents_case_and_form_change_no_set_of_hits(library, query):
    assert set(slugs(library, query)) == set(slugs(library, "đất đai")) == {"dat-dai", "dat-giai", "khong-dau"}


def test_what_is_spelled_as_typed_comes_before_the_rest(library):
    assert slugs(library, "đất đai")[0] == "dat-dai"
    assert slugs(library, "đạt dài")[0] == "dat-giai"


def test_both_places_of_a_tone_are_one_spelling(library):
    assert [hit.score for hit in library.find("hoà giải")] == [hit.score for hit in library.find("hòa giải")]
    assert slugs(library, '"thủy lợi"') == ["hoa-binh"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("57-NQ/TW", {"nghi-quyet"}),
        ("57-nq/tw", {"nghi-quyet"}),
        ("nq-57", set()),
        ("1132/QĐ-TTg", {"nghi-quyet"}),
        ("1132/qd-ttg", {"nghi-quyet"}),
        ("20/11/2025", {"nghi-quyet"}),
        ("1.250.000", {"nghi-quyet"}),
        ("1250000", set()),
        ('"đất đai"', {"dat-dai", "khong-dau"}),
        ('"đất đai', {"dat-dai", "khong-dau"}),
        ("“lũ quét”", {"lu"}),
        ("lũ -bão", set()),
        ("giải -lũ", {"dat-giai", "hoa-binh"}),
        ('dat dai -"dat dai"', {"dat-giai"}),
        ("lũ OR giải", {"lu", "dat-giai", "hoa-binh"}),
        ("số lũ OR quyết", {"lu", "nghi-quyet"}),
        ("title:giải", {"dat-giai", "hoa-binh"}),
        ("title:57-NQ", {"nghi-quyet"}),
        ('title:"đất đai"', {"dat-dai"}),
        ("-title:giải giải", set()),
        ("quy*", {"nghi-quyet"}),
        ("57-N*", {"nghi-quyet"}),
        ("title:hoa*", {"hoa-binh"}),
        ("sạt AND", set()),
        ("(lũ) [quét]", {"lu"}),
        ("đua", set()),
    ],
)
def test_a_query_finds(library, query, found):
    assert set(slugs(library, query)) == found


def test_every_word_that_begins_so_is_found_in_a_phrase(catalog, search):
    words = [f"h{number}" for number in range(60)]
    kept(catalog, "nhieu", 90, "Danh mục", "\n".join(f"khoa {word}." for word in words))

    assert slugs(search, "khoa-h59*") == slugs(search, "khoa-h*") == ["nhieu"]
    kept(catalog, "cuoi", 91, "Danh mục", "khoa hz.")
    assert slugs(search, "khoa-h*", order="newest") == ["cuoi", "nhieu"]


@pytest.mark.parametrize("order", ["rank", "newest"])
def test_as_many_can_be_asked_for_as_there_are_numbers(library, order):
    assert len(slugs(library, "đất", order=order, limit=10**30)) == 3
    assert slugs(library, "đất", order=order, offset=10**30) == []


def test_the_ends_of_the_calendar_are_bounds(library):
    assert len(slugs(library, "đất", since=date.min, until=date.max)) == 3
    ends = datetime.min.replace(tzinfo=VN), datetime.max.replace(tzinfo=UTC)
    assert len(slugs(library, "đất", since=ends[0], until=ends[1], order="newest")) == 3


def test_a_phrase_that_is_too_wide_is_refused_and_the_index_stays(catalog, search, caplog):
    kept(catalog, "so", 92, "Bảng", " ".join(f"a h{number}" for number in range(17_000)))
    folder = search._up_to_date().folder

    with pytest.raises(QueryError, match="too many words"):
        search.find("a-h*")
    assert search._up_to_date().folder == folder
    assert slugs(search, "a-h16999*") == ["so"]
    assert "damaged" not in caplog.text


def test_no_phrase_reaches_from_one_field_into_the_next(library):
    assert slugs(library, '"lũ đề phòng"') == []


def test_pictures_documents_people_tags_and_sections_are_found(catalog, search):
    kept(
        catalog,
        "anh",
        20,
        "Tin ảnh",
        "Không có gì thêm.",
        summary="Tóm tắt riêng",
        images=(Image(HOST + "/a.jpg", 0, caption="Bà con vui mừng", credit="Đình Nam"),),
        attachments=(Attachment(HOST + "/k.pdf", 0, "Kế hoạch kiểm kê"),),
        authors=("Trần Thị Hằng",),
        tags=("chuyển đổi số",),
        section="Sở hữu trí tuệ",
    )

    for query in (
        '"bà con vui mừng"',
        "kiểm kê",
        "author:hằng",
        'tag:"chuyển đổi số"',
        "section:trí",
        "tóm tắt riêng",
        "Đình Nam Tin ảnh",
    ):
        assert slugs(search, query) == ["anh"], query
    assert slugs(search, "author:anh") == []


def test_a_title_counts_more_than_a_text(catalog, search):
    kept(catalog, "xe", 21, "Xe điện", "Một bài về xe chạy pin, không nói gì hơn về chuyện này hôm nay.")
    kept(catalog, "pin", 22, "Pin mới", "Một bài về pin của xe điện, không nói gì hơn về chuyện này hôm nay.")

    assert slugs(search, "xe") == ["xe", "pin"]


def test_newest_first_ties_and_pages_are_the_same_every_time(catalog, search):
    for number in range(30, 60):
        kept(
            catalog,
            f"bai-{number}",
            number,
            "Bản tin nội bộ",
            "Cùng một nội dung.",
            published=datetime(2025, 5, 1, tzinfo=VN),
        )

    for order in ("rank", "newest"):
        all_of_them = slugs(search, "bản tin", order=order, limit=100)
        pages = [slugs(search, "bản tin", order=order, limit=7, offset=start) for start in range(0, 35, 7)]
        assert [slug for page in pages for slug in page] == all_of_them
        assert len(all_of_them) == 30
    assert [hit.rank for hit in search.find("bản tin", limit=3, offset=4)] == [5, 6, 7]
    catch_up(search._root, catalog, anew=True)
    assert slugs(Search(search._root, catalog), "bản tin", limit=100) == slugs(search, "bản tin", limit=100)


@pytest.mark.parametrize("limit", [1, 5, 40])
def test_newest_first_is_the_same_when_only_the_latest_months_are_asked(catalog, search, monkeypatch, limit):
    for number in range(30, 70):
        kept(
            catalog,
            f"thang-{number}",
            number,
            "Bản tin",
            "Nội dung.",
            published=datetime(2020 + number % 7, number % 12 + 1, 3, tzinfo=VN),
        )
    wanted = [slugs(search, "bản tin", order="newest", limit=limit, until=until) for until in (None, date(2024, 5, 3))]

    monkeypatch.setattr(newest, "FEW", 0)
    monkeypatch.setattr(newest, "SPARE", 0.1)

    assert [
        slugs(search, "bản tin", order="newest", limit=limit, until=until) for until in (None, date(2024, 5, 3))
    ] == wanted
    assert len(wanted[0]) == limit


def test_newest_first_is_by_date(library):
    newest = [hit.published for hit in library.find("giải OR lũ OR đất", order="newest")]

    assert newest == sorted(newest, reverse=True)
    assert {hit.score for hit in library.find("lũ", order="newest")} == {None}


def test_days_are_those_of_vietnam(catalog, search):
    kept(catalog, "dem", 23, "Nửa đêm", "Giao thừa", published=datetime(2025, 6, 1, 0, 30, tzinfo=VN))

    assert slugs(search, "giao thừa", since=date(2025, 6, 1), until=date(2025, 6, 1)) == ["dem"]
    assert slugs(search, "giao thừa", until=date(2025, 5, 31)) == []
    assert slugs(search, "giao thừa", since=datetime(2025, 6, 1, 0, 31, tzinfo=VN)) == []


def test_sites_are_chosen_by_option_and_in_the_query(catalog, search):
    kept(catalog, "hg", 24, "Lũ ở Hậu Giang", "Nước lên.", site="hau_giang")

    assert slugs(search, "lũ", sites=["hau_giang"]) == slugs(search, "lũ site:hau_giang") == ["hg"]
    assert set(slugs(search, "lũ", sites=["hau_giang", "ha_tinh"])) == {"hg", "lu"}
    assert slugs(search, "lũ -site:hau_giang") == ["lu"]
    assert slugs(search, "lũ site:ca_mau") == []
    assert slugs(search, "site:hau_giang") == ["hg"]


def test_facets_count_sites_and_months(catalog, search):
    kept(catalog, "hg", 24, "Lũ ở Hậu Giang", "Nước lên.", site="hau_giang", published=datetime(2025, 3, 1, tzinfo=VN))

    facets = search.facets("lũ OR giải")

    assert facets.articles == 4
    assert facets.sites == (("ha_tinh", 3), ("hau_giang", 1))
    assert facets.months == (("2025-03", 1), ("2025-02", 3))


def test_sums_that_are_made_beside_a_search_are_the_same_and_come_after_it_if_need_be(search):
    with ThreadPoolExecutor(1) as beside:
        waiting = search.facets_ahead("lũ OR giải", beside=beside)
        hits = slugs(search, "lũ OR giải")
        with pytest.raises(QueryError):
            search.facets_ahead("-", beside=beside)
    facets = waiting()

    assert facets.articles == len(hits) == 3
    assert search.facets("lũ OR giải") is facets


def test_sums_that_a_damaged_index_could_not_give_are_of_the_one_that_is_made_anew(search, caplog):
    beside = Executor()
    failed: Future[Any] = Future()
    failed.set_exception(ValueError("the file is damaged"))
    beside.submit = lambda *asked: failed

    assert search.facets_ahead("lũ OR giải", beside=beside)().articles == 3
    assert "index damaged" in caplog.text


def test_sums_are_made_once_for_a_state_of_the_index_and_anew_for_the_next(catalog, search):
    first, again = search.facets("lũ OR giải"), search.facets("lũ  OR giải")
    of_day = search.facets("lũ OR giải", until=date(2024, 1, 1))
    kept(catalog, "hg", 24, "Lũ ở Hậu Giang", "Nước lên.", site="hau_giang", published=datetime(2025, 3, 1, tzinfo=VN))
    renewed = search.facets("lũ OR giải")

    assert again is first
    assert of_day.articles == 0
    assert (first.articles, renewed.articles) == (3, 4)


def test_a_hit_shows_where_and_marks_what_was_asked(catalog, search):
    filler = "Câu này không liên quan gì cả. " * 40
    kept(catalog, "dai", 25, "Bài DÀI", filler + "Sau cùng\n\nlà chuyện thuế carbon ở Việt Nam. " + filler)

    (hit,) = search.find("thue carbon dài")

    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) <= 260
    assert "Sau cùng là chuyện thuế carbon" in hit.snippet
    assert [hit.snippet[start:end] for start, end in hit.highlights] == ["thuế", "carbon"]
    assert [hit.title[start:end] for start, end in hit.title_highlights] == ["DÀI"]
    assert hit.site == "ha_tinh"
    assert hit.state == "live"
    assert hit.published_precision == "minute"


def test_old_words_are_not_found_when_an_article_changed(catalog, search):
    article = kept(catalog, "doi", 26, "Trước đây", "Bản nháp cũ kỹ.")
    assert slugs(search, "nháp") == ["doi"]

    later = make_capture(27, article.url)
    keep(catalog, [replace(article, text="Bản đã duyệt.", capture=later.id, captured=later.date)], [later])

    assert slugs(search, "nháp") == []
    assert slugs(search, "duyệt") == ["doi"]


def test_a_retracted_article_is_found_no_more(catalog, search):
    article = kept(catalog, "rut", 28, "Rút bài", "Nhầm lẫn.")
    assert slugs(search, "nhầm") == ["rut"]

    catalog.retract([article.capture])

    assert slugs(search, "nhầm") == []


def test_a_removed_article_is_found_as_gone(catalog, search):
    article = kept(catalog, "mat", 29, "Bài sắp mất", "Sẽ bị gỡ.")
    assert [hit.state for hit in search.find("gỡ")] == ["live"]

    catalog.add_captures(make_capture(29 + 24 * day, article.url, status=404) for day in (1, 2, 3))

    assert [hit.state for hit in search.find("gỡ")] == ["gone"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "no word"),
        ("   ", "no word"),
        ('""', "no word"),
        ("- * / ()", "no word"),
        ("OR", "no word"),
        ("-bão", "must not occur"),
        ("-site:ha_tinh", "must not occur"),
        ("lũ OR -bão", "beside"),
        ("-lũ OR bão", "beside"),
        ("a " * 65, "64 words"),
        ("a" * 2001, "2000"),
        ("lũ " + "a" * 101 + "*", "100 letters"),
    ],
    ids=lambda value: value[:20],
)
def test_a_query_that_asks_nothing_is_told_so_at_once(library, query, says):
    with pytest.raises(QueryError, match=says):
        library.find(query)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet='aàđdinhỷ*"“-|:ORsitetlequy .,/5中α\u0301\u200b\\[]{}^~', min_size=1, max_size=30))
@example(text="中* title:α*")
@example(text='"a b c"* -"x y"')
@example(text="site:[a-z]* a")
@example(text="site:\udcff t\udcff*")
@example(text="a" * 100 + "* đ" + "ế" * 99 + "*")
def test_whatever_is_understood_can_be_asked(library, text):
    try:
        hits = list(library.find(text))
    except QueryError:
        return
    assert len(hits) <= len(TEXTS)
