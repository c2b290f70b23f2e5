"""Names at the end of an article and in captions."""

import pytest

from crawler.bylines import is_office, is_person, parse_byline, split_caption

LINES = {
    "Tùng Như - Đình Nam": (("Tùng Như", "Đình Nam"), (), None),
    "Ngọc Triều, Ảnh Huỳnh Sang": (("Ngọc Triều",), ("Huỳnh Sang",), None),
    "Ngọc Triều (Ảnh: Huỳnh Sang)": (("Ngọc Triều",), ("Huỳnh Sang",), None),
    "Bài: Ngọc Triều; Ảnh: Huỳnh Sang": (("Ngọc Triều",), ("Huỳnh Sang",), None),
    "Tin: Ngọc Triều - Ảnh: Huỳnh Sang": (("Ngọc Triều",), ("Huỳnh Sang",), None),
    "Bài, ảnh: Lê Hoa": (("Lê Hoa",), ("Lê Hoa",), None),
    "Tin và ảnh: Lê Hoa": (("Lê Hoa",), ("Lê Hoa",), None),
    "Tin bài: Lê Hoa": (("Lê Hoa",), (), None),
    "Ảnh: Lê Hoa": ((), ("Lê Hoa",), None),
    "Thực hiện: Lê A - Trần B - Ngô C": (("Lê A", "Trần B", "Ngô C"), (), None),
    "Thúy Diện,  Minh Trung": (("Thúy Diện", "Minh Trung"), (), None),
    "Ngọc Triều và Huỳnh Sang": (("Ngọc Triều", "Huỳnh Sang"), (), None),
    "THANH SANG": (("THANH SANG",), (), None),
    "K.Oanh": (("K.Oanh",), (), None),
    "V.K.D": (("V.K.D",), (), None),
    "KY": (("KY",), (), None),
    "Ngọc Triều (tổng hợp)": (("Ngọc Triều",), (), None),
    "Nguyễn Thị Minh Khai (Phòng QLKH)": (("Nguyễn Thị Minh Khai",), (), None),
    "Trung tâm Thông tin và Ứng dụng TBKHCN": (("Trung tâm Thông tin và Ứng dụng TBKHCN",), (), None),
    "Ban Biên tập": (("Ban Biên tập",), (), None),
    "Ban Tổ chức": (("Ban Tổ chức",), (), None),
    "(Sở KH&CN Cà Mau)": (("Sở KH&CN Cà Mau",), (), None),
    "Nguyễn Văn A - Trung tâm Khoa học, Công nghệ và Chuyển đổi số": (
        ("Nguyễn Văn A", "Trung tâm Khoa học, Công nghệ và Chuyển đổi số"), (), None),
    "Theo Báo Hà Tĩnh": ((), (), "Báo Hà Tĩnh"),
    "(Theo vista.gov.vn)": ((), (), "vista.gov.vn"),
    "Nguồn: Cổng thông tin điện tử Chính phủ": ((), (), "Cổng thông tin điện tử Chính phủ"),
    "Phương Thảo (Theo Báo Nhân Dân)": (("Phương Thảo",), (), "Báo Nhân Dân"),
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_a_byline_names_writers_photographers_and_source(line):
    found = parse_byline(line)

    assert found is not None
    assert (found.authors, found.photographers, found.source) == LINES[line]


@pytest.mark.parametrize(
    "line",
    [
        "Toàn cảnh Đại hội",
        "Đoàn Chủ tịch điều hành Đại hội",
        "Theo đó, tiếp tục đổi mới phương thức lãnh đạo",
        "Sở Khoa học và Công nghệ tổ chức hội nghị",
        "Ban hành kế hoạch chuyển đổi số",
        "Chủ trì hội nghị là đồng chí Nguyễn Văn Thảo",
        "Hội nghị thành công tốt đẹp./.",
        "Nguồn kinh phí từ ngân sách tỉnh",
        "",
    ],
)
def test_a_line_of_text_is_no_byline(line):
    assert parse_byline(line) is None


def test_names_that_look_like_offices_are_persons():
    # Without their accents these begin like tổ, vụ, báo, phòng, hội.
    for name in ("Tô Hoài", "Vũ Thị Hoa", "Bảo Ngọc", "Phong Lan", "Đoàn Thị Ngân", "Cúc Phương"):
        assert is_person(name)
        assert not is_office(name)


CAPTIONS = {
    "Toàn cảnh Đại hội": ("Toàn cảnh Đại hội", None, ()),
    "Toàn cảnh (Ảnh Hanh Huynh)": ("Toàn cảnh", "Hanh Huynh", ("Hanh Huynh",)),
    "Toàn cảnh. Ảnh: Hoàng Phạm": ("Toàn cảnh.", "Hoàng Phạm", ("Hoàng Phạm",)),
    "Toàn cảnh - Ảnh: Hoàng Phạm": ("Toàn cảnh", "Hoàng Phạm", ("Hoàng Phạm",)),
    "Toàn cảnh (Ảnh: Ngọc Triều, Huỳnh Sang)": ("Toàn cảnh", "Ngọc Triều, Huỳnh Sang", ("Ngọc Triều", "Huỳnh Sang")),
    "Toàn cảnh (Ảnh: Báo Hà Tĩnh)": ("Toàn cảnh", "Báo Hà Tĩnh", ()),
    "Toàn cảnh (Nguồn: Internet)": ("Toàn cảnh", "Internet", ()),
    "Ảnh: Huỳnh Sang": (None, "Huỳnh Sang", ("Huỳnh Sang",)),
    "Ảnh minh họa": ("Ảnh minh họa", None, ()),
    "Đại biểu thảo luận (Ảnh minh họa)": ("Đại biểu thảo luận (Ảnh minh họa)", None, ()),
    "Ảnh: Buổi làm việc tại Sở": ("Ảnh: Buổi làm việc tại Sở", None, ()),
    "Lãnh đạo Sở (bên phải) trao quà": ("Lãnh đạo Sở (bên phải) trao quà", None, ()),
}


@pytest.mark.parametrize("printed", CAPTIONS)
def test_the_credit_is_split_off_a_caption(printed):
    assert tuple(split_caption(printed)) == CAPTIONS[printed]
