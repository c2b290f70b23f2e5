"""Every printed shape of a date gives its day, its time, and how much of it is really printed."""

import pytest

from crawler.dates import VN, clock_only, date_line, parse_vi_datetime, split_edge_date

SHAPES = {
    "10:16 | 11-06-2025": ("2025-06-11T10:16:00", "minute"),
    "10:51 | 21/05/2015": ("2015-05-21T10:51:00", "minute"),
    "22/5/2020, 10:21 (GMT+7)": ("2020-05-22T10:21:00", "minute"),
    "18/5/2020, 8:8 (GMT+7)": ("2020-05-18T08:08:00", "minute"),
    "Cập nhật 31/1/2023, 08:01:12": ("2023-01-31T08:01:12", "second"),
    "Ngày 18-05-2022": ("2022-05-18T00:00:00", "day"),
    "Ngày 22-01-2024 Lượt xem 53": ("2024-01-22T00:00:00", "day"),
    "Ngày đăng: 28/10/2019": ("2019-10-28T00:00:00", "day"),
    "Ngày đăng: 04/05/2023 | 00:05": ("2023-05-04T00:05:00", "minute"),
    "Tin đăng ngày: 25/10/2019 - Xem: 544": ("2019-10-25T00:00:00", "day"),
    "Cập nhật: Thứ Ba, ngày 14/01/2020": ("2020-01-14T00:00:00", "day"),
    "Cập nhật lúc 06:08, Thứ Hai, 23/03/2020 (GMT+7)": ("2020-03-23T06:08:00", "minute"),
    "Cập nhật, 12:53, Chủ Nhật, 13/05/2018 (GMT+7)": ("2018-05-13T12:53:00", "minute"),
    "Thời gian: 22/07/2022 07:29": ("2022-07-22T07:29:00", "minute"),
    "01/04/2022 10:22:23 Xem cỡ chữ Google": ("2022-04-01T10:22:23", "second"),
    "22/01/2018 In trang": ("2018-01-22T00:00:00", "day"),
    "(23/07/2021)": ("2021-07-23T00:00:00", "day"),
    "(18/05/2020, 20:21)": ("2020-05-18T20:21:00", "minute"),
    "(Thứ hai, 19/04/2021 15:17)": ("2021-04-19T15:17:00", "minute"),
    "T6, 01/09/2017 - 08:58": ("2017-09-01T08:58:00", "minute"),
    "Thứ sáu, 21/01/2022, 16:21": ("2022-01-21T16:21:00", "minute"),
    "Thứ Ba, 19/05/2015 | 09:04": ("2015-05-19T09:04:00", "minute"),
    "Thứ Sáu, ngày 28/07/2023 | 14:09": ("2023-07-28T14:09:00", "minute"),
    "Thứ Năm, ngày 05/12/2013 09:53 AM (GMT+7)": ("2013-12-05T09:53:00", "minute"),
    "Thứ 6, 15/08/2025, 17:31[GMT+7]": ("2025-08-15T17:31:00", "minute"),
    "Thứ năm Ngày 6/8/2020": ("2020-08-06T00:00:00", "day"),
    "Thứ Ba, 29.11.2022 - 07:56:45": ("2022-11-29T07:56:45", "second"),
    "10.06.2025 | 07:20 AM": ("2025-06-10T07:20:00", "minute"),
    "Chủ nhật, 14-12-25 20:54:35": ("2025-12-14T20:54:35", "second"),
    "20:41 , 24/12/2025": ("2025-12-24T20:41:00", "minute"),
    "09:37 14/06/2010": ("2010-06-14T09:37:00", "minute"),
    "27 / 07 / 2015 - 19:44:01": ("2015-07-27T19:44:01", "second"),
    "Ngày đăng 09/09/2020 | 05:07 PM  | View count: 842": ("2020-09-09T17:07:00", "minute"),
    "03/08/2012 | 12:00 AM": ("2012-08-03T00:00:00", "day"),
    "03/08/2012 | 12:15 PM": ("2012-08-03T12:15:00", "minute"),
    "07-03-2026 - 00:01 AM": ("2026-03-07T00:01:00", "minute"),
    "Thứ hai - 25/06/2018 16:24": ("2018-06-25T16:24:00", "minute"),
    "07/03/2026 08:52 (GMT+07:00)": ("2026-03-07T08:52:00", "minute"),
    "Thứ Tư, ngày 11 tháng 6 năm 2025": ("2025-06-11T00:00:00", "day"),
    "2026-03-07T08:52:11.000 +07:00": ("2026-03-07T08:52:11", "second"),
    "2026-03-07T01:52:11Z": ("2026-03-07T08:52:11", "second"),
    "Người đăng tin: Test Test Ngày đăng tin: 14/11/2012 Lượt xem: 31": ("2012-11-14T00:00:00", "day"),
    "Cập nhật lúc: 14:14 21/05/2023 - Tác giả: Nguyễn Thị Vân - Lượt xem: 288": ("2023-05-21T14:14:00", "minute"),
    "Ngày 16-08-2016 - 17:46:00 | 552 lượt xem | A+ A-": ("2016-08-16T17:46:00", "second"),
}


@pytest.mark.parametrize("text", SHAPES)
def test_a_date_line_is_read(text):
    stamp, precision = SHAPES[text]

    found = date_line(text)

    assert found is not None
    assert found.value is not None
    assert found.value.tzinfo is VN
    assert (found.value.replace(tzinfo=None).isoformat(), found.precision) == (stamp, precision)


@pytest.mark.parametrize(
    "text",
    [
        "Ngày 10/6, Đảng bộ Sở Khoa học và Công nghệ Hà Tĩnh tiến hành tổ chức Đại hội",
        "Chiều ngày 17/11/2017, Sở tổ chức họp báo",
        "Trong nhiệm kỳ 2020-2025",
        "Kinh phí 12.000.000 đồng",
        "Quyết định số 18/QĐ-UBND ngày 12/3/2021 của UBND tỉnh",
        "Từ 01/01/2020 đến 31/12/2020",
        "Thời gian nộp hồ sơ: trước ngày 30/9/2024",
        "",
    ],
)
def test_a_date_in_a_sentence_is_no_date_line(text):
    assert date_line(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("16/72/2020", "impossible"),
        ("31/02/2020", "impossible"),
        ("00:00 | 00-00-0000", "zero"),
        ("-0001-11-30 07:06:30", "zero"),
        ("10:61 | 11-06-2025", "impossible"),
        ("11/06/0025", "impossible"),
        ("", "absent"),
        (None, "absent"),
        ("Tin tức", "absent"),
    ],
)
def test_what_is_no_date_says_why(text, reason):
    found = parse_vi_datetime(text)

    assert (found.value, found.precision, found.reason) == (None, None, reason)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Hội nghị tổng kết năm (23/07/2021)", "Hội nghị tổng kết năm"),
        ("Hội nghị tổng kết năm 22/5/2020, 10:21 (GMT+7)", "Hội nghị tổng kết năm"),
        ("10:16 | 11-06-2025 Hội nghị tổng kết năm", "Hội nghị tổng kết năm"),
        ("Tin tức - Sự kiện Thứ Ba, 19/05/2015 | 09:04", "Tin tức - Sự kiện"),
    ],
)
def test_a_date_is_split_off_the_line_it_shares(text, rest):
    found = split_edge_date(text)

    assert found is not None
    assert found[0] == rest


def test_a_date_without_its_time_inside_a_line_is_left_there():
    assert split_edge_date("Kết luận ngày 12/5/2020 của Tỉnh ủy") is None
    assert split_edge_date("Lúc 14:00 ngày 20/5/2020 tại hội trường") is None


def test_a_clock_alone_is_told_from_a_sentence():
    assert clock_only("10:16 |")
    assert not clock_only("Lúc 10:16 khai mạc")
