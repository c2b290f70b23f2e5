"""The parts of a date line as Vietnamese portals print them: date, time, weekday, labels, counters, buttons."""

from __future__ import annotations

import re

_MARK = r"(?P<mark>[/.\-])"
DATES = (
    # 2022-05-18T10:21:00+07:00 and its misprints: a zone word or a space in it, no zone at all.
    r"(?P<y>-?\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)(?=\D|$)",
    # 08 tháng 05 năm 2020
    r"(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})\s+(?:năm\s+)?(?P<y>\d{4})(?!\d)",
    # 22/5/2020, 11-06-2025, 29.11.2022, 27 / 07 / 2015
    r"(?<![\d/])(?<!\d\.)(?P<d>\d{1,2})\s*" + _MARK
    + r"\s*(?P<m>\d{1,2})\s*(?P=mark)\s*(?P<y>\d{4})(?![\d/]|\.\d{3})",
    # 14-12-25: a year of two figures only with a time or a weekday beside it, see _read
    r"(?<![\d/.\-])(?P<d>\d{1,2})" + _MARK + r"(?P<m>\d{1,2})(?P=mark)(?P<y>\d{2})(?![\d/.\-])",
)  # fmt: skip
DATE = tuple(re.compile(pattern, re.I) for pattern in DATES)
TIME = re.compile(
    r"(?<![\d:/.\-])(?P<H>\d{1,2})(?:\s?:\s?(?=\d)|\s?(?:[hg]|giờ)\s?(?=\d\d))(?P<M>\d{1,2})(?:\s?(?:[:']"
    r"|phút)\s?(?P<S>\d{2}))?(?:\.\d{1,6})?"
    r"(?:\s?phút)?(?![\d:])(?:\s*(?P<half>[AP]\.?M\.?|SA|CH)(?!\w))?",
    re.I,
)
ISO_TIME = re.compile(
    r"[T ](?P<H>\d{2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?(?:\.\d+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?(?!\d)"
)
# 2022-05-18+0710:21:00 and 2015-05-18ICT10:21:00: NukeViet prints the zone where the letter T was meant.
ZONE_TIME = re.compile(r"(?P<zone>[+-]\d{2}|[A-Z]{3})(?P<H>\d{2}):(?P<M>\d{2}):(?P<S>\d{2})(?!\d)")
ZONE = re.compile(r"[(\[]?\s*(?:GMT|UTC)\s*\+?\s*0?7(?::?00)?\s*[)\]]?", re.I)
WEEKDAY = re.compile(
    r"(?<!\w)(?:thứ\s*(?:hai|ba|tư|bốn|năm|sáu|bảy|bẩy|[2-7])|chủ\s*nhật|T[2-7]|CN"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?!\w)",
    re.I,
)
LABEL = re.compile(
    r"(?<!\w)(?:(?:tin|bài)\s+(?:được\s+)?(?:đăng|viết|cập nhật)\s*(?:lúc|ngày|vào)*(?:\s+ngày)?"
    r"|(?:ngày|thời gian|giờ)\s+(?:đăng|xuất bản|cập nhật|tạo|phát hành|công bố|gửi|viết)(?:\s+(?:tin|bài))?"
    r"|(?:được\s+)?(?:đăng|cập nhật|xuất bản|đã đăng|viết|gửi)(?:\s+(?:lúc|ngày|vào|bởi|tin|bài|cuối|lần cuối))*"
    r"|ngày|thời gian|lúc|vào|posted(?:\s+(?:at|on))?|published|update[d]?|date|cms-publish-date)(?!\w)\s*:?",
    re.I,
)
COUNTER = re.compile(
    r"(?:(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc|truy cập|dow\w*|tải)|đã\s+(?:xem|đọc)|lượt|xem|view\s*count|views?|hits?"
    r"|đọc|cms-view-count)\s*:?\s*[\d.,]+|[\d.,]+\s*(?:lượt\s+(?:xem|đọc|truy cập)|views?|lượt)(?!\w)"
    r"|(?:số\s+)?(?:lượt|lần)\s+(?:xem|đọc)\s*:?|bình luận\s*:?\s*\d+|\d+\s+bình luận",
    re.I,
)
EDGE_BRACKET = re.compile(r"[(\[]([^()\[\]]{6,40})[)\]]\s*(?:In trang\s*)?$")
CLOCK_BEFORE = re.compile(TIME.pattern + r"[\s|,\-–]*(?:" + WEEKDAY.pattern + r"[\s,]*)?(?:ngày\s*)?$", re.I)
CLOCK_AFTER = re.compile(r"[\s|,\-–]*" + TIME.pattern + r"\s*(?:" + ZONE.pattern + ")?", re.I)
EDGE_WORDS_END = re.compile(r"[\s|,\-–(]*(?:" + WEEKDAY.pattern + r"|" + LABEL.pattern + r")[\s,:]*$", re.I)
# Who posted it, up to the next separator or label: "Tác giả: Nguyễn Thị Hồng Vân - ".
POSTER = re.compile(
    r"(?<!\w)(?:tác giả|người (?:đăng|gửi|viết)(?:\s+(?:tin|bài))?|đăng bởi|nguồn(?: tin)?|author)\s*:"
    r"(?:\s*(?!(?:ngày|thứ|lúc|lượt|số|cập|đăng|xem|vào)(?!\w))[^\W\d_][\w.&]*){1,7}",
    re.I,
)
# Who posted it without a colon, as an account's name stands before the weekday: "Đăng bài thanhsang T6, ".
ACCOUNT = re.compile(
    r"(?<!\w)đăng bài\s+[\w.@-]{2,30}(?=\s+(?:T[2-7]|CN|thứ|chủ|\d))"
    r"|(?<!\w)post(?:ed)? (?:name|by)\s*:(?:\s*[^\W\d_][\w.&]*){1,6}",
    re.I,
)
CHANGED = re.compile(r"(?<!\w)(?:ngày\s+)?(?:cập nhật|chỉnh sửa|sửa đổi|updated?|modified)(?!\w)", re.I)
POSTED = re.compile(r"(?<!\w)(?:ngày\s+(?:đăng|xuất bản|tạo)|(?:tin\s+)?đăng|posted|published)(?!\w)", re.I)
WORD = re.compile(r"[^\s|,;:.\-–—/()\[\]•·»>*&+]")
WORDLESS = re.compile(r"[\s|,;:.\-–—/()\[\]•·»>*&+]+")
MAY_BE_DATE = re.compile(r"\d\s*[/.\-]\s*\d|\d\s+tháng\s", re.I)
"""What every form of ``DATES`` holds; most lines of a page do not."""
BUTTONS = re.compile(
    r"(?<!\w)(?:in trang|in bài(?: viết)?|bản in|in|a\s?[+-]|a|google|(?:xem )?cỡ chữ|e-?mail|gửi (?:email"
    r"|mail)|gmt|chia sẻ)(?!\w)",
    re.I,
)
