"""Pages of sites that no file declares, one of each kind, as a Department's portal or a paper might have them."""

from __future__ import annotations

import json

from archive.model import Article, Listing, NotAnArticle
from crawler.seeds import undeclared_site
from tests.crawler.reading_helpers import read_page

HOST = "portal.khcn-vi-du.vn"
SITE = undeclared_site("host__portal_khcn_vi_du_vn", HOST)
MENU = (
    '<ul class="menu"><li><a href="/">Trang chủ</a></li><li><a href="/gioi-thieu">Giới thiệu</a></li>'
    '<li><a href="/tin-tuc">Tin tức</a></li><li><a href="/lien-he">Liên hệ</a></li></ul>'
)
FOOT = (
    "<footer><p>Cơ quan chủ quản: Sở Khoa học và Công nghệ. Địa chỉ: số 12, đường Trần Phú.</p>"
    "<p>Giấy phép số 15/GP-TTĐT ngày 03/02/2019</p></footer>"
)
TEXT = (
    "Sáng 15/6, Sở Khoa học và Công nghệ tổ chức hội nghị sơ kết công tác sáu tháng đầu năm, với sự tham dự của lãnh "
    "đạo các phòng, đơn vị trực thuộc và đại diện nhiều doanh nghiệp trên địa bàn tỉnh."
)
MORE = (
    "Phát biểu tại hội nghị, Giám đốc Sở đề nghị các đơn vị tập trung hoàn thành nhiệm vụ được giao, đẩy nhanh tiến độ "
    "các đề tài và đưa kết quả nghiên cứu vào sản xuất, đời sống."
)
ENGLISH = (
    "The commission spoke on Tuesday about the plan for research in the coming years, and about what it will cost the "
    "universities that want to take part in it. "
)
HEADS = (
    "Hội nghị tổng kết công tác khoa học và công nghệ năm 2024",
    "Tập huấn an toàn bức xạ cho các cơ sở y tế trên địa bàn tỉnh",
    "Trao giải cuộc thi sáng tạo thanh thiếu niên nhi đồng",
    "Nghiệm thu đề tài nghiên cứu giống lúa chịu mặn",
    "Khai mạc Tuần lễ đổi mới sáng tạo và khởi nghiệp",
    "Kiểm tra chất lượng xăng dầu dịp cuối năm",
)


def html(title: str, inner: str, head: str = "", lang: str = "vi") -> str:
    """Return a page with the frame of its site."""
    return (
        f'<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{MENU}<main>{inner}</main>{FOOT}</body></html>"
    )


def read(page: str, target: str = "/tin-tuc/bai-viet-12") -> Article | Listing | NotAnArticle:
    """Read a page of the site."""
    return read_page(page, f"http://{HOST}{target}", site=SITE)


def kind(page: str, target: str) -> str:
    """Return ``article``, or why a page is none."""
    found = read(page, target)
    return found.reason if isinstance(found, NotAnArticle) else type(found).__name__.lower()


def ld(kind_: str = "NewsArticle", **said: object) -> str:
    """Return a script that says something for machines."""
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", "@type": kind_} | said)}</script>'


def meta(name: str, value: str) -> str:
    """Return a meta element."""
    return f'<meta property="{name}" content="{value}">'


def links(*, dated: bool = True, lead: str = "") -> str:
    """Return the items of a list."""
    days = (f"<i>{day:02}/06/2025</i>" if dated else "" for day in range(20, 1, -3))
    rows = zip(HEADS, days, strict=False)
    return "".join(
        f'<li><a href="/tin-tuc/bai-viet-{at}">{text}</a> {day}{lead}</li>' for at, (text, day) in enumerate(rows)
    )


NEWS = f"<h1>{HEADS[0]}</h1><p>Ngày đăng: 15/06/2025 08:30</p><p>{TEXT}</p><p>{MORE}</p><p>{TEXT}</p>"
FORM = '<form action="/dang-nhap" method="post"><label>Tên đăng nhập <input name="user"></label><label>Mật khẩu <input type="password" name="pass"></label><button>Đăng nhập</button></form>'
THUMBS = "".join(
    f'<div class="item"><a href="/thu-vien-anh/album-{at}"><img src="/anh/{at}.jpg"></a><a href="/thu-vien-anh/album-{at}">{text}</a></div>'
    for at, text in enumerate(HEADS)
)
ROWS = {
    "Số ký hiệu": "12/QĐ-SKHCN", "Ngày ban hành": "15/06/2025", "Ngày có hiệu lực": "15/06/2025", "Loại văn bản": "Quyết định",
    "Cơ quan ban hành": "Sở Khoa học và Công nghệ", "Người ký": "Nguyễn Văn An",
    "Trích yếu": "Quyết định về việc công bố danh mục nhiệm vụ khoa học và công nghệ cấp tỉnh năm 2025",
}  # fmt: skip
DOCUMENT = (
    "<h2>Chi tiết văn bản</h2><table>"
    + "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in ROWS.items())
    + '<tr><td>Tệp đính kèm</td><td><a href="/files/12-qd.pdf">12-qd.pdf</a></td></tr></table>'
)
CALENDAR = (
    "<h1>Lịch công tác</h1><table><tr>"
    + "".join(f"<th>Thứ {day}</th>" for day in range(2, 8))
    + "</tr>"
    + "".join(
        "<tr>"
        + "".join(f'<td><a href="/lich?ngay={week * 6 + day}">{week * 6 + day}</a></td>' for day in range(1, 7))
        + "</tr>"
        for week in range(5)
    )
    + "</table><p>08:00 15/06/2025: Họp giao ban</p><p>14:00 16/06/2025: Tiếp công dân</p>"
)
ASKED = "".join(
    f"<div class='qa'><h3>Hỏi: Thủ tục cấp phép {what} gồm những gì?</h3><p>Người gửi: Trần Thị B, 12/06/2025</p>"
    f"<p>Trả lời: Hồ sơ gồm đơn đề nghị, bản sao giấy đăng ký và các tài liệu kèm theo về {what}, nộp tại bộ phận một cửa.</p></div>"
    for what in ("sử dụng thiết bị bức xạ", "chuyển giao công nghệ", "hoạt động giám định", "đăng ký nhãn hiệu")
)
POLL = (
    "<h1>Thăm dò ý kiến</h1><p>Theo bạn, giao diện mới của cổng thông tin thế nào?</p><form><label><input type=radio>Rất đẹp</label>"
    "<label><input type=radio>Bình thường</label><button>Biểu quyết</button></form><p>Tổng số phiếu: 120</p>"
)
STUB = '<html><body><script>document.cookie="D1N=0123456789abcdef0123456789abcdef";window.location.reload(true);</script></body></html>'
PRIVACY = "<h1>Privacy policy</h1>" + f"<p>{ENGLISH * 2}</p>" * 5

KINDS = {
    "a list": (html("Tin tức", f"<h1>Tin tức</h1><ul>{links()}</ul>"), "/tin-tuc", "section_list"),
    "a list with leads": (
        html("Tin tức", f"<h1>Tin tức</h1><ul>{links(lead=f'<p>{TEXT}</p>')}</ul>"), "/tin-tuc", "section_list",
    ),
    "a list with long leads, under headings": (
        html("Tin tức", "".join(
            f'<div class="item"><h3><a href="/tin-tuc/bai-viet-{at}">{text}</a></h3><p>1{at}/06/2025</p><p>{TEXT} {MORE}</p></div>'
            for at, text in enumerate(HEADS))),
        "/tin-tuc", "section_list",
    ),
    "a list of short headlines with dates and leads": (
        html("Thông báo", "".join(
            f'<p><a href="/thong-bao/tb-{at}">Thông báo tuyển dụng số {at}</a> (Thứ Hai, 1{at}/06/2025 08:30)</p><p>{TEXT}</p>'
            for at in range(8))),
        "/thong-bao", "section_list",
    ),
    "an English list with leads": (
        html("News", "".join(
            f'<div><h2><a href="/news/plan-{at}">The plan for research in year {at}</a></h2><p>March {at}, 2024 | by Ann Lee</p><p>{ENGLISH}</p></div>'
            for at in range(1, 9)), lang="en"),
        "/news", "section_list",
    ),
    "a list of one, called as its menu says": (
        html("Tin tức", f'<h1>Tin tức</h1><ul><li><a href="/tin/1">{HEADS[0]}</a> <i>12/06/2025</i><p>{TEXT}</p></li></ul>'),
        "/tin-tuc", "section_list",
    ),
    "a list of whole articles": (
        html("Lưu trữ", "<h1>Lưu trữ: Tháng Sáu 2025</h1>" + "".join(
            f'<article><h2><a href="/bai-{at}">{text}</a></h2><p>1{at}/06/2025</p><p>{TEXT}</p><p>{MORE}</p><p>{TEXT}</p></article>'
            for at, text in enumerate(HEADS))),
        "/2025/06", "section_list",
    ),
    "a list of documents": (
        html("Văn bản", "<h1>Văn bản pháp quy</h1><table>" + "".join(
            f'<tr><td><a href="/van-ban/{at}">{at}/QĐ-UBND</a></td><td>1{at}/06/2025</td><td>{ROWS["Trích yếu"]}, lần {at}</td></tr>'
            for at in range(8)) + "</table>"),
        "/van-ban", "section_list",
    ),
    "an article with a table of documents": (
        html(HEADS[5], f"<h1>{HEADS[5]}</h1><p>15/06/2025 08:30</p><p>{TEXT}</p><p>{MORE}</p><table>" + "".join(
            f'<tr><td><a href="/van-ban/{at}">{at}/QĐ-UBND</a></td><td>1{at}/06/2025</td><td>{ROWS["Trích yếu"]}</td></tr>'
            for at in range(4)) + "</table>"),
        "/tin-tuc/bai-viet-5", "article",
    ),
    "an article above others with leads": (
        html(HEADS[1], NEWS.replace(HEADS[0], HEADS[1]) + "<h2>Tin liên quan</h2>" + "".join(
            f'<h3><a href="/tin-tuc/bai-viet-{at}">{HEADS[at]}</a></h3><p>{TEXT}</p>' for at in range(2, 6))),
        "/tin-tuc/bai-viet-1", "article",
    ),
    "a short article, its headline linked to itself, above others with leads": (
        html(HEADS[1], f'<h2><a href="/tin-tuc/bai-viet-1">{HEADS[1]}</a></h2><p>15/06/2025 08:30</p><p>{TEXT}</p><p>{MORE}</p>' + "".join(
            f'<h3><a href="/tin-tuc/bai-viet-{at}">{HEADS[at]}</a></h3><p>{TEXT}</p>' for at in range(2, 6))),
        "/tin-tuc/bai-viet-1", "article",
    ),
    "a home page": (html("Sở KH&CN", f"<h2>Tin mới</h2><ul>{links()}</ul>{NEWS}"), "/", "home_page"),
    "results of a search": (html("Kết quả tìm kiếm", f"<ul>{links()}</ul>"), "/tim-kiem?q=b%E1%BB%A9c+x%E1%BA%A1", "search_page"),
    "a search without results": (
        html("Tìm kiếm", "<h1>Tìm kiếm</h1><p>Không tìm thấy kết quả nào phù hợp.</p>"), "/search?keyword=x", "soft_404",
    ),
    "a soft 404": (
        html("Sở KH&CN", "<h1>Không tìm thấy trang</h1><p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p>"),
        "/tin-tuc/bai-viet-99", "soft_404",
    ),
    "a soft 404 among headlines": (
        html("Sở KH&CN", f"<p>Bài viết không tồn tại hoặc đã bị xóa.</p><h3>Tin mới</h3><ul>{links()}</ul>"),
        "/tin-tuc/bai-viet-99", "soft_404",
    ),
    "an English soft 404": (
        html("Page not found", "<h1>Page not found</h1><p>Sorry, the page you are looking for could not be found.</p>", lang="en"),
        "/news/plan", "soft_404",
    ),
    "a cookie stub": (STUB, "/tin-tuc/bai-viet-12", "cookie_stub"),
    "a login": (html("Đăng nhập", f"<h1>Đăng nhập</h1>{FORM}"), "/tai-khoan?ReturnUrl=%2f", "static_page"),
    "an English login": (html("Log in - Portal", f"<h1>Log in</h1>{FORM}", lang="en"), "/wp-login.php", "static_page"),
    "a gallery": (html("Thư viện ảnh", f"<h1>Thư viện ảnh</h1>{THUMBS}"), "/thu-vien-anh", "section_list"),
    "a report in pictures": (
        html(HEADS[4], f"<h1>{HEADS[4]}</h1><p>15/06/2025 08:30</p><p>{TEXT}</p>" + "".join(
            f'<figure><img src="/anh/{at}.jpg"><figcaption>Các đại biểu tham quan gian trưng bày số {at}</figcaption></figure>'
            for at in range(5))),
        "/tin-tuc/bai-viet-4", "article",
    ),
    "a video": (
        html(HEADS[2], f'<h1>{HEADS[2]}</h1><p>15/06/2025 08:30</p><video src="/v/2.mp4"></video><p>{TEXT}</p>'
             f"<h3>Video khác</h3><ul>{links(dated=False)}</ul>"),
        "/video/bai-viet-2", "article",
    ),
    "a legal document": (html("Chi tiết văn bản", DOCUMENT), "/van-ban/12", "no_date"),
    "questions and answers": (html("Hỏi đáp", f"<h1>Hỏi đáp</h1>{ASKED}"), "/hoi-dap", "static_page"),
    "answers in English": (html("FAQ - Portal", f"<h1>FAQ</h1>{PRIVACY}", lang="en"), "/help/2", "static_page"),
    "a poll": (html("Thăm dò ý kiến", POLL), "/tham-do/3", "no_title"),
    "a calendar": (html("Lịch công tác", CALENDAR), "/lich", "static_page"),
    "an article": (html(HEADS[0], NEWS), "/tin-tuc/bai-viet-0", "article"),
    "an article with links between its paragraphs": (
        html(HEADS[0], NEWS + "".join(
            f'<p><a href="/tin-tuc/bai-viet-{at}">{HEADS[at]}</a></p><p>{MORE} {TEXT}</p><p>{MORE}</p>' for at in range(1, 5))),
        "/tin-tuc/bai-viet-0", "article",
    ),
    "an article without a date, in English": (
        html("The plan for research", f"<h1>The plan for research</h1><p>By Ann Lee</p><p>{ENGLISH * 3}</p><p>{ENGLISH * 3}</p>", lang="en"),
        "/news/plan", "article",
    ),
    "an article that searches": (html("Tìm kiếm cứu nạn trên biển", NEWS.replace(HEADS[0], "Tìm kiếm cứu nạn trên biển")), "/tin-tuc/bai-viet-7", "article"),
    "an article among headlines": (html(HEADS[0], f"{NEWS}<h3>Tin khác</h3><ul>{links()}</ul>"), "/tin-tuc/bai-viet-0", "article"),
}  # fmt: skip
"""Page, target, and what it is."""
