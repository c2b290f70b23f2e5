"""Dates that lie: each trap was met on a portal, or waits behind one that was."""

import unicodedata
from html import unescape

import pytest

from archive.model import Article
from crawler.clean import line
from crawler.dates import date_line, parse_vi_datetime, split_edge_date
from tests.crawler.reading_helpers import read_page

READ = {
    "midnight with AM fills the place of no time": ("03/08/2012 | 12:00 AM", "2012-08-03T00:00:00", "day"),
    "a quarter past midnight is a time": ("03/08/2012 | 12:15 AM", "2012-08-03T00:15:00", "minute"),
    "noon is twelve PM": ("03/08/2012 | 12:00 PM", "2012-08-03T12:00:00", "minute"),
    "five in the afternoon": ("09/09/2020 | 05:07 PM", "2020-09-09T17:07:00", "minute"),
    "AM after a clock of 24 hours means nothing": ("07-03-2026 - 00:01 AM", "2026-03-07T00:01:00", "minute"),
    "AM after an hour past noon means nothing": ("07-03-2026 - 17:31 AM", "2026-03-07T17:31:00", "minute"),
    "PM after an hour past noon is said twice": ("07-03-2026 - 17:31 PM", "2026-03-07T17:31:00", "minute"),
    "CH is the afternoon": ("25/06/2018 4:24 CH", "2018-06-25T16:24:00", "minute"),
    "SA is the morning": ("25/06/2018 04:24:05 SA", "2018-06-25T04:24:05", "second"),
    "twelve CH is noon": ("25/06/2018 12:24 CH", "2018-06-25T12:24:00", "minute"),
    "twelve SA is midnight": ("25/06/2018 12:24 SA", "2018-06-25T00:24:00", "minute"),
    "AM glued and with points": ("25/06/2018 4:24p.m.", "2018-06-25T16:24:00", "minute"),
    "a year of two figures": ("Chủ nhật, 14-12-25 20:54:35", "2025-12-14T20:54:35", "second"),
    "a year of two figures before 2000": ("Thứ hai, 04-01-99 08:00:00", "1999-01-04T08:00:00", "second"),
    "the wrong weekday": ("Thứ Hai, 11/06/2025 | 10:16", "2025-06-11T10:16:00", "minute"),
    "thứ năm is no year": ("Thứ năm Ngày 6/8/2020", "2020-08-06T00:00:00", "day"),
    "the year is said in words": ("Thứ Tư, ngày 11 tháng 6 năm 2025", "2025-06-11T00:00:00", "day"),
    "hours and minutes in words": ("10 giờ 16 phút, ngày 11/6/2025", "2025-06-11T10:16:00", "minute"),
    "hours with h": ("10h16, 11/6/2025", "2025-06-11T10:16:00", "minute"),
    "decomposed letters": (unicodedata.normalize("NFD", "Thứ sáu, 21/01/2022, 16:21"), "2022-01-21T16:21:00", "minute"),
    "no-break spaces and marks without width": ("27\u00a0/\u200b07 /\u00a02015 -\u00a019:44:01", "2015-07-27T19:44:01", "second"),
    "a counter after the date": ("Ngày 22-01-2024 Lượt xem: 1.206", "2024-01-22T00:00:00", "day"),
    "the change stands before the post": (
        "Cập nhật: 06/05/2021 08:15 - Ngày đăng: 05/05/2021", "2021-05-05T00:00:00", "day"),
    "a counter before the date": ("Đã xem: 1.206 - 16:24 25/06/2018", "2018-06-25T16:24:00", "minute"),
    "the change stands after the post": (
        "Ngày đăng: 05/05/2021 - Cập nhật: 06/05/2021 08:15", "2021-05-05T00:00:00", "day"),
    "the time belongs to the post": (
        "Ngày đăng: 05/05/2021 07:30 | Cập nhật lần cuối: 06/05/2021", "2021-05-05T07:30:00", "minute"),
    "the zone stands before the time": ("2022-05-18+0710:21:00", "2022-05-18T10:21:00", "second"),
    "the zone is a word": ("2015-05-18ICT10:21:00", "2015-05-18T10:21:00", "second"),
    "a blank before the zone": ("2026-03-07T08:52:11.000 +07:00", "2026-03-07T08:52:11", "second"),
    "no zone at all": ("2026-03-07T00:01:00", "2026-03-07T00:01:00", "second"),
    "the zone escaped twice": ("2026-03-07T09:51:00&#x2B;07:00", "2026-03-07T09:51:00", "second"),
    "another zone": ("2026-03-06T18:30:00Z", "2026-03-07T01:30:00", "second"),
    "the leap day": ("29/02/2020", "2020-02-29T00:00:00", "day"),
}  # fmt: skip


@pytest.mark.parametrize("trap", READ)
def test_the_date_is_read_in_spite_of_it(trap):
    text, stamp, precision = READ[trap]

    found = date_line(line(unescape(text)))

    told = found.value.replace(tzinfo=None).isoformat() if found is not None and found.value else None
    assert (told, found and found.precision) == (stamp, precision)


REFUSED = {
    "a month that is none": ("16/72/2020", "impossible"),
    "month first": ("06/25/2018 04:24:05 PM", "impossible"),
    "a day that is none": ("31/02/2024", "impossible"),
    "no leap day": ("29/02/2021 | 08:00", "impossible"),
    "an hour that is none": ("24:10 | 11-06-2025", "impossible"),
    "a minute that is none": ("10:61 | 11-06-2025", "impossible"),
    "a year before there was a web": ("11/06/1925", "impossible"),
    "a year to come": ("11/06/2205", "impossible"),
    "zeros": ("00:00 | 00-00-0000", "zero"),
    "the zero of MySQL as PHP writes it": ("-0001-11-30 07:06:30", "zero"),
    "the zero of .NET": ("01/01/0001 00:00:00", "zero"),
    "the zero of .NET for machines": ("0001-01-01T00:00:00", "zero"),
    "the zero of Unix": ("Thứ năm, 01/01/1970, 07:00", "zero"),
    "the zero of Excel and old databases": ("01/01/1900", "zero"),
    "the zero of SQL Server": ("01/01/1753 12:00:00 SA", "zero"),
    "a zone that is none": ("2026-03-07T08:52:11+99:00", "impossible"),
    "milliseconds since 1970": ("1663203600000", "absent"),
    "a year of two figures alone": ("14-12-25", "absent"),
    "a day without a year": ("Ngày 27-11", "absent"),
    "an office's number": ("Số: 12/2020/TT-BKHCN", "absent"),
    "an address of the network": ("192.168.10.2020", "absent"),
    "a sum": ("12.05.2020.000 đồng", "absent"),
}  # fmt: skip


@pytest.mark.parametrize("trap", REFUSED)
def test_what_is_no_date_is_none_and_says_why(trap):
    text, reason = REFUSED[trap]

    found = parse_vi_datetime(text)

    assert (found.value, found.precision, found.reason) == (None, None, reason)


SENTENCES = (
    "Từ 01/01/2020 đến 31/12/2020", "Ngày ban hành: 12/3/2021", "Hạn nộp hồ sơ: 30/9/2024", "Quyết định số 18/QĐ-UBND ngày 12/3/2021",
    "Hà Nội, ngày 12 tháng 3 năm 2021", "Sinh ngày 12/3/1961", "Chiều 17/11/2017, Sở họp báo", "Có hiệu lực từ 12/3/2021",
)  # fmt: skip


@pytest.mark.parametrize("text", SENTENCES)
def test_a_date_that_says_something_else_is_no_date_line(text):
    assert date_line(text) is None
    assert split_edge_date(text) is None


TITLE = "Hội nghị tổng kết công tác năm 2024"
ONE = "Sáng 14/12, Sở Khoa học và Công nghệ tổ chức hội nghị tổng kết công tác năm 2024, triển khai nhiệm vụ năm 2025."
TWO = "Năm 2024, toàn ngành hoàn thành 38/40 nhiệm vụ được giao; hai nhiệm vụ chuyển tiếp sang năm sau do điều chỉnh quy mô."
BODY = f"<div><p>{ONE}</p><p>{TWO}</p></div>"
HEAD = f"<h1>{TITLE}</h1>"
MENU = "<ul><li><a href='/'>Trang chủ</a></li><li><a href='/gioi-thieu'>Giới thiệu</a></li><li><a href='/lien-he'>Liên hệ</a></li></ul>"
OTHERS = "".join(
    f"<li><a href='/chi-tiet/-/tin-tuc/tin-so-{n}'>Tập huấn sở hữu trí tuệ đợt {n}</a> (0{n}/12/2024)</li>"
    for n in range(1, 6)
)
EVENT = ONE.replace("Sáng 14/12", "Sáng ngày 14/12/2024")
DAY = "<p>Ngày 15-12-2024</p>"
TODAY = "<div>Thứ Ba, 08/07/2025, 07:45[GMT+7]</div>"
PAGES = {
    "today above the menu": (f"{TODAY}{MENU}{HEAD}{DAY}{BODY}", "2024-12-15"),
    "today in the shape of the article's": (f"<div>Ngày 08-07-2025</div>{MENU}{HEAD}{DAY}{BODY}", "2024-12-15"),
    "today below the menu": (f"{MENU}{TODAY}{HEAD}{DAY}{BODY}", "2024-12-15"),
    "today in the foot": (f"{HEAD}{DAY}{BODY}<div>{TODAY}<p>Bản quyền thuộc Sở</p></div>", "2024-12-15"),
    "today only": (f"{TODAY}{MENU}{HEAD}{BODY}", None),
    "today only, next to the headline": (f"{MENU}{TODAY}{HEAD}{BODY}", None),
    "today after the article": (f"{MENU}{HEAD}{BODY}{TODAY}", None),
    "published today": (f"{TODAY}{MENU}<div>{HEAD}<p>08/07/2025 07:10</p>{BODY}</div>", "2025-07-08"),
    "the day of the event in the lead": (f"{HEAD}{DAY}{BODY.replace(ONE, EVENT)}", "2024-12-15"),
    "the day of the event only": (f"{HEAD}{BODY.replace(ONE, EVENT)}", None),
    "the days of other news": (f"{HEAD}{BODY}<b>Các tin khác</b><ul>{OTHERS}</ul>", None),
    "the days of other news before it": (f"<div><b>Tin mới</b><ul>{OTHERS}</ul></div>{HEAD}{DAY}{BODY}", "2024-12-15"),
    "the trail has it": (f"<div>Trang chủ &gt; Tin tức (15-12-2024)</div>{HEAD}{BODY}", "2024-12-15"),
    "the headline has it": (f"<h1>{TITLE} (15/12/2024)</h1>{BODY}", "2024-12-15"),
    "a day that can not be": (f"{HEAD}<p>Ngày 15-72-2024</p>{BODY}", None),
    "a day after the page was fetched": (f"{HEAD}<p>Ngày 15-12-2052</p>{BODY}", None),
    "the day of a comment": (f"{HEAD}{BODY}<b>Bình luận</b><p>Lê Hoa</p><p>16/12/2024 09:10</p>", None),
}  # fmt: skip


@pytest.mark.parametrize("trap", PAGES)
def test_the_date_of_a_page_is_the_articles_or_none(trap):
    html, day = PAGES[trap]
    page = f"<html><head><meta charset=utf-8><title>{TITLE}</title></head><body>{html}</body></html>"

    got = read_page(
        page, "http://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/hoi-nghi-tong-ket-cong-tac-nam-2024-202512345"
    )

    assert isinstance(got, Article)
    assert got.title == TITLE
    assert (got.published and f"{got.published:%Y-%m-%d}") == day
    assert "2025" not in got.text.replace("năm 2025", "")
    assert got.text.endswith(TWO)


def test_there_are_at_least_forty_traps():
    assert len(READ) + len(REFUSED) + len(SENTENCES) + len(PAGES) >= 40
