"""The same article elsewhere: on another host, in another generation, at another Department."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.model import Article
from archive.similar import SHORT_WORDS, Said, score, shingles_of, similarity, words_of
from archive.times import VN
from tests.archive.facts import keep, make_article, make_capture
from tests.engines import empty_catalog
from tests.play.content import articles as played_articles

pytestmark = pytest.mark.usefixtures("each_engine")

DAY = datetime(2025, 3, 3, 8, 0, tzinfo=VN)
RELEASE = next(each for each in played_articles("ha_tinh") if 300 < len(words_of(each.text)) < 400)
NOTICE = "Phòng Hành chính thông báo lịch tiếp công dân trong tuần; đề nghị công chức thực hiện nghiêm túc."
REPORT = """Thực hiện chế độ báo cáo định kỳ, Sở Khoa học và Công nghệ báo cáo kết quả công tác tuần {week} như sau.

Trong tuần, Sở đã tiếp nhận {received} hồ sơ thủ tục hành chính, trong đó {online} hồ sơ nộp trực tuyến; đã giải quyết
{done} hồ sơ, không có hồ sơ quá hạn. Thanh tra Sở phối hợp với Chi cục Tiêu chuẩn Đo lường Chất lượng kiểm tra {checked}
cơ sở kinh doanh xăng dầu trên địa bàn, qua kiểm tra các cơ sở đều chấp hành đúng quy định về đo lường. Phòng Quản lý
khoa học tổ chức nghiệm thu {projects} đề tài cấp tỉnh và thẩm định kinh phí thực hiện nhiệm vụ khoa học và công nghệ
năm 2025. Trung tâm Ứng dụng tiến bộ khoa học và công nghệ tiếp tục sản xuất giống nấm, hoa lan phục vụ nhân dân.

Nhiệm vụ trọng tâm tuần tới: tiếp tục theo dõi, đôn đốc tiến độ thực hiện các đề tài, dự án; chuẩn bị nội dung họp giao
ban; tổ chức tập huấn về truy xuất nguồn gốc sản phẩm cho các hợp tác xã trên địa bàn tỉnh; hoàn thiện dự thảo kế hoạch
chuyển đổi số của ngành trình Ủy ban nhân dân tỉnh xem xét, ban hành theo quy định."""


def at(number: int, site: str, **changes) -> Article:
    """An article of a Department of its own host."""
    url = changes.pop("url", f"https://skhcn.{site.replace('_', '')}.gov.vn/tin/{number}")
    return make_article(make_capture(number, url, site=site), **{"parser": f"{site}/1", "published": DAY} | changes)


def links(*articles: Article) -> list[tuple[int, int, float]]:
    """Which of *articles* are linked with which, each pair seen from both sides."""
    with empty_catalog() as catalog:
        fill(catalog, articles)
        place = {article.url: number for number, article in enumerate(articles)}
        found = [
            (place[article.url], place[same.url], same.score)
            for article in articles
            for same in catalog.same_as(article.url).found
        ]
    assert {(one, other, value) for other, one, value in found} == set(found)
    return sorted(each for each in found if each[0] < each[1])


def fill(catalog: Catalog, articles) -> None:
    keep(catalog, articles, [make_capture(int(a.capture[-12:]), a.url, site=a.site) for a in articles])


def edited(text: str, edits: int) -> str:
    words, rng = text.split(" "), random.Random(edits)
    for place in rng.sample(range(0, len(words), 6), edits):
        words[place] = "khác"
    return " ".join(words)


@pytest.mark.many_databases
def test_both_generations_of_hau_giang_are_linked_where_the_newer_one_shows_an_older_article():
    made = []
    for number, each in enumerate(played_articles("hau_giang")):
        fields = {"url": each.url, "title": each.title, "text": each.text, "published": each.published}
        made.append(at(number, "hau_giang", parser=f"{each.layout}/1", source_id=str(number), **fields))
    numbers = {article.url: number for number, article in enumerate(made)}
    truth = [
        (*sorted((numbers[each.original], numbers[each.url])), 1.0)
        for each in played_articles("hau_giang")
        if each.original and len(words_of(each.text)) >= SHORT_WORDS
    ]

    assert len(truth) >= 4
    assert links(*made) == sorted(truth)


def test_a_press_release_is_linked_with_the_copy_of_another_department_unless_much_was_changed():
    original, copies = at(0, "ha_tinh", text=RELEASE.text), {}
    for edits in (4, 8, 40):
        copy = at(1, "nghe_an", text=edited(RELEASE.text, edits), title="Tên khác", published=None)
        copies[edits] = [value for *_, value in links(original, copy)]

    assert 0.85 <= copies[8][0] < copies[4][0] < 0.98
    assert copies[40] == []


def test_a_lead_that_one_system_sets_apart_is_part_of_the_text():
    lead, _, rest = RELEASE.text.partition("\n\n")

    assert links(at(0, "ha_tinh", text=RELEASE.text), at(1, "nghe_an", summary=lead, text=rest))[0][2] == 1.0


def test_accents_make_other_words_and_case_and_normal_form_do_not():
    said = Said.of("Tin", None, RELEASE.text, DAY)

    assert score(said, Said.of("tin", None, RELEASE.text.upper(), DAY)) == 1.0
    assert similarity(shingles_of(words_of("đất đai ở đây")), shingles_of(words_of("dat dai o day"))) == 0.0


@pytest.mark.parametrize(("projects", "checked", "linked"), [(2, 6, True), (3, 9, False)])
def test_reports_that_fill_in_one_form_are_linked_when_the_form_outweighs_what_is_filled_in(projects, checked, linked):
    # 223 syllables, of which four or six numbers differ.
    week_9 = REPORT.format(week=9, received=41, online=38, done=40, checked=6, projects=2)
    week_10 = REPORT.format(week=10, received=52, online=47, done=51, checked=checked, projects=projects)
    found = similarity(shingles_of(words_of(week_9)), shingles_of(words_of(week_10)))

    assert found == pytest.approx(0.89 if linked else 0.846, abs=0.005)
    assert bool(links(at(0, "ha_tinh", text=week_9), at(1, "nghe_an", text=week_10))) is linked
    # At home the form is nobody else's article.
    assert links(at(0, "ha_tinh", text=week_9), at(1, "ha_tinh", text=week_10)) == []


@pytest.mark.parametrize(
    ("changes", "linked"),
    [
        ({}, True),
        ({"title": "LỊCH TIẾP CÔNG DÂN."}, True),
        ({"published": DAY.replace(hour=23)}, True),
        ({"published": DAY.replace(day=10)}, False),
        ({"title": "Lịch tiếp công dân tuần tới"}, False),
        ({"text": "Trang này không có nội dung gì giống như vậy."}, False),
        ({"published": None}, False),
    ],
)
def test_short_texts_need_the_same_title_and_day(changes, linked):
    one = at(0, "ha_tinh", title="Lịch tiếp công dân", text=NOTICE)

    assert bool(links(one, at(1, "nghe_an", **{"title": one.title, "text": NOTICE} | changes))) is linked


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"text": RELEASE.text}, {"text": RELEASE.text, "title": "Bản in", "published": None}, True),
        ({"text": RELEASE.text}, {"text": edited(RELEASE.text, 1)}, False),
        ({"text": NOTICE}, {"text": NOTICE}, True),
        ({"text": NOTICE}, {"text": NOTICE, "published": DAY.replace(day=10)}, False),
    ],
)
def test_at_home_only_what_is_equal_word_by_word_is_told(one, other, told):
    made = at(0, "ha_tinh", title="Tin", **one), at(1, "ha_tinh", **{"title": "Tin"} | other)

    assert links(*made) == ([(0, 1, 1.0)] if told else [])


def test_a_text_on_the_verge_of_being_short_meets_a_shorter_one():
    words = RELEASE.text.split(" ")
    short, longer = " ".join(words[:75]), " ".join(words[:82])

    assert Said.of("", None, short, None).is_short is not Said.of("", None, longer, None).is_short
    assert links(at(0, "ha_tinh", text=short), at(1, "nghe_an", text=longer))


@pytest.mark.parametrize("text", ["", "Ảnh", "Xem tệp"])
def test_texts_of_hardly_a_word_are_compared_by_title_and_day(text):
    assert links(at(0, "ha_tinh", text=text), at(1, "nghe_an", text=text)) == [(0, 1, 1.0)]
    assert links(at(0, "ha_tinh", text=text), at(1, "nghe_an", text="Khác hẳn")) == []


@pytest.mark.parametrize(
    ("changes", "linked"),
    [
        ({"url": "https://skhcn.hatinh.gov.vn/tin/1"}, False),
        ({"url": "http://www.skhcn.hatinh.gov.vn/tin/1"}, False),
        ({"url": "https://skhcn.hatinh.gov.vn/tin/1", "parser": "ha_tinh/2"}, False),
        ({"url": "https://skhcn.hatinh.gov.vn/tin/1", "parser": "nukeviet/1"}, True),
        ({"url": "https://hatinh.gov.vn/tin/1"}, True),
        ({"site": "nghe_an"}, True),
    ],
)
def test_elsewhere_is_another_site_host_or_generation(changes, linked):
    other = replace(at(1, "ha_tinh", text=edited(RELEASE.text, 4)), **changes)

    assert bool(links(at(0, "ha_tinh", text=RELEASE.text), other)) is linked


def test_links_follow_the_current_versions_in_any_order_and_go_with_them():
    first = at(0, "ha_tinh", text=RELEASE.text)
    other = at(1, "nghe_an", text=edited(RELEASE.text, 3))
    rewritten = at(2, "nghe_an", url=other.url, text=REPORT)
    dumps = []
    for order in ([first, other, rewritten], [rewritten, other, first], [other, rewritten, first]):
        with empty_catalog() as catalog:
            for article in order:
                fill(catalog, [article])
            fill(catalog, [first])  # told twice
            assert catalog.same_as(first.url).found == catalog.same_as(other.url).found == ()
            dumps.append(list(catalog.dump()))
            catalog.retract([rewritten.capture])
            assert [same.url for same in catalog.same_as(first.url).found] == [other.url]
            catalog.retract([other.capture])
            assert catalog.same_as(first.url).found == ()
            assert {line.split('"article":"')[1][:32] for line in catalog.dump() if line.startswith("likeness")} == {
                line.split('"id":"')[1][:32] for line in catalog.dump() if line.startswith("articles")
            }

    assert dumps[0] == dumps[1] == dumps[2]
    assert sum(line.startswith("likenesses") for line in dumps[0]) == 2


def test_what_a_transaction_could_not_keep_leaves_no_keys():
    with empty_catalog() as catalog:
        with suppress(RuntimeError), catalog.transaction():
            fill(catalog, [at(0, "ha_tinh", text=RELEASE.text)])
            raise RuntimeError
        fill(catalog, [at(1, "nghe_an", text=RELEASE.text)])

        assert catalog.same_as(at(1, "nghe_an").url).found == ()
        assert sum(line.startswith("likenesses") for line in catalog.dump()) == 1


def test_sites_that_are_replaced_take_their_keys_along(tmp_path):
    here, there = at(0, "ha_tinh", text=RELEASE.text), at(1, "nghe_an", text=RELEASE.text)
    with empty_catalog() as catalog, Catalog.open(tmp_path / "fresh.sqlite3") as fresh:
        fill(catalog, [here, replace(there, text=REPORT)])
        fill(fresh, [there])
        catalog.replace_sites(["nghe_an"], fresh)
        replaced = [line for line in catalog.dump() if line.startswith("likeness")]

        assert [same.url for same in catalog.same_as(here.url).found] == [there.url]
    with empty_catalog() as anew:
        fill(anew, [there, here])
        assert [line for line in anew.dump() if line.startswith("likeness")] == replaced


def test_a_form_that_hundreds_of_articles_share_is_not_compared_with_all(tmp_path, caplog):
    crowd = [at(number, f"so_{number}", title="Lịch tiếp công dân", text=NOTICE) for number in range(130)]
    with Catalog.open(tmp_path / "catalog.sqlite3") as catalog:
        fill(catalog, crowd)
    with open_archive(tmp_path) as archive:
        found = archive.same_as(crowd[7].url)

        assert (len(found), {same.score for same in found}) == (100, {1.0})
        assert [entry.articles for entry in caplog.records] == [29]
        assert archive.same_as("https://skhcn.hatinh.gov.vn/khong-co") == []


def test_keys_stay_the_same_for_years():
    # They lie in catalogs: whoever changes one of these makes all catalogs anew.
    said = Said.of("Sở Khoa học và Công nghệ", None, REPORT, DAY)

    assert (said.day, said.words, len(said.shingles), len(said.keys())) == (date(2025, 3, 3), 223, 214, 13)
    assert said.keys()[0] == 639571027855935807

    # Of a short one many bins are empty, the last one among them.
    short = Said.of("Sở Khoa học và Công nghệ", None, " ".join(REPORT.split()[87:172]), DAY)

    assert (short.words, len(short.shingles), len(short.keys())) == (85, 80, 13)
    assert sum(short.keys()) == 36339746406996827727
