"""Articles are read exactly, whatever markup carries them."""

from datetime import datetime, timedelta, timezone

import pytest

from tests.crawler.reading_helpers import read_page, told, true_of
from tests.crawler.reading_skeletons import SKELETONS
from tests.play.content import articles
from tests.play.truth import Bullets, Figure, Gap, PlayedArticle, PlayedAttachment, PlayedImage, Table, Text

VN = timezone(timedelta(hours=7))
HT = "http://skhcn.hatinh.gov.vn"
PDF = PlayedAttachment(f"{HT}/storage/van-ban/ke-hoach-12.pdf", "Kế hoạch số 12/KH-SKHCN.pdf")

DIALOGUE = PlayedArticle(
    url=f"{HT}/chi-tiet-tin-tuc/nguoi-giu-nghe-det-chieu-o-nam-son",
    layout="ha_tinh",
    title="Người giữ nghề dệt chiếu ở Nam Sơn",
    published=datetime(2023, 2, 5, 6, 5, tzinfo=VN),
    precision="minute",
    authors=("Lê Hoa", "K.Oanh"),
    photographers=("Trần Minh",),
    source=None,
    section="Tin tức - Sự kiện",
    blocks=(
        Text("Ở tuổi 76, bà vẫn dậy từ bốn giờ sáng.", kind="lead"),
        Text("“Nghề này không giàu, nhưng bỏ thì nhớ”, bà nói."),
        Figure(PlayedImage(f"{HT}/storage/1.jpg", "Bà Hoàng Thị Sáu bên khung dệt", "Trần Minh", None,
                           "Bà Hoàng Thị Sáu bên khung dệt (Ảnh: Trần Minh)")),
        Text("Nghề cũ, cách làm mới", kind="heading"),
        Text("Năm 2021, Sở Khoa học và Công nghệ hỗ trợ làng hai máy dệt bán tự động, mỗi máy thay được ba người thợ."),
        Figure(PlayedImage(f"{HT}/storage/2.png", None, None, "Người giữ nghề dệt chiếu ở Nam Sơn")),
        Text("Người đầu tiên học dùng máy là con dâu bà, chị Nguyễn Thị Lan."),
        Gap(2),
        Text("Đến nay cả làng có 14 máy; thu nhập bình quân 6,5 triệu đồng/người/tháng."),
        Text("- Máy dệt do ông Trần Văn Bảy."),
    ),
    byline="Lê Hoa - K.Oanh",
    printed_date="06:05 | 05-02-2023",
)  # fmt: skip
NOTICE = PlayedArticle(
    url="http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&ItemID=900&mid=7506&pageindex=0&siteid=60",
    layout="hau_giang_1",
    title="Thông báo kết quả xét chọn nhiệm vụ khoa học và công nghệ năm 2021",
    published=datetime(2021, 1, 4, 16, 2, tzinfo=VN),
    precision="minute",
    authors=(),
    photographers=(),
    source=None,
    section="Tin hoạt động",
    blocks=(Text("Sở Khoa học và Công nghệ thông báo kết quả xét chọn nhiệm vụ năm 2021 (Danh sách kèm theo)."),),
    attachments=(PlayedAttachment("http://haugiang.gov.vn/Uploads/danh-sach.xlsx", "Danh sách kèm theo.xlsx"),),
    printed_date="4/1/2021, 16:2 (GMT+7)",
)
PLAN = PlayedArticle(
    url="http://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/e-an-phat-trien-tai-san-tri-tue-giai-oan-2022-202512345",
    layout="hau_giang_2",
    title="Đề án phát triển tài sản trí tuệ giai đoạn 2022-2025",
    published=datetime(2022, 5, 18, tzinfo=VN),
    precision="day",
    authors=("Văn phòng Sở",),
    photographers=(),
    source="Cổng Thông tin điện tử Chính phủ",
    section="Tin tức",
    blocks=(
        Text(
            "Ngày 17-5-2022, UBND tỉnh ban hành Đề án phát triển tài sản trí tuệ giai đoạn 2022-2025 với các mục tiêu sau:"
        ),
        Bullets(("100% sản phẩm OCOP được tư vấn đăng ký nhãn hiệu;", "Ít nhất 05 chỉ dẫn địa lý được bảo hộ.")),
        Text("Kinh phí thực hiện được phân bổ theo bảng:"),
        Table((("Năm", "Nội dung", "Kinh phí"), ("2022", "Điều tra, khảo sát", "300"), ("2023", "Tập huấn", "450"))),
        Figure(
            PlayedImage(
                "http://skhcn.haugiang.gov.vn/documents/a%20b.jpg",
                "Chanh không hạt Hậu Giang",
                None,
                "chanh",
                "Chanh không hạt Hậu Giang",
            )
        ),
        Text("Chi tiết xem tại Kế hoạch số 12/KH-SKHCN.pdf.", link=PDF),
        Text("Thời gian thực hiện Đề án: từ tháng 6/2022 đến hết năm 2025./."),
    ),
    attachments=(PDF,),
    byline="Văn phòng Sở",
    source_line="(Nguồn: Cổng Thông tin điện tử Chính phủ)",
    printed_date="Ngày 18-05-2022",
)
OWN = {"dialogue": DIALOGUE, "notice": NOTICE, "plan": PLAN}
PLAYED = articles()[3::37]


@pytest.mark.parametrize("name", SKELETONS)
@pytest.mark.parametrize("which", OWN)
def test_our_own_articles_are_read_exactly(name, which):
    article = OWN[which]

    got = told(read_page(SKELETONS[name](article), article.url))

    assert got == true_of(article)


@pytest.mark.parametrize("name", SKELETONS)
def test_played_articles_are_read_exactly_in_strange_skeletons(name):
    for article in PLAYED:
        got = told(read_page(SKELETONS[name](article), article.url))

        assert got == true_of(article), article.url
