"""Names at the end of an article and in captions."""

import pytest

from crawler.bylines import agency_of, parse_byline, split_caption
from crawler.names import is_office, is_person

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
    "H.Y": (("H.Y",), (), None),
    "N.T.H - T.L": (("N.T.H", "T.L"), (), None),
    "HOÀI NAM - MINH LÝ - THU TRANG": (("HOÀI NAM", "MINH LÝ", "THU TRANG"), (), None),
    "Hoài Nam-Minh Lý": (("Hoài Nam", "Minh Lý"), (), None),
    "Y Moan Êñuôl": (("Y Moan Êñuôl",), (), None),
    "Đinh Thị H'Rin": (("Đinh Thị H'Rin",), (), None),
    "TS. Nguyễn Văn An": (("Nguyễn Văn An",), (), None),
    "ThS. Lê Thị Hoa - Phó Giám đốc Sở": (("Lê Thị Hoa",), (), None),
    "Nguyễn Văn An, Phó Giám đốc Sở KH&CN": (("Nguyễn Văn An",), (), None),
    "Thu Trang tổng hợp": (("Thu Trang",), (), None),
    "Mai Hoa (biên dịch)": (("Mai Hoa",), (), None),
    "Biên dịch: Mai Hoa": (("Mai Hoa",), (), None),
    "BTV: Thu Trang": (("Thu Trang",), (), None),
    "Reported by Thu Trang - Translated by Minh Lý": (("Thu Trang", "Minh Lý"), (), None),
    "Tin: Hoài Nam; Ảnh: Minh Lý, Thu Trang": (("Hoài Nam",), ("Minh Lý", "Thu Trang"), None),
    "Bài: K.O - Ảnh: M.L": (("K.O",), ("M.L",), None),
    "Ảnh, video: Minh Lý": ((), ("Minh Lý",), None),
    "Theo V.K.D (V.K.D)": ((), (), "V.K.D"),
    "Theo Báo Nhân Dân (T.H)": (("T.H",), (), "Báo Nhân Dân"),
    "Minh Anh/TTXVN": (("Minh Anh",), (), "TTXVN"),
    "theo baohatinh.vn": ((), (), "baohatinh.vn"),
    "Nguồn: https://most.gov.vn/tin-tuc/12": ((), (), "https://most.gov.vn/tin-tuc/12"),
    "Nguồn: BTV": ((), (), "BTV"),
    "Nguồn: Sở KH&CN - Ảnh: Minh Lý": ((), ("Minh Lý",), "Sở KH&CN"),
    # Who lent a picture, who edited and whose account posted wrote nothing and took no picture.
    "Nguồn ảnh: Báo Hà Tĩnh": ((), (), None),
    "Ảnh: TTXVN": ((), (), None),
    "Thu Trang - Ảnh: CTV": (("Thu Trang",), (), None),
    "Tác giả: Nguyễn Văn An; Biên tập: Lê Bình": (("Nguyễn Văn An",), (), None),
    "Người đăng: quantri": ((), (), None),
    "Người đăng tin: Test Test": ((), (), None),
    "Đăng bởi: Nguyễn Văn An": ((), (), None),
    "post name: Nguyen Van An": ((), (), None),
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
        "Nguồn gốc xuất xứ",
        "Theo Thông tư 12",
        "Hình 2: Mô hình",
        "Phó Giám đốc Sở KH&CN",
        "Hội đồng đề nghị cơ quan chủ trì viết lại hướng dẫn kỹ thuật trước khi chuyển giao",
        "Hội đồng thống nhất thông qua hồ sơ.",
        "Hội đồng khoa học và công nghệ cấp tỉnh xếp loại khá",
        "Hội đồng đánh giá cao kết quả của đề tài.",
        "Hội đồng gồm chín thành viên",
        "Hội đồng bỏ phiếu kín với kết quả 9/9.",
        "Sở đề nghị các đơn vị gửi phiếu",
        "Trung tâm trân trọng kính mời",
        "Đoàn công tác ghi nhận nỗ lực của các đơn vị.",
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


@pytest.mark.parametrize(
    "name",
    [
        "Phòng Đánh giá, Thẩm định và Giám định công nghệ",
        "Hội đồng nhân dân tỉnh",
        "Hội đồng Khoa học và Công nghệ cấp tỉnh",
        "Ban Chỉ đạo Chuyển đổi số tỉnh",
        "Tổ giúp việc Hội đồng",
        "Ban quản lý Khu công nghệ cao",
        "Trung tâm Kỹ thuật Tiêu chuẩn Đo lường Chất lượng",
        "Văn phòng Công nhận Chất lượng",
        "Viện Cơ điện Nông nghiệp và Công nghệ sau thu hoạch",
        "Cục Hàng không",
        "Ban chấm thi",
    ],
)
def test_offices_whose_names_hold_verbs_are_offices(name):
    assert is_office(name)


def test_names_of_sections_are_no_persons():
    for name in ("Khoa Học", "TIN TỨC", "Chuyển Đổi Số", "SỰ KIỆN", "Sở Hữu Trí Tuệ", "Hình Ảnh", "THỜI SỰ"):
        assert not is_person(name)


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
    "Ảnh: Đồng chí Lê Văn Bảy phát biểu": ("Ảnh: Đồng chí Lê Văn Bảy phát biểu", None, ()),
    "Ảnh: TTXVN": (None, "TTXVN", ()),
    "Ảnh: Tư liệu": ("Ảnh: Tư liệu", None, ()),
    "Ảnh 1: Toàn cảnh": ("Ảnh 1: Toàn cảnh", None, ()),
    "Toàn cảnh, ảnh: Minh Lý": ("Toàn cảnh", "Minh Lý", ("Minh Lý",)),
    "Toàn cảnh/Ảnh: Minh Lý": ("Toàn cảnh", "Minh Lý", ("Minh Lý",)),
    "Toàn cảnh. ẢNH: MINH LÝ": ("Toàn cảnh.", "MINH LÝ", ("MINH LÝ",)),
    "Toàn cảnh (Ảnh: Minh Lý/TTXVN)": ("Toàn cảnh", "Minh Lý/TTXVN", ("Minh Lý",)),
    "Toàn cảnh (Ảnh trong bài: Minh Lý)": ("Toàn cảnh", "Minh Lý", ("Minh Lý",)),
    "Toàn cảnh; nguồn: most.gov.vn": ("Toàn cảnh", "most.gov.vn", ()),
    "Ảnh minh họa (Nguồn: Internet)": ("Ảnh minh họa", "Internet", ()),
    "Lãnh đạo Sở (bên phải) trao quà": ("Lãnh đạo Sở (bên phải) trao quà", None, ()),
}


@pytest.mark.parametrize("printed", CAPTIONS)
def test_the_credit_is_split_off_a_caption(printed):
    assert tuple(split_caption(printed)) == CAPTIONS[printed]


AGENCIES = {
    "(HGO) – Sáng 14/12, Sở tổ chức hội nghị": "HGO",
    "(ĐN)- Sáng 14/12, Sở tổ chức hội nghị": "ĐN",
    "(LĐ online) - Sáng 14/12, Sở tổ chức hội nghị": "LĐ online",
    "(Cổng TTĐT AG)- Sáng 14/12, Sở tổ chức hội nghị": "Cổng TTĐT AG",
    "(THTG) Sáng 14/12, Sở tổ chức hội nghị": "THTG",
    "(TTXVN) - Sáng 14/12, Sở tổ chức hội nghị": "TTXVN",
    "(Chinhphu.vn) - Sáng 14/12, Sở tổ chức hội nghị": "Chinhphu.vn",
    "(Danh sách kèm theo) Sở thông báo": None,
    "(KHCN) là tên viết tắt của khoa học và công nghệ": None,
    "Sáng 14/12 (HGO) - Sở tổ chức hội nghị": None,
    "(2) - Sở tổ chức hội nghị": None,
}


@pytest.mark.parametrize("lead", AGENCIES)
def test_the_agency_before_a_lead_is_the_source(lead):
    assert agency_of(lead) == AGENCIES[lead]
