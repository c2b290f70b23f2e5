"""The two real articles whose text is known are read exactly, in every skeleton there is."""

from datetime import datetime

import pytest

from archive.model import Article
from crawler.dates import VN
from tests.crawler.reading_helpers import read_page, told, true_of
from tests.crawler.reading_skeletons import SKELETONS as STRANGE
from tests.play.seeds import seed_articles
from tests.play.skeletons import NAMES, render

SEEDS = {seed.layout: seed for seed in seed_articles()}
PAGES = {**{f"played {name}": None for name in NAMES}, **STRANGE}
needs_seeds = pytest.mark.skipif(len(SEEDS) < 2, reason="the seed documents (../shared/seeds) are not here")


@needs_seeds
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("layout", ["ha_tinh", "hau_giang_1"])
def test_a_seed_is_read_exactly(name, layout):
    seed = SEEDS[layout]
    made = PAGES[name]
    html = made(seed) if made is not None else render(seed, name=name.removeprefix("played "))

    article = read_page(html, seed.url)

    assert told(article) == true_of(seed)


@needs_seeds
@pytest.mark.parametrize("name", NAMES)
def test_ha_tinh_has_the_expected_fields(name):
    article = read_page(render(SEEDS["ha_tinh"], name=name), SEEDS["ha_tinh"].url)

    assert isinstance(article, Article)
    assert article.title == (
        "Đồng chí Nguyễn Duy Lâm, Bí thư Tỉnh ủy tham dự Đại hội lần thứ nhất, nhiệm kỳ 2025 – 2030 "
        "Đảng bộ Sở Khoa học và Công nghệ Hà Tĩnh"
    )
    assert article.published == datetime(2025, 6, 11, 10, 16, tzinfo=VN)
    assert article.authors == ("Tùng Như", "Đình Nam")
    assert article.photographers == ()
    assert article.summary is None
    assert [image.caption for image in article.images][1:3] == ["Đoàn Chủ tịch điều hành Đại hội", "Toàn cảnh Đại hội"]
    assert len(article.images) == 8
    assert article.text.startswith("Ngày 10/6, Đảng bộ Sở Khoa học và Công nghệ Hà Tĩnh tiến hành tổ chức Đại hội")
    assert article.text.endswith("đưa đất nước phát triển bứt phá, giàu mạnh”.")
    assert "giai giai đoạn" in article.text
    assert not {"GÓP Ý", "ReCaptcha", "Bình luận", "Toàn cảnh", "Đình Nam"} & set(article.text.split("\n\n"))


@needs_seeds
@pytest.mark.parametrize("name", NAMES)
def test_hau_giang_has_the_expected_fields(name):
    article = read_page(render(SEEDS["hau_giang_1"], name=name), SEEDS["hau_giang_1"].url)

    assert isinstance(article, Article)
    assert article.title == "Đại hội Đảng bộ Sở Khoa học và Công nghệ lần thứ IV, nhiệm kỳ 2020 - 2025"
    assert article.published == datetime(2020, 5, 22, 10, 21, tzinfo=VN)
    assert article.published_precision == "minute"
    assert (article.authors, article.photographers) == (("Ngọc Triều",), ("Huỳnh Sang",))
    assert [image.caption for image in article.images] == [
        "Ban chấp hành Đảng bộ Sở Khoa học và Công nghệ nhiệm kỳ 2020 - 2025",
        "Đại biểu đại hội tiến hành biểu quyết",
        "Trao hoa và quà cho cấp ủy nhiệm kỳ 2015 -2020 không tái cử",
    ]
    assert article.text.startswith("Ngày 08 tháng 05 năm 2020, tại Sở Khoa học và Công nghệ (KH&CN) tỉnh Hậu Giang")
    assert article.text.endswith("không tái cử./.")
