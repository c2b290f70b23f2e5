"""The 53 shapes in which Vietnamese portals print a date, as patterns to be filled with any moment.

A pattern is filled by :func:`fill`; what a reader can get back from it is told by :func:`precision_of`.
"""

from __future__ import annotations

import re
from datetime import datetime

LONG = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")
SHORT = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
FIGURE = ("Thứ 2", "Thứ 3", "Thứ 4", "Thứ 5", "Thứ 6", "Thứ 7", "Chủ nhật")
ENGLISH = ("MONday", "TUESday", "WEDNESday", "THURSday", "FRIday", "SATURday", "SUNday")

LINES: dict[int, tuple[str, ...]] = {
    1: ("{HH}:{MM} | {dd}-{mm}-{Y}",),
    2: ("{HH}:{MM} | {dd}/{mm}/{Y}",),
    3: ("{d}/{m}/{Y}, {H}:{M} (GMT+7)", "{d}/{m}/{Y}, {HH}:{MM} (GMT+7)"),
    4: ("Cập nhật {d}/{m}/{Y}, {HH}:{MM}:{SS}", "{d}/{m}/{Y}, {HH}:{MM}:{SS}"),
    5: ("Ngày {dd}-{mm}-{Y}",),
    6: ("Ngày {dd}-{mm}-{Y} Lượt xem 53",),
    7: ("Ngày đăng: {dd}-{mm}-{Y}",),
    8: ("Ngày đăng: {dd}/{mm}/{Y}",),
    9: ("Ngày đăng: {dd}/{mm}/{Y} {HH}:{MM}",),
    10: ("Ngày đăng: {dd}/{mm}/{Y} | {HH}:{MM}",),
    11: ("Người đăng tin: Test Test Ngày đăng tin: {dd}/{mm}/{Y} Lượt xem: 31",),
    12: ("Tin đăng ngày: {dd}/{mm}/{Y} - Xem: 544",),
    13: ("Cập nhật: {Weekday}, ngày {dd}/{mm}/{Y}",),
    14: ("Cập nhật lúc {HH}:{MM}, {Weekday}, {dd}/{mm}/{Y} (GMT+7)",),
    15: ("Cập nhật, {HH}:{MM}, {Weekday}, {dd}/{mm}/{Y} (GMT+7)",),
    16: ("Thời gian: {dd}/{mm}/{Y} {HH}:{MM}",),
    17: ("{dd}/{mm}/{Y} {HH}:{MM}",),
    18: ("{dd}/{mm}/{Y} {HH}:{MM}:{SS} Xem cỡ chữ Google",),
    19: ("{dd}/{mm}/{Y}", "A A {dd}/{mm}/{Y}"),
    20: ("{dd}/{mm}/{Y} In trang",),
    21: ("({dd}/{mm}/{Y})",),
    22: ("({dd}-{mm}-{Y})",),
    23: ("({dd}/{mm}/{Y}, {HH}:{MM})",),
    24: ("({weekday}, {dd}/{mm}/{Y} {HH}:{MM})",),
    25: ("Đăng bài thanhsang {T}, {dd}/{mm}/{Y} - {HH}:{MM}", "{T}, {dd}/{mm}/{Y} - {HH}:{MM}"),
    26: ("{weekday}, {dd}/{mm}/{Y}, {HH}:{MM}",),
    27: ("{weekday}, {dd}/{mm}/{Y} {HH}:{MM}",),
    28: ("{Weekday}, {dd}/{mm}/{Y} | {HH}:{MM}",),
    29: ("{Weekday}, ngày {dd}/{mm}/{Y} | {HH}:{MM}",),
    30: ("{Weekday}, ngày {dd}/{mm}/{Y} {hh}:{MM} {half} (GMT+7)",),
    31: ("{figure}, {dd}/{mm}/{Y} | {HH}:{MM}:{SS}",),
    32: ("{figure}, {dd}/{mm}/{Y}, {HH}:{MM}[GMT+7]",),
    33: ("{weekday} Ngày {d}/{m}/{Y}",),
    34: ("{Weekday} ngày {dd}/{mm}/{Y}",),
    35: ("{Weekday}, {dd}/{mm}/{Y}",),
    36: ("{Weekday}, {dd}.{mm}.{Y} - {HH}:{MM}:{SS}",),
    37: ("{dd}.{mm}.{Y} | {hh}:{MM} {half}",),
    38: ("{weekday}, {dd}-{mm}-{yy} {HH}:{MM}:{SS}",),
    39: ("{HH}:{MM}, {dd}/{mm}/{Y}",),
    40: ("{HH}:{MM} , {dd}/{mm}/{Y}",),
    41: ("{HH}:{MM} {dd}/{mm}/{Y}",),
    42: ("{dd} / {mm} / {Y} - {HH}:{MM}:{SS}",),
    44: ("Ngày đăng {dd}/{mm}/{Y} | {hh}:{MM} {half}  | View count: 842",),
    45: ("{dd}/{mm}/{Y} | {hh}:{MM} {half}",),
    46: ("({dd}/{mm}/{Y})",),
    47: ("cms-publish-date {dd}/{mm}/{Y} | {HH}:{MM}  | cms-view-count: 2251",),
    48: (
        "{weekday} - {dd}/{mm}/{Y} {HH}:{MM}", "{dd}/{mm}/{Y} {HH}:{MM}:{SS}", "{HH}:{MM} {dd}/{mm}/{Y}",
        "{dd}/{mm}/{Y} {hh}:{MM}:{SS} {half}",
    ),
    49: ("Posted at: {English} - {dd}/{mm}/{Y} {HH}:{MM}",
         "Posted at: {English} - {dd}/{mm}/{Y} {HH}:{MM} - post name: Tran Van Binh"),
    50: ("Update {dd}-{mm}-{Y} {HH}:{MM}", "Update: {dd}-{mm}-{Y} | {HH}:{MM}:{SS}"),
    52: (
        "{Weekday}, {dd}/{mm}/{Y} - {HH}:{MM}", "{weekday}, {d}/{m}/{Y}, {HH}:{MM} (GMT+7)",
        "{dd}/{mm}/{Y} {HH}:{MM} (GMT+07:00)", "{dd}/{mm}/{Y} {HH}:{MM} GMT+7", "{dd}-{mm}-{Y} - {HH}:{MM} AM",
        "- {dd}/{mm}/{Y} {HH}:{MM}",
    ),
}  # fmt: skip
"""Lines that hold nothing but the date."""

SHARED: dict[int, tuple[tuple[str, str], ...]] = {
    21: (("Khai mạc Techfest vùng {}", "({dd}/{mm}/{Y})"),),
    22: (("Trang chủ > Tin tức > Khai mạc Techfest vùng {}", "({dd}-{mm}-{Y})"),),
    23: (("Khai mạc Techfest vùng {}", "({dd}/{mm}/{Y}, {HH}:{MM})"),),
    20: (("Khai mạc Techfest vùng {}", "{dd}/{mm}/{Y} In trang"),),
    43: (("KIM DUNG - VŨ PHƯỜNG {}", "{dd}/{mm}/{Y} {HH}:{MM}"),),
    46: (("Khai mạc Techfest vùng {}", "({dd}/{mm}/{Y})"),),
}
"""Lines that hold a headline, a trail or names beside the date."""

ZERO = {51: "-0001-11-30 07:06:30"}
"""What a database prints for no date."""

SENTENCES: dict[int, tuple[str, ...]] = {
    53: (
        "Ngày {d}/{m}, Đảng bộ Sở tiến hành Đại hội",
        "Ngày {dd} tháng {mm} năm {Y}, tại hội trường Sở, Công đoàn cơ sở họp mặt",
        "Chiều ngày {dd}/{mm}/{Y}, Sở tổ chức họp báo",
        "Hội thảo diễn ra ngày {d}.{m} tại thành phố",
        "(KHCN - {d}/{m}/{Y}) Sáng nay, Sở tổ chức tập huấn",
        "Ngày {dd}-{mm}, đoàn công tác đến thăm cơ sở",
    ),
}
"""Leads that name the day of the event."""

_PARTS = re.compile(r"\{(?P<name>\w+)\}")


def fill(pattern: str, moment: datetime) -> str:
    """Return *pattern* as a portal prints it at *moment*."""
    at = moment.weekday()
    values = {
        "d": f"{moment.day}", "dd": f"{moment.day:02}", "m": f"{moment.month}", "mm": f"{moment.month:02}",
        "Y": f"{moment.year:04}", "yy": f"{moment.year % 100:02}", "H": f"{moment.hour}", "HH": f"{moment.hour:02}",
        "M": f"{moment.minute}", "MM": f"{moment.minute:02}", "SS": f"{moment.second:02}",
        "hh": f"{moment.hour % 12 or 12:02}", "half": "AM" if moment.hour < 12 else "PM",
        "weekday": LONG[at], "Weekday": LONG[at].title(), "T": SHORT[at], "figure": FIGURE[at],
        "English": ENGLISH[at],
    }  # fmt: skip
    return _PARTS.sub(lambda found: values[found["name"]], pattern)


def precision_of(pattern: str, moment: datetime) -> str:
    """Return how much of *moment* the filled pattern really tells."""
    if "{M" not in pattern:
        return "day"
    # Midnight with AM stands for no time at all on migrated posts.
    halved = "{half}" in pattern or pattern.endswith(" AM")
    if halved and (moment.hour, moment.minute, moment.second if "{SS}" in pattern else 0) == (0, 0, 0):
        return "day"
    return "second" if "{SS}" in pattern else "minute"


def told(pattern: str, moment: datetime) -> datetime:
    """Return what the filled pattern tells of *moment*, without a zone."""
    precision = precision_of(pattern, moment)
    if precision == "day":
        return moment.replace(hour=0, minute=0, second=0)
    return moment if precision == "second" else moment.replace(second=0)
