"""What stands around an article: menus, side columns, neighbours, counters, footers.

Markup is the skeletons' business; here are only words, addresses and the marks that change at each fetch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.play.cast import WEEKDAYS
from tests.play.truth import Layout, PlayedArticle

VIEWS, TODAY, CLOCK, ONLINE, TOTAL, TOKEN = "⟦views⟧", "⟦today⟧", "⟦clock⟧", "⟦online⟧", "⟦total⟧", "⟦token⟧"
"""Marks in a page's template; :func:`fill` puts in what this fetch shows."""

FIRST_DAY = datetime(2025, 7, 7, 7, 30)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a menu or a breadcrumb."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Teaser:
    """Another article, as lists and side columns show it."""

    title: str
    url: str
    day: str
    """``dd/mm/yyyy``."""
    printed: str
    """Its date line, as its own page prints it."""
    thumb: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class Chrome:
    """The surroundings of one page."""

    layout: Layout
    office: str
    page_title: str
    menu: tuple[Link, ...]
    crumbs: tuple[Link, ...]
    newest: tuple[Teaser, ...]
    """Side column: the newest articles."""
    popular: tuple[Teaser, ...]
    """Side column: the most read ones."""
    others: tuple[Teaser, ...]
    """``Các tin khác``."""
    footer: tuple[str, ...]


OFFICES = {
    "ha_tinh": "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh",
    "hau_giang_1": "Cổng thông tin điện tử tỉnh Hậu Giang",
    "hau_giang_2": "Sở Khoa học và Công nghệ tỉnh Hậu Giang",
}
FOOTERS = {
    "ha_tinh": (
        "TRANG THÔNG TIN ĐIỆN TỬ SỞ KHOA HỌC VÀ CÔNG NGHỆ HÀ TĨNH",
        "Giấy phép số 14/GP-TTĐT do Sở Thông tin và Truyền thông Hà Tĩnh cấp ngày 25/05/2021",
        "Địa chỉ: số 142 đường Trần Phú, thành phố Hà Tĩnh - Điện thoại: (0239) 3.000.000",
        "Ghi rõ nguồn “skhcn.hatinh.gov.vn” khi phát hành lại thông tin từ trang này",
    ),
    "hau_giang_1": (
        "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH HẬU GIANG - SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "Giấy phép số 27/GP-TTĐT cấp ngày 12/02/2018",
        "Địa chỉ: số 02 đường Hòa Bình, phường 5, thành phố Vị Thanh, tỉnh Hậu Giang",
    ),
    "hau_giang_2": (
        "Sở Khoa học và Công nghệ tỉnh Hậu Giang",
        "Giấy phép số 09/GP-STTTT cấp ngày 03-08-2021 - Chịu trách nhiệm: Ban Biên tập",
        "Địa chỉ: số 118 đường Xô Viết Nghệ Tĩnh, thành phố Vị Thanh, tỉnh Hậu Giang",
    ),
}
MENUS = {
    "ha_tinh": (
        ("Trang chủ", "/"), ("Giới thiệu", "/gioi-thieu"), ("Cơ cấu tổ chức", "/co-cau-to-chuc"),
        ("Tin tức - Sự kiện", "/danh-sach-tin-tuc/tin-tuc-su-kien"),
        ("Khoa học công nghệ", "/danh-sach-tin-tuc/khoa-hoc-cong-nghe"),
        ("Chuyển đổi số", "/danh-sach-tin-tuc/chuyen-doi-so"),
        ("ISO 9001:2015", "/danh-sach-tin-tuc/iso-90012015"),
        ("Văn bản quy phạm pháp luật", "/van-ban"), ("Thủ tục hành chính", "/thu-tuc-hanh-chinh"),
        ("Chiến lược, quy hoạch", "/chien-luoc"), ("Lịch công tác", "/lich-cong-tac"), ("Thư viện ảnh", "/thu-vien-anh"),
        ("Hỏi đáp", "/hoi-dap"), ("Liên hệ", "/lien-he"), ("Sơ đồ trang", "/so-do-trang"), ("Tìm kiếm", "/tim-kiem?q=khoa+hoc"),
    ),
    "hau_giang_1": (
        ("Trang chủ", "/Default.aspx?pageid=1&siteid=60"), ("Giới thiệu", "/HtmlView.aspx?pageid=3101&siteid=60"),
        ("Tin hoạt động", "/HtmlView.aspx?pageid=3129&mid=7506&pageindex=0&siteid=60"),
        ("Văn phòng UBND tỉnh", "/HtmlView.aspx?pageid=812&mid=2044&pageindex=0&siteid=12"),
        ("Sở Nông nghiệp và PTNT", "/HtmlView.aspx?pageid=1420&mid=3310&pageindex=0&siteid=34"),
        ("Văn bản", "/Legal.aspx?pageid=3140&siteid=60"), ("Đề tài, dự án", "/HtmlView.aspx?pageid=3133&mid=7511&siteid=60"),
        ("Dịch vụ công", "http://dichvucong.haugiang.gov.vn/"), ("Liên hệ", "/Contact.aspx?siteid=60"),
        ("Tìm kiếm", "/Search.aspx?siteid=60"),
    ),
    "hau_giang_2": (
        ("Trang chủ", "/trang-chu"), ("Giới thiệu", "/gioi-thieu"), ("Tin tức", "/danh-sach/-/tin-tuc"),
        ("Văn bản", "/van-ban"), ("Thủ tục hành chính", "/thu-tuc-hanh-chinh"), ("Đề tài, dự án", "/de-tai-du-an"),
        ("Thông báo", "/thong-bao"), ("Hỏi đáp", "/hoi-dap"), ("Liên hệ", "/lien-he"),
        ("Tìm kiếm", "/tim-kiem"),
    ),
}  # fmt: skip
PLAIN_WEB_TITLE = "Chi tiet tin tức - Sở Khoa học công nghệ"
"""The constant ``<title>`` of Hậu Giang's newer pages, typing mistake included."""

LISTING_OF = {
    "hau_giang_1": "/HtmlView.aspx?pageid=3129&mid=7506&pageindex=0&siteid=60",
    # Inferred: no list page of this generation was seen, only articles' addresses.
    "hau_giang_2": "/danh-sach/-/tin-tuc",
}


def chrome_of(article: PlayedArticle, neighbours: Sequence[PlayedArticle] = ()) -> Chrome:
    """Return the surroundings of *article*'s page; *neighbours* are the same generation's articles, newest first."""
    layout = article.layout
    others = [one for one in neighbours if one.url != article.url]
    at = sum(one.published > article.published for one in others)
    listing = LISTING_OF.get(layout, f"/danh-sach-tin-tuc/{article.category or 'tin-tuc-su-kien'}")
    return Chrome(
        layout=layout,
        office=OFFICES[layout],
        page_title=_page_title(article),
        menu=_menu(layout),
        crumbs=(Link("Trang chủ", _menu(layout)[0].href), Link(article.section or "Tin tức", listing)),
        newest=tuple(teaser(one) for one in others[:6]),
        popular=tuple(teaser(one) for one in others[7::11][:5]),
        others=tuple(teaser(one) for one in others[at : at + 8]),
        footer=FOOTERS[layout],
    )


def _menu(layout: Layout) -> tuple[Link, ...]:
    return tuple(Link(label, href) for label, href in MENUS[layout])


def _page_title(article: PlayedArticle) -> str:
    if article.layout == "hau_giang_2":
        return PLAIN_WEB_TITLE
    if article.layout == "hau_giang_1":
        return f"{OFFICES['hau_giang_1']} - {article.title}"
    return f"{article.title} - Sở Khoa học và Công nghệ Hà Tĩnh"


def teaser(article: PlayedArticle) -> Teaser:
    """Return how lists show *article*: title, day, small picture, cut lead."""
    images = article.images
    lead = article.paragraphs[0]
    return Teaser(
        title=article.title,
        url=article.url,
        day=f"{article.published:%d/%m/%Y}",
        printed=article.printed_date,
        thumb=small(images[0].url) if images else None,
        summary=f"{lead[:140].rsplit(' ', 1)[0]}..." if len(lead) > 140 else lead,
    )


def small(url: str) -> str:
    """Return the address of the small copy of a picture, as lists show it."""
    if "/storage/images.thumb." in url:
        return url.replace("/storage/images.thumb.", "/storage/images.small.")
    if "/Uploads/Images/" in url:
        return url.replace("/Uploads/Images/", "/Uploads/Thumbs/")
    return url + "&imageThumbnail=1"


def fill(template: str, counter: int) -> str:
    """Return the page that fetch number *counter* gets: view counter, today's date, visitors."""
    for mark, text in values(counter).items():
        template = template.replace(mark, text)
    return template


def values(counter: int) -> dict[str, str]:
    """Return what stands at each mark in fetch number *counter*."""
    now = FIRST_DAY + timedelta(minutes=37 * counter)
    return {
        VIEWS: str(112 + counter),
        TODAY: f"{WEEKDAYS[now.weekday()]}, ngày {now:%d/%m/%Y}",
        CLOCK: f"{now:%H:%M}",
        ONLINE: str(3 + counter % 47),
        TOTAL: f"{567_529 + counter:,}".replace(",", "."),
        TOKEN: f"{(counter + 1) * 2654435761 % 2**32:08x}",
    }
