"""What portals print beside, inside and instead of an article: none of it is read as the article's."""

from html import escape

import pytest

from archive.model import Article, NotAnArticle
from tests.crawler.reading_helpers import read_page
from tests.crawler.reading_skeletons import LEAD, OTHERS

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


def article(inside: str) -> Article:
    got = read_page(page(inside), URL)
    assert isinstance(got, Article), got
    assert got.title == TITLE
    return got


TWICE = {
    "bold, then plain": f"<p><b>{ONE}</b></p><p>{ONE}</p><p>{TWO}</p>",
    "a block of its own": f"<div class=sapo>{ONE}</div><div><p>{ONE}</p><p>{TWO}</p></div>",
    "a heading": f"<h2>{ONE}</h2><div><p>{ONE}</p><p>{TWO}</p></div>",
    "other spaces and marks": f"<p><b>{ONE.replace(' ', '  ')}</b></p><p>{ONE.removesuffix('.')}</p><p>{TWO}</p>",
    "cut with three points": f"<p><b>{ONE[:80]}...</b></p><div><p>{ONE}</p><p>{TWO}</p></div>",
    "a picture between": f"<p><b>{ONE}</b></p><p><img src=/a.jpg></p><p>{ONE}</p><p>{TWO}</p>",
}


@pytest.mark.parametrize("name", TWICE)
def test_a_lead_that_is_printed_twice_is_read_once(name):
    got = article(f"<div>{DATE}<h1>{TITLE}</h1>{TWICE[name]}</div>")

    assert len(got.text.split("\n\n")) == 2
    assert got.text.split("\n\n")[0].rstrip(".") == ONE.rstrip(".")
    assert got.text.endswith(TWO)


def test_a_paragraph_that_comes_again_later_is_the_writers_wish():
    got = article(f"<div>{DATE}<h1>{TITLE}</h1>{BODY}<p>{LEAD}</p>{BODY}</div>")

    assert got.text.split("\n\n") == [ONE, TWO, LEAD, ONE, TWO]


SCENE = "Toàn cảnh hội nghị tổng kết tại hội trường Sở"
CAPTIONS = {
    "figure": "<figure><img src=/a.jpg alt='{0}'><figcaption>{0}</figcaption></figure>",
    "figure and paragraph": "<figure><img src=/a.jpg alt='{0}'><figcaption>{0}</figcaption></figure><p>{0}</p>",
    "twice in a row": "<p align=center><img src=/a.jpg alt='{0}'></p><p align=center>{0}</p><p align=center>{0}</p>",
    "cell": "<table><tr><td><img src=/a.jpg alt='{0}'></td></tr><tr><td>{0}</td></tr></table>",
    "cell and paragraph": "<table><tr><td><img src=/a.jpg></td></tr><tr><td>{0}</td></tr></table><p align=center>{0}</p>",
    "VCCorp": "<div type=Photo><div><img src=/a.jpg alt='{0}'></div><div class=PhotoCMS_Caption><p>{0}</p></div></div>",
    "label": "<p align=center><img src=/a.jpg></p><p align=center><em>{0}</em></p>",
    "title too": "<p align=center><img src=/a.jpg title='{0}' alt='{0}'></p><p align=center><em>{0}</em></p>",
    "paragraph": "<p><img src=/a.jpg alt='{0}'></p><p>{0}</p>",
}


@pytest.mark.parametrize("name", CAPTIONS)
@pytest.mark.parametrize("credit", ["", " (Ảnh: Minh Lý)"])
def test_a_caption_is_read_once_and_is_no_text(name, credit):
    picture = CAPTIONS[name].format(f"{SCENE}{credit}")

    got = article(f"<div>{DATE}<h1>{TITLE}</h1><div><p>{ONE}</p>{picture}<p>{TWO}</p></div></div>")

    assert got.text == f"{ONE}\n\n{TWO}"
    assert [(image.caption, image.credit) for image in got.images] == [(SCENE, "Minh Lý" if credit else None)]


ESCAPED = {
    "letters": f"<p>{escape(ONE.replace('ọ', '&#7885;').replace('à', '&agrave;').replace('Ô', '&Ocirc;'))}</p><p>{TWO}</p>",
    "quotes and blanks": f"<p>{ONE.replace(' tổ', '&amp;nbsp;tổ')}</p><p>{TWO}</p>",
    "the whole body": escape(f"<p>{ONE}</p><p>{TWO}</p>"),
    "the whole body with letters": f"<div>{escape(BODY.replace('à', '&agrave;'))}</div>",
    "breaks": escape(f"{ONE}<br /><br />{TWO}"),
    "a paragraph and its look": f"<p>{escape(f'<span style=color:red>{ONE}</span>')}</p><p>{TWO}</p>",
}


@pytest.mark.parametrize("name", ESCAPED)
def test_what_was_escaped_twice_is_read_as_meant(name):
    assert article(f"<div>{DATE}<h1>{TITLE}</h1><div>{ESCAPED[name]}</div></div>").text == f"{ONE}\n\n{TWO}"


def test_signs_that_look_like_tags_stay():
    said = "Kết quả đo cho thấy 3 < 5 và 7 > 2; công thức R&D, AT&T; thẻ <meta> không dùng nữa, a&b=c cũng vậy và x<y."

    got = article(f"<div>{DATE}<h1>{TITLE}</h1><div><p>{escape(said)}</p><p>{TWO}</p></div></div>")

    assert got.text == f"{said}\n\n{TWO}"


LEAKS = (
    "null", "A A", "A- A A+", "-   +   A-   A+   In", "Xem với cở chữ :", "Màu chữ Cỡ chữ", "Xem cỡ chữ Google", "In trang",
    "Email In PDF", "Tăng tương phản Giảm tương phản", "image banner", "0:00 / 0:00", "00:00 / 02:31", "Đường dây nóng",
    "cms-view-count: 2251", "intNumViewTotal=332", "Lượt dowload: 89 Lượt xem: 349", "Lượt xem: 442", "22 Lượt xem", "Xem: 544",
    "View count: 842", "1,206 lượt xem", "Nghe đọc bài", "Giọng nữ miền Bắc", "Giọng nam", "Trình duyệt không hỗ trợ phát âm thanh",
    "Đánh giá: lượt đánh giá: , trung bình:", "(Di chuột vào ngôi sao để chọn điểm)", "Click để đánh giá bài viết",
    "Tốc độ đọc: 1x", "Cỡ chữ: A- A A+", "Chia sẻ: Facebook Zalo", "Theo dõi trên Google News", "Lưu bài viết", "cms-print cms-email",
)  # fmt: skip


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize(
    "place", ["above", "under the headline", "beside the date", "below", "bare above", "bare below"]
)
def test_labels_that_leak_are_no_text(leak, place):
    bit = f"<div><span>{leak}</span></div>"
    inside = {
        "above": f"{bit}{DATE}<h1>{TITLE}</h1><div>{BODY}</div>",
        "under the headline": f"{DATE}<h1>{TITLE}</h1>{bit}<div>{BODY}</div>",
        "beside the date": f"<h1>{TITLE}</h1><div><span>08:30 | 15-12-2024</span></div>{bit}<div>{BODY}</div>",
        "below": f"{DATE}<h1>{TITLE}</h1><div>{BODY}</div>{bit}",
        "bare above": f"{DATE}<h1>{TITLE}</h1><p>{leak}</p>{BODY}",
        "bare below": f"{DATE}<h1>{TITLE}</h1>{BODY}<p>{leak}</p>",
    }[place]

    got = article(f"<div>{inside}</div>")

    assert (got.text, got.authors) == (f"{ONE}\n\n{TWO}", ())
    assert got.published is not None


FOOT = (
    "Online: 22", "Thống kê: 567.529", "Hôm nay: 0 Hôm qua: 0 Trong tuần: 0 Tất cả: 0", "Đang trực tuyến: 742", "Nhập mã bảo vệ",
    "Hình ảnh CAPTCHA", "Mã xác thực không đúng.", "Ý kiến của bạn", "Họ tên:", "Gửi phản hồi", "Thăm dò", "Đa phương tiện",
    "4</div><div>7</div><div>0</div><div>8</div><div>4</div><div>3", "Bạn đã không sử dụng Site, Bấm vào đây để duy trì trạng thái đăng nhập.",
)  # fmt: skip


@pytest.mark.parametrize("foot", FOOT)
def test_visitors_and_forms_below_are_no_text(foot):
    got = article(f"<div>{DATE}<h1>{TITLE}</h1><div>{BODY}</div></div><div><div>{foot}</div></div>")

    assert (got.text, got.authors) == (f"{ONE}\n\n{TWO}", ())


PLAYERS = {
    "audio": "<audio id=newsVoicePlayer controls><source src=/a.mp3>Trình duyệt của bạn không hỗ trợ thẻ audio.</audio>",
    "voices": "<div class=tts><audio src=/a.mp3></audio><ul><li>Giọng nam miền Nam</li><li>Giọng nữ miền Bắc</li></ul><span>0:00 / 0:00</span></div>",
    "video": "<video controls><p>Trình duyệt của bạn không hỗ trợ phát video, hãy tải video về máy để xem lại toàn bộ nội dung.</p></video>",
    "object": "<object data=/a.swf><p>Bạn cần cài đặt Adobe Flash Player để xem được nội dung video clip này trên trình duyệt.</p></object>",
    "frame": "<iframe src=/a>Trình duyệt của bạn không hỗ trợ khung, mời bạn bấm vào đây để mở nội dung ở trang khác.</iframe>",
}


@pytest.mark.parametrize("name", PLAYERS)
def test_players_and_what_they_say_to_old_browsers_are_no_text(name):
    got = article(f"<div>{DATE}<h1>{TITLE}</h1>{PLAYERS[name]}<div><p>{ONE}</p>{PLAYERS[name]}<p>{TWO}</p></div></div>")

    assert got.text == f"{ONE}\n\n{TWO}"


@pytest.mark.parametrize(
    "head", [f"<h1>null {TITLE}</h1>", f"<div>null</div><h1>{TITLE}</h1>", f"<h1><span>null</span> {TITLE}</h1>"]
)
def test_a_null_before_the_headline_is_not_its_first_word(head):
    assert article(f"<div>{DATE}{head}<div>{BODY}</div></div>").text == f"{ONE}\n\n{TWO}"


def test_a_ticker_of_headlines_before_the_article_is_not_read():
    ticker = " | ".join(title for _, title in OTHERS * 3)

    got = article(f"<div><div>{ticker}</div><div>{DATE}<h1>{TITLE}</h1><div>{BODY}</div></div></div>")

    assert got.text == f"{ONE}\n\n{TWO}"


COPIES = {
    "print": f"<div id=print><h2>Sở Khoa học và Công nghệ</h2><div>{URL}</div><h1>{TITLE}</h1><div>Thứ bảy - 15/12/2024 08:30</div>"
    f"<div id=bodytext>{BODY}</div><div id=author><p>Tác giả: Thu Trang</p></div><p>Nguồn tin: Báo Hà Tĩnh</p></div>",
    "savefile": f"<center><b>{TITLE}</b></center><p>15/12/2024 08:30</p>{BODY}<p align=right><b>Thu Trang</b></p><p>Nguồn: Báo Hà Tĩnh</p>",
    "print with a button": f"<h1>{TITLE}</h1><p>Ngày đăng: 15/12/2024 08:30</p>{BODY}<p align=right>Thu Trang</p>"
    "<p>Nguồn tin: Báo Hà Tĩnh</p><p><a href='javascript:window.print()'>In trang này</a> <a href='javascript:window.close()'>Đóng lại</a></p>",
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_for_the_printer_reads_like_the_article(name):
    got = article(COPIES[name])

    assert (got.text, got.authors, got.source) == (f"{ONE}\n\n{TWO}", ("Thu Trang",), "Báo Hà Tĩnh")
    assert got.published is not None
    assert f"{got.published:%d/%m/%Y %H:%M}" == "15/12/2024 08:30"


REASONS = {"a section": "section_list", "stub": "cookie_stub", "no login": "no_title"}
NEWS = f"<h2>Tin tức - Sự kiện</h2>{TEASERS}"
NONE = {
    "unknown id among news": f"<div>Không tìm thấy thông tin</div>{NEWS}",
    "gone": "<h1>Thông báo</h1><p>Bài viết này không tồn tại hoặc đã bị xóa.</p>",
    "gone among news": f"<div><p>Bài viết không tồn tại hoặc đã bị gỡ bỏ khỏi hệ thống.</p></div>{NEWS}",
    "no such page": "<h1>404</h1><p>Trang bạn tìm kiếm không tồn tại.</p><a href='/'>Về trang chủ</a>",
    "status": f"<h1>Trạng thái</h1><p>Không thể tìm thấy tài nguyên được yêu cầu.</p>{NEWS}",
    "under work": "<p>Nội dung đang được cập nhật</p>",
    "under work among news": f"<h1>Chi tiết tin</h1><p>Nội dung đang được cập nhật...</p>{NEWS}",
    "a fault": "<h1>Server Error in '/' Application.</h1><p>Object reference not set to an instance of an object.</p>",
    "a section": NEWS,
    "a section headed by the date": f"<p>08:30 | 15-12-2024</p>{NEWS}",
    "a section with its portal's words": f"<h1>Tin tức - Sự kiện</h1><p>{LEAD}</p>{TEASERS}",
    "no login": "<h1>Đăng nhập</h1><form><label>Tên đăng nhập</label><input><label>Mật khẩu</label><input></form>",
    "stub": "<script>document.cookie='D1N=0123456789abcdef0123456789abcdef';window.location.reload(true);</script>",
    "stub with a word": "<noscript>Vui lòng bật JavaScript và cookie để xem trang này.</noscript>"
    '<script>document.cookie="D1N=0123456789abcdef"+"; expires=Fri, 31-Dec-99 23:59:59 GMT; path=/";location.href=location.href;</script>',
    "guard with a headline": "<h1>Đang kiểm tra trình duyệt của bạn</h1><p>Vui lòng chờ trong giây lát, bạn sẽ được chuyển tới trang.</p>"
    "<script>document.cookie = 'D1N=0123456789abcdef'; setTimeout(function(){location.reload()}, 500)</script>",
}


@pytest.mark.parametrize("name", NONE)
def test_what_stands_in_an_articles_place_is_refused(name):
    title = TITLE if "among news" in name else "Sở Khoa học và Công nghệ"

    got = read_page(page(NONE[name], title), URL)

    assert isinstance(got, NotAnArticle)
    assert got.reason == next((reason for start, reason in REASONS.items() if name.startswith(start)), "soft_404")


def test_a_guard_with_a_headline_of_its_own_is_no_article():
    said = "Đang kiểm tra trình duyệt của bạn"
    word = "Vui lòng chờ trong giây lát, bạn sẽ được chuyển tới trang ngay sau khi kiểm tra xong."
    script = "<script>document.cookie = 'D1N=0123456789abcdef'; location.reload()</script>"

    got = read_page(page(f"<h1>{said}</h1><p>{word}</p>{script}", said), URL)

    assert isinstance(got, NotAnArticle)
    assert got.reason == "soft_404"


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 30_000 + ONE,
        "</p>" * 30_000,
        "<p " * 30_000,
        f"<p>{ONE}</p>" * 3_000,
        "<table><tr><td>" * 5_000,
        "&amp;" * 50_000,
    ],
    ids=["deep", "closings", "open tags", "long", "tables", "signs"],
)
def test_hostile_markup_that_was_escaped_twice_is_bounded(text):
    read_page(page(f"{DATE}<h1>{TITLE}</h1><div>{escape(text)}</div>"), URL)
