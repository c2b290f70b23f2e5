"""The shape of names: of persons, with pen names and initials, and of offices, papers and agencies."""

from __future__ import annotations

import re

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_LOWER = _UPPER.lower().replace("a-z", "a-z")
# H'Hen and Êñuôl are of the Central Highlands.
_SYLLABLE = re.compile(rf"(?:[{_UPPER}]['’])?[{_UPPER}][{_LOWER}ñ]{{0,6}}")
_SHOUTED = re.compile(rf"[{_UPPER}]{{1,7}}")
_INITIALS = re.compile(
    rf"(?:[{_UPPER}][{_LOWER}]{{0,2}}\.\s?){{1,4}}(?:[{_UPPER}][{_LOWER}{_UPPER}]{{0,6}})?\.?|[{_UPPER}]{{2,4}}"
)
_OFFICE = re.compile(
    r"(?:ban|trung tâm|văn phòng|vp|phòng|sở|chi cục|cục|vụ|viện|tổ|báo|tạp chí|cổng|công đoàn|đảng ủy"
    r"|đảng uỷ|đảng bộ"
    r"|đoàn (?:thanh niên|cơ sở|tncs|khối|trường|thanh tra|kiểm tra|viên|công tác)|chi bộ|chi đoàn|chi hội"
    r"|hội(?! (?:nghị|thảo|thi|chợ))|liên hiệp"
    r"|thanh tra|bộ|ubnd|ủy ban|uỷ ban|hđnd|bbt|btv|ctv|pv|tttt|ttxvn|thông tấn xã|đài|trường|quỹ|liên đoàn|mặt trận"
    r"|vnexpress|vietnam(?:net|plus)?|internet|nhóm|phóng viên|biên tập|biên tập viên|cộng tác viên|tổng cục"
    r"|sàn giao dịch"
    r"|tỉnh ủy|tỉnh uỷ|thành ủy|thành uỷ|huyện ủy|huyện uỷ|công ty|tập đoàn|nhà báo|website|trang thông tin|trang tin"
    r"|học viện|kho bạc|công an|bảo hiểm)(?!\w)"
)
# An office that does something is a sentence, and no name.
_DOES = re.compile(
    r"(?<!\w)(?:(?<!ban )tổ chức|ban hành|thông báo|trao|tặng|phát biểu|điều hành|tham dự|tham gia|dự|chủ trì"
    r"|khai mạc"
    r"|triển khai|thực hiện|làm việc|phối hợp|đã|đang|sẽ|được|kiểm tra tại|chụp ảnh|chúc mừng|biểu quyết"
    r"|trình bày|thăm"
    r"|tiến hành|thảo luận|công bố|ký kết|nhiệm kỳ|tại|và các|cùng|nghiệm thu|khảo sát|giới thiệu|hướng dẫn"
    r"|tiếp)(?!\w)"
)
# So it is when it says something, in small letters: "Phòng Đánh giá" is a name, "Hội đồng đánh giá cao" none.
_SAYS = re.compile(
    r"(?<!\w)(?:đề nghị|đề xuất|kiến nghị|yêu cầu|thống nhất|nhất trí|kết luận|xem xét|thông qua|xếp loại|bỏ phiếu"
    r"|đánh giá (?:cao|kết|đề|mô)|chấm (?:điểm|\d)|ghi nhận|cho (?:rằng|biết|phép)|khẳng định|mong|cảm ơn|chúc"
    r"|trân trọng|kính (?:mời|gửi)|gồm|họp|gửi|góp ý|bàn giao|cấp giấy|trước (?:khi|ngày)|sau (?:khi|đó)"
    r"|là|để|nhằm|nên|cần|phải|khi|rằng|này)(?!\w)"
    r"|\d{2,} ?%|\d/\d"
)
# Names of sections, printed with capitals as names are: "KHOA HỌC", "Chuyển Đổi Số".
_SECTION = re.compile(
    r"(?<!\w)(?:tin tức|sự kiện|khoa học|công nghệ|chuyển đổi|đổi mới|sáng tạo|thông báo|văn bản|hoạt động"
    r"|trong (?:tỉnh|nước)"
    r"|quốc tế|hình ảnh|sở hữu|trí tuệ|tiêu chuẩn|đo lường|chất lượng|nông nghiệp|chính trị|xã hội|kinh tế|giáo dục"
    r"|y tế|môi trường|pháp luật|thời sự|khởi nghiệp|an toàn|bức xạ|tin (?:mới|nổi bật|vắn))(?!\w)",
    re.I,
)
_ALIAS = re.compile(r"\s*\((?:[^()]{1,40})\)\s*$")
NOTE = re.compile(
    r"\s*(?:\((?:tổng hợp|t/h|th|st|sưu tầm|lược ghi|ghi|biên soạn|biên tập|thực hiện|(?:biên |lược )?dịch|bt|gt)\)"
    r"|(?<=\w)\s(?:tổng hợp|sưu tầm|lược ghi|biên soạn|thực hiện|(?:biên |lược )dịch))\s*$",
    re.I,
)
_DEGREE = re.compile(
    r"(?:(?:TS|ThS|GS|PGS|CN|KS|BS|CVC|CV|Nhà báo|Phóng viên|Kỹ sư|Tiến sĩ|Thạc sĩ)[.,\s]\s*)+(?=\w)", re.I
)
_JOB = re.compile(
    r"(?:nguyên |quyền )?(?:phó )?(?:tổng )?(?:giám đốc|chủ tịch|bí thư|trưởng (?:phòng|ban|khoa)"
    r"|chánh (?:văn phòng|thanh tra)|viện trưởng|chi cục trưởng|chi cục phó|hiệu trưởng|chuyên viên|cán bộ)(?!\w)",
    re.I,
)
"""An office that somebody holds, printed after the name."""
_DASH = re.compile(r"\s*;\s*|\s+[-–—]\s*|\s*[-–—]\s+")
_COMMA = re.compile(r"\s*[,/+|]\s*")
_AND = re.compile(r"\s+(?:và|&)\s+|(?<=\w{2})[-–—](?=\w{2})")
_END = re.compile(r"[.!?…:;]$")


def is_person(text: str) -> bool:
    """Say whether *text* has the shape of a person's name, pen name or initials.

    >>> [is_person(t) for t in ("Tùng Như", "THANH SANG", "V.K.D", "K.Oanh", "Toàn cảnh Đại hội")]
    [True, True, True, True, False]
    """
    text = _ALIAS.sub("", text).strip()
    if _SECTION.search(text):
        return False
    if _INITIALS.fullmatch(text):
        return True
    words = text.split()
    if not 2 <= len(words) <= 6:
        return False
    if all(_SYLLABLE.fullmatch(word) or _INITIALS.fullmatch(word) for word in words):
        return True
    return len(words) <= 5 and all(_SHOUTED.fullmatch(word) for word in words)


def is_office(text: str) -> bool:
    """Say whether *text* names an office, a paper or an editorial board.

    >>> is_office("Trung tâm Thông tin và Ứng dụng TBKHCN"), is_office("Toàn cảnh Đại hội")
    (True, False)
    """
    if len(text) > 100 or not text[:1].isupper() or _END.search(text):
        return False
    lower = text.lower()
    return bool(_OFFICE.match(lower)) and not _DOES.search(lower) and not _SAYS.search(text)


def names_in(text: str) -> list[str] | None:
    """Return the names in a list of names; None when a part is none.

    Dashes part first, then commas, then ``và``: an office may hold the weaker ones in its own name.
    """
    text = NOTE.sub("", text).strip(" ,;")
    names: list[str] = []
    pending = [(text, 0)]
    while pending:
        part, level = pending.pop()
        name = part.strip(" ,;") if _INITIALS.fullmatch(part.strip()) else part.strip(" .,;")
        name = NOTE.sub("", name)
        if not name:
            continue
        if is_office(name) and not (level == 0 and _DASH.search(name)):
            names.append(name)
        elif is_person(bare := _DEGREE.sub("", name)):
            names.append(_affiliation(bare))
        elif names and level and _JOB.match(name):
            continue
        elif level < 3:
            pending += [(piece, level + 1) for piece in reversed((_DASH, _COMMA, _AND)[level].split(name))]
        else:
            return None
    return names or None


def _affiliation(name: str) -> str:
    """Take the office in brackets off a person's name; an alias stays."""
    found = _ALIAS.search(name)
    return name[: found.start()] if found and is_office(found.group().strip(" ()")) else name
