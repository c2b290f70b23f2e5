"""Pages that are no articles, articles in odd bytes, and traps that other portals set."""

import random

import pytest
from msgspec.structs import replace

from archive.model import Article, NotAnArticle
from crawler.sites import Seed, Site
from tests.crawler.reading_helpers import HA_TINH, read_page
from tests.crawler.reading_skeletons import LEAD, NOTICE, OTHERS

URL = "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/hoi-nghi-tong-ket-cong-tac-nam-2024"
TITLE = "Hội nghị tổng kết công tác năm 2024"
DATE = "<p>08:30 | 15-12-2024</p>"
ONE = "Sáng 14/12, Sở Khoa học và Công nghệ tổ chức hội nghị tổng kết công tác năm 2024, triển khai nhiệm vụ năm 2025."
TWO = "Năm 2024, toàn ngành hoàn thành 38/40 nhiệm vụ được giao; hai nhiệm vụ chuyển tiếp sang năm sau do điều chỉnh quy mô."
BODY = f"<p>{ONE}</p><p>{TWO}</p>"
TEASERS = "".join(
    f'<div><h3><a href="/chi-tiet-tin-tuc/a-b-c-{n}">{title}</a></h3><p>14:05 | 03-06-2025</p><p>{LEAD}</p></div>'
    for n, title in OTHERS
)


def page(inside: str, title: str = TITLE) -> str:
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{inside}</body></html>"


def article(html: str | bytes, url: str = URL, **more: object) -> Article:
    got = read_page(html, url, **more)
    assert isinstance(got, Article), got
    return got


REFUSED = {
    "nothing": ("", 200, "text/html", "empty"),
    "blanks": (" \n ", 200, "text/html", "empty"),
    "a missing page": (page(DATE + BODY), 404, "text/html", "status_404"),
    "a server's fault": (page("Server Error"), 500, "text/html", "status_500"),
    "a picture": ("\x00", 200, "image/jpeg", "not_html"),
    "a PDF said to be HTML": ("%PDF-1.4 ...", 200, "text/html", "not_html"),
    "a soft 404": (page("<h1>Không tìm thấy trang</h1><p>Trang bạn yêu cầu không tồn tại.</p>", "Lỗi 404"), 200, "text/html", "soft_404"),
    "an unknown id": (page("<div>Không tìm thấy thông tin</div>" + TEASERS, "Sở KH&CN"), 200, "text/html", "soft_404"),
    "a cookie stub": (page("<script>document.cookie='D1N=ab';location.reload()</script>", ""), 200, "text/html", "cookie_stub"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_article_is_refused_with_its_reason(name):
    html, status, mime, reason = REFUSED[name]

    got = read_page(html, URL, status=status, mime=mime)

    assert isinstance(got, NotAnArticle)
    assert got.reason == reason


@pytest.mark.parametrize("head", ["", "<h1>Tin tức - Sự kiện</h1>", f"<h1>Tin tức</h1><p>{NOTICE}</p>"])
def test_a_list_served_at_an_articles_address_is_refused(head):
    got = read_page(page(f"<p>07:45 | 08-07-2025</p>{head}{TEASERS}", "Tin tức - Sự kiện"), URL)

    assert isinstance(got, NotAnArticle)


def test_a_list_that_links_to_the_address_it_is_served_at_is_refused():
    own = f"<div><h3><a href='{URL}'>{TITLE}</a></h3><p>08:30 | 15-12-2024</p><p>{ONE}</p><a href='{URL}'>Xem thêm</a></div>"

    assert isinstance(read_page(page(f"<h1>Tin tức</h1>{own}{TEASERS}"), URL), NotAnArticle)


def test_an_article_without_a_date_keeps_none():
    got = article(page(f"<h1>{TITLE}</h1>{BODY}"))

    assert (got.published, got.published_precision) == (None, None)
    assert got.text == f"{ONE}\n\n{TWO}"


@pytest.mark.parametrize("date", ["00:00 | 00-00-0000", "08:30 | 31-02-2024", "08:30 | 16-72-2020"])
def test_a_date_that_can_not_be_is_none_and_no_text(date):
    got = article(page(f"<p>{date}</p><h1>{TITLE}</h1>{BODY}"))

    assert got.published is None
    assert got.text == f"{ONE}\n\n{TWO}"


def test_a_home_page_is_no_article():
    home = read_page(page(f"{DATE}<h1>{TITLE}</h1>{BODY}"), "http://skhcn.hatinh.gov.vn/")

    assert isinstance(home, NotAnArticle)
    assert home.reason == "other_page"


def test_what_the_page_does_not_give_is_empty():
    got = article(page(f"{DATE}<h1>{TITLE}</h1>{BODY}"))

    assert (got.summary, got.source, got.section, got.modified, got.source_id) == (None, None, None, None, None)
    assert (got.authors, got.photographers, got.tags, got.images, got.attachments) == ((), (), (), (), ())
    assert (got.language, got.parser) == ("vi", "ha_tinh/1")


ENDS = {
    "the form": "<h3>GÓP Ý - TRAO ĐỔI</h3><p>Họ và tên</p>",
    "neighbours": "<b>Các tin khác</b><ul><li>Tin không có liên kết nhưng rất dài, dài hơn cả sáu mươi chữ cái cơ đấy</li></ul>",
    "comments": "<p>Bình luận (3)</p><p>Bạn đọc: bài viết rất hay, mong Sở sớm nhân rộng mô hình này ra toàn tỉnh nhé.</p>",
    "related": "<div>Tin liên quan:</div><p>Một tin cũ không có liên kết nhưng cũng dài hơn sáu mươi chữ cái</p>",
    "links": "".join(f'<p><a href="/chi-tiet-tin-tuc/x-y-{n}">{t}</a></p><p>{LEAD}</p>' for n, t in OTHERS),
}


@pytest.mark.parametrize("name", ENDS)
def test_nothing_after_the_end_is_read(name):
    got = article(page(f"<div>{DATE}<h1>{TITLE}</h1>{BODY}<p align=right>Thu Trang</p>{ENDS[name]}</div>"))

    assert got.text == f"{ONE}\n\n{TWO}"
    assert got.authors == ("Thu Trang",)


NOISE = (
    "A- A A+", "A A A", "In trang", "Lượt xem: 1.024", "1,206 lượt xem", "Gửi email | In bài viết", "Chia sẻ", "Xem cỡ chữ Google",
    "0:00 / 0:00", "Facebook Zalo Twitter", "Quay lại", "Về đầu trang", "null", "Cỡ chữ", "Đã xem: 5",
)  # fmt: skip


@pytest.mark.parametrize("noise", NOISE)
def test_buttons_and_counters_are_no_text(noise):
    html = page(f"{DATE}<h1>{TITLE}</h1><div>{noise}</div><div>{BODY}</div><div>{noise}</div>")

    assert article(html).text == f"{ONE}\n\n{TWO}"


CAPTIONS = {
    "figcaption": "<figure><img src=/a.jpg><figcaption>{}</figcaption></figure>",
    "cell": "<table><tr><td><img src=/a.jpg></td></tr><tr><td>{}</td></tr></table>",
    "same cell": "<table><tr><td><img src=/a.jpg><br>{}</td></tr></table>",
    "centred": "<p align=center><img src=/a.jpg></p><p style='text-align:center'>{}</p>",
    "center tag": "<center><img src=/a.jpg></center><center>{}</center>",
    "slanted": "<p><img src=/a.jpg></p><p><em>{}</em></p>",
    "break": "<p><a href=/full.jpg><img src=/a.jpg></a><br><span>{}</span></p>",
    "box": "<div><div><img src=/a.jpg></div><div>{}</div></div>",
    "plain": "<p><img src=/a.jpg></p><p>{}</p>",
    "blank between": "<p align=center><img src=/a.jpg></p><p>&nbsp;</p><p align=center><i>{}</i></p>",
    "lazy": "<p align=center><img src='data:image/gif;base64,x' data-src=/a.jpg></p><p align=center>{}</p>",
}


@pytest.mark.parametrize("name", CAPTIONS)
@pytest.mark.parametrize(
    ("printed", "caption", "credit"),
    [
        ("Toàn cảnh hội nghị", "Toàn cảnh hội nghị", None),
        ("Toàn cảnh hội nghị (Ảnh: Minh Lý)", "Toàn cảnh hội nghị", "Minh Lý"),
        ("Đồng chí Lê Văn Bảy phát biểu tại hội nghị.", "Đồng chí Lê Văn Bảy phát biểu tại hội nghị.", None),
    ],
)
def test_a_caption_is_found_however_it_is_set(name, printed, caption, credit):
    picture = CAPTIONS[name].format(printed)

    got = article(page(f"{DATE}<h1>{TITLE}</h1><p>{ONE}</p>{picture}<p>{TWO}</p>"))

    assert got.text == f"{ONE}\n\n{TWO}"
    assert [(i.url, i.caption, i.credit) for i in got.images] == [("http://skhcn.hatinh.gov.vn/a.jpg", caption, credit)]
    assert got.photographers == ((credit,) if credit else ())


def test_a_paragraph_after_a_picture_without_caption_stays_text():
    got = article(
        page(f"{DATE}<h1>{TITLE}</h1><p>{ONE}</p><p align=center><img src=/a.jpg alt='{TITLE}'></p><p>{TWO}</p>")
    )

    assert got.text == f"{ONE}\n\n{TWO}"
    assert (got.images[0].caption, got.images[0].alt) == (None, TITLE)


BYLINES = {
    "right": "<p align=right>{}</p>",
    "style": "<div style='text-align: right'><strong>{}</strong></div>",
    "blanks": "<p>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;{}</p>",
    "last": "<p>{}</p>",
    "bold": "<p><b>{}</b></p>",
    "row": "<table><tr><td align=right><i>{}</i></td></tr></table>",
}


@pytest.mark.parametrize("name", BYLINES)
@pytest.mark.parametrize(
    ("printed", "authors", "photographers", "source"),
    [
        ("Tùng Như - Đình Nam", ("Tùng Như", "Đình Nam"), (), None),
        ("Ngọc Triều, Ảnh Huỳnh Sang", ("Ngọc Triều",), ("Huỳnh Sang",), None),
        ("Tin, ảnh: Lê Hoa", ("Lê Hoa",), ("Lê Hoa",), None),
        ("V.K.D", ("V.K.D",), (), None),
        ("THANH SANG", ("THANH SANG",), (), None),
        ("Trung tâm Thông tin và Ứng dụng TBKHCN", ("Trung tâm Thông tin và Ứng dụng TBKHCN",), (), None),
        ("Theo Báo Hà Tĩnh", (), (), "Báo Hà Tĩnh"),
        ("(Nguồn: Cổng TTĐT Chính phủ)", (), (), "Cổng TTĐT Chính phủ"),
    ],
)
def test_a_byline_is_found_wherever_it_stands(name, printed, authors, photographers, source):
    html = page(f"<div>{DATE}<h1>{TITLE}</h1><div>{BODY}{BYLINES[name].format(printed)}</div></div>")

    got = article(html)

    assert (got.authors, got.photographers, got.source) == (authors, photographers, source)
    assert got.text == f"{ONE}\n\n{TWO}"


def test_a_byline_glued_to_the_last_paragraph_is_split_off():
    html = page(f"{DATE}<h1>{TITLE}</h1><p>{ONE}</p><p>{TWO[:-1]}./.{'&nbsp;' * 9}Thu Trang, Ảnh Minh Lý</p>")

    got = article(html)

    assert (got.authors, got.photographers) == (("Thu Trang",), ("Minh Lý",))
    assert got.text.endswith("quy mô./.")


def test_a_last_paragraph_that_ends_with_a_name_is_text():
    last = "Chủ trì hội nghị là đồng chí Nguyễn Văn Thảo"

    got = article(page(f"{DATE}<h1>{TITLE}</h1>{BODY}<p>{last}</p>"))

    assert got.text.endswith(last)
    assert got.authors == ()


def test_hidden_blocks_and_side_notes_are_not_read():
    hidden = (
        f"<div style='display: none'><p>{LEAD}</p></div><div hidden><p>{LEAD}</p></div><aside><p>{NOTICE}</p></aside>"
    )

    got = article(page(f"{hidden}{DATE}<h1>{TITLE}</h1>{hidden}<p>{ONE}</p>{hidden}<p>{TWO}</p>{hidden}"))

    assert got.text == f"{ONE}\n\n{TWO}"


@pytest.mark.parametrize("turned", [False, True])
def test_a_column_of_notices_beside_the_body_is_not_read(turned):
    cells = [f"<td><b>THÔNG BÁO</b><p>{NOTICE}</p></td>", f"<td>{BODY * 2}<p>{NOTICE}</p></td>"]
    row = "".join(cells[::-1] if turned else cells)
    html = page(
        f"<table><tr><td colspan=2>{DATE}</td></tr><tr><td colspan=2><b>{TITLE}</b></td></tr><tr>{row}</tr></table>"
    )

    assert article(html).text.split("\n\n") == [ONE, TWO, ONE, TWO, NOTICE]


def test_a_gallery_gives_each_picture_its_own_caption():
    row = "<table><tr><td><img src=/1.jpg></td><td><img src=/2.jpg></td></tr><tr><td>Gian hàng A</td><td>Gian hàng B</td></tr></table>"

    got = article(page(f"{DATE}<h1>{TITLE}</h1><p>{ONE}</p>{row}<p>{TWO}</p>"))

    assert [(image.url[-6:], image.caption) for image in got.images] == [
        ("/1.jpg", "Gian hàng A"),
        ("/2.jpg", "Gian hàng B"),
    ]
    assert got.text == f"{ONE}\n\n{TWO}"


def test_words_that_run_round_a_picture_are_text():
    html = page(f"{DATE}<h1>{TITLE}</h1><p><img src=/a.jpg align=left hspace=5>{ONE}</p><p>{TWO}</p>")

    assert article(html).text == f"{ONE}\n\n{TWO}"


def test_icons_and_counters_are_no_pictures():
    icons = "<img src=/icons/pdf.png><img src=/p.gif width=1 height=1><img src=/img/print.gif><img src=/x.jpg width=16>"

    got = article(page(f"{DATE}<h1>{TITLE}</h1>{icons}<p>{ONE[:40]}{icons}{ONE[40:]}</p><p>{TWO}</p>{icons}"))

    assert got.images == ()
    assert got.text == f"{ONE}\n\n{TWO}"


def test_todays_date_in_the_head_is_never_the_articles():
    html = page(f"<header><p>07:45 | 08-07-2025</p></header><h1>{TITLE}</h1>{BODY}")

    assert article(html).published is None


def test_words_cut_by_tags_and_marks_are_whole():
    cut = (
        ONE.replace("Khoa", "K<b>ho</b>a")
        .replace("nghị", "ng<wbr>h&shy;ị")
        .replace("tổng", "t&#7893;ng")
        .replace(" ", "\n\t ", 3)
    )

    assert article(page(f"{DATE}<h1>{TITLE}</h1><p>{cut}</p><p>{TWO}</p>")).text == f"{ONE}\n\n{TWO}"


@pytest.mark.parametrize(
    ("encoding", "mime", "meta"),
    [
        ("utf-8", "text/html", ""),
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("utf-8-sig", "text/html", ""),
        ("utf-16", "text/html", ""),
        ("utf-8", "text/html; charset=nonsense", "<meta charset=utf-8>"),
    ],
)
def test_pages_are_decoded_as_browsers_do(encoding, mime, meta):
    html = f"<html><head>{meta}<title>x</title></head><body>{DATE}<h1>{TITLE}</h1>{BODY}</body></html>"

    assert article(html.encode(encoding), mime=mime).title == TITLE


def test_windows_1258_is_read():
    # The code page has marks of its own for the tones; letter and mark become one.
    import unicodedata

    text = unicodedata.normalize("NFD", f"<h1>{TITLE}</h1>{BODY}")
    for mark in "\u0302\u0306\u031b":
        for letter in "aeiouAEIOUuU":
            text = text.replace(letter + mark, unicodedata.normalize("NFC", letter + mark))
    html = f"<html><body>{DATE}{text}</body></html>".replace("\u0323\u0302", "\u0302")

    got = article(html.encode("cp1258", "ignore"), mime="text/html; charset=windows-1258")

    assert got.title.startswith("Hội nghị tổng") or "nghị" in got.title


def test_section_comes_from_the_listing_then_from_the_breadcrumb():
    crumb = '<ul><li><a href="/">Trang chủ</a></li><li><a href="/danh-sach-tin-tuc/iso">ISO</a></li></ul>'
    html = page(f"{crumb}{DATE}<h1>{TITLE}</h1>{BODY}")
    listing = "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/tin-tuc-su-kien"
    site = replace(HA_TINH, seeds=(Seed(url=listing, section="Tin tức - Sự kiện"),))

    assert article(html).section == "ISO"
    assert article(html, site=site, via=f"{listing}?page=3").section == "Tin tức - Sự kiện"


def test_any_bytes_give_an_answer():
    rng = random.Random(7)
    good = page(f"{DATE}<h1>{TITLE}</h1>{BODY}").encode()
    for _ in range(60):
        cut = bytearray(good)
        for _ in range(rng.randint(1, 40)):
            cut[rng.randrange(len(cut))] = rng.randrange(256)
        read_page(bytes(cut[: rng.randint(1, len(cut))]), URL)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 20_000 + ONE,
        "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">" + ONE,
        "<b><i>" * 5_000 + ONE,
        "<table><tr><td>" * 3_000 + ONE,
        ("<p>" + ONE) * 5_000,
        "&nbsp;" * 200_000,
        "<!--" * 50_000,
    ],
    ids=["deep", "attributes", "inline", "tables", "long", "blanks", "comments"],
)
def test_hostile_pages_are_bounded(body):
    read_page(page(f"{DATE}<h1>{TITLE}</h1>{body}"), URL)


def test_the_generic_reader_needs_a_date_or_an_articles_address():
    stranger = Site(id="stranger", name="Báo", name_en="Paper", status="active")

    got = read_page(page(f"<h1>{TITLE}</h1>{BODY}"), "http://example.vn/bai-viet", site=stranger)

    assert isinstance(got, NotAnArticle)
    assert got.reason == "no_date"
    dated = read_page(
        page(f"<h1>{TITLE}</h1><p>Thứ Ba, 10/12/2024 - 08:15</p>{BODY}"), "http://example.vn/bai", site=stranger
    )
    assert isinstance(dated, Article)
    assert dated.published is not None
    assert dated.parser == "generic/3"


ACCOUNTS = ("Người đăng: quantri", "Người đăng tin: Test Test", "Đăng bởi: Nguyễn Văn Tài", "Post name: Nguyen Van Tai")


@pytest.mark.parametrize("printed", ACCOUNTS)
@pytest.mark.parametrize("place", ["above", "below", "beside"])
def test_the_account_that_posted_is_no_writer_and_no_text(printed, place):
    around = {
        "above": f"{DATE}<h1>{TITLE}</h1><p>{printed}</p>{BODY}<p align=right>Thu Trang</p>",
        "below": f"{DATE}<h1>{TITLE}</h1>{BODY}<p align=right>Thu Trang</p><p>{printed}</p>",
        "beside": f"<h1>{TITLE}</h1><p>{printed} - 08:30 15/12/2024</p>{BODY}<p align=right>Thu Trang</p>",
    }

    got = article(page(around[place]))

    assert (got.authors, got.photographers, got.text) == (("Thu Trang",), (), f"{ONE}\n\n{TWO}")
    assert got.published is not None


def test_the_agency_before_the_lead_is_the_source_and_stays_in_the_text():
    got = article(page(f"{DATE}<h1>{TITLE}</h1><p>(TTXVN) - {ONE}</p><p>{TWO}</p>"))

    assert (got.source, got.text) == ("TTXVN", f"(TTXVN) - {ONE}\n\n{TWO}")


def test_links_to_the_writers_page_above_the_body_do_not_end_it():
    links = '<p><a href="/chi-tiet-tin-tuc/tac-gia-le-hoa">Lê Hoa</a></p><p><a href="/chi-tiet-tin-tuc/bai-cua-le-hoa">Xem các bài của tác giả</a></p>'
    html = page(f"<h1>{TITLE}</h1>{links}{DATE}<div>{BODY * 4}</div>{ENDS['links']}")

    assert article(html).text.split("\n\n") == [ONE, TWO] * 4


AT = "08:30 15/12/2024"
HEADS = {
    "names and date in one line": (f"<div>KIM DUNG - VŨ PHƯỜNG {AT}</div>", ("KIM DUNG", "VŨ PHƯỜNG")),
    "names between headline and date": (f"<p>Thu Trang</p><p>{AT}</p>", ("Thu Trang",)),
    "names below the date": (f"<p>{AT}</p><p>Thu Trang - Minh Lý</p>", ("Thu Trang", "Minh Lý")),
    "a writer named in the date line": (f"<p>{AT} - Tác giả: Thu Trang</p>", ("Thu Trang",)),
    "a section below the date": (f"<p>{AT}</p><p>KHOA HỌC</p>", ()),
    "a section linked": (f"<p><a href='/x'>Thu Trang</a></p><p>{AT}</p>", ()),
    "an account beside the date": (f"<p>Cộng tác viên - {AT}</p>", ()),
    "an account before the weekday": ("<p>Đăng bài thanhsang CN, 15/12/2024 - 08:30</p>", ()),
    "a change below": (f"<p>Ngày đăng: {AT}</p><p>Cập nhật: 16/12/2024 09:10</p>", ()),
    "a change above": (f"<p>Cập nhật: 16/12/2024 09:10</p><p>Ngày đăng: {AT}</p>", ()),
    "a change beside": (f"<p>Ngày đăng: {AT} - Cập nhật lúc 09:10 16/12/2024</p>", ()),
}


@pytest.mark.parametrize("name", HEADS)
def test_what_stands_between_headline_and_text_is_told_apart(name):
    head, authors = HEADS[name]

    got = article(page(f"<div><h1>{TITLE}</h1>{head}{BODY}</div>"))

    assert got.authors == authors
    assert f"{got.published:%d/%m/%Y %H:%M}" == "15/12/2024 08:30"
    assert (got.modified and f"{got.modified:%d/%m/%Y %H:%M}") == ("16/12/2024 09:10" if "change" in name else None)
    assert got.text.removeprefix("KHOA HỌC\n\n") == f"{ONE}\n\n{TWO}"


def test_a_credit_in_a_line_of_its_own_below_the_caption_is_no_text():
    picture = "<p align=center><img src=/a.jpg></p><p align=center>Toàn cảnh</p><p align=right><i>Ảnh: Minh Lý</i></p>"

    got = article(page(f"<div>{DATE}<h1>{TITLE}</h1><p>{ONE}</p>{picture}<p>{TWO}</p><p>./.</p></div>"))

    assert got.text == f"{ONE}\n\n{TWO}"
    assert [(image.caption, image.credit) for image in got.images] == [("Toàn cảnh", "Minh Lý")]
    assert got.photographers == ("Minh Lý",)
