"""Names at the end of an article and in captions: who wrote, who took the pictures, what was the source."""

from __future__ import annotations

import re
from typing import NamedTuple

from archive.text import fold

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_LOWER = _UPPER.lower().replace("a-z", "a-z")
_SYLLABLE = re.compile(rf"[{_UPPER}][{_LOWER}]{{0,6}}")
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
_ROLE = re.compile(
    r"\s*(?P<role>(?:(?:tin|bài|bài viết|nội dung|ảnh|hình ảnh|hình|photo|video|clip)"
    r"(?:\s*(?:,|và|&|\+|-|–|/)\s*|\s+))*(?:tin|bài viết|bài|nội dung|ảnh|hình ảnh|hình|photo|video|clip)"
    r"|tác giả|người viết|thực hiện|người thực hiện|tổng hợp|đưa tin|người đưa tin|ctv|pv|biên soạn"
    r"|nguồn(?:\s+tin|\s+ảnh)?|theo)(?P<colon>\s*:\s*|\s+|$)",
    re.I,
)
_ALIAS = re.compile(r"\s*\((?:[^()]{1,40})\)\s*$")
_NOTE = re.compile(
    r"\s*\((?:tổng hợp|t/h|th|st|sưu tầm|lược ghi|ghi|biên soạn|biên tập|thực hiện|lược dịch|dịch|bt|gt)\)\s*$", re.I
)
_DASH = re.compile(r"\s*;\s*|\s+[-–—]\s*|\s*[-–—]\s+")
_COMMA = re.compile(r"\s*[,/+|]\s*")
_AND = re.compile(r"\s+(?:và|&)\s+|(?<=\w{2})[-–—](?=\w{2})")
_NO_CREDIT = re.compile(r"(?:minh hoa|tu lieu|chi mang tinh .*|co tinh chat .*|trong bai .*)$")
_END = re.compile(r"[.!?…:;]$")
_SOURCE = re.compile(r"[\"“‘]?[^\W\d_a-zà-ỹđ]|(?:https?://)?[\w-]+(?:\.[\w-]+)+/?$")
MAX_BYLINE = 140
"""Longer lines name no writers; the longest byline seen has 60 letters."""


class Byline(NamedTuple):
    """Who a line names."""

    authors: tuple[str, ...] = ()
    """Writers."""
    photographers: tuple[str, ...] = ()
    """Photographers."""
    source: str | None = None
    """Source named by ``Nguồn:`` or ``Theo``."""
    labelled: bool = False
    """A label such as ``Tác giả:`` or ``Ảnh`` says that it is a byline."""


def is_person(text: str) -> bool:
    """Say whether *text* has the shape of a person's name, pen name or initials.

    >>> [is_person(t) for t in ("Tùng Như", "THANH SANG", "V.K.D", "K.Oanh", "Toàn cảnh Đại hội")]
    [True, True, True, True, False]
    """
    text = _ALIAS.sub("", text).strip()
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
    return bool(_OFFICE.match(lower)) and not _DOES.search(lower)


def parse_byline(text: str) -> Byline | None:
    """Return whom a line names, or None when it is no byline.

    Understood: names parted by commas, dashes or ``và``; roles before names
    (``Ảnh Huỳnh Sang``, ``Tin, ảnh: A``); ``Nguồn:`` and ``Theo``; brackets
    round all of it; notes such as ``(tổng hợp)``. Every part has to be a name.

    >>> parse_byline("Ngọc Triều, Ảnh Huỳnh Sang")
    Byline(authors=('Ngọc Triều',), photographers=('Huỳnh Sang',), source=None, labelled=True)
    >>> parse_byline("Đại hội thành công tốt đẹp.") is None
    True
    """
    text = text.strip().strip("*_").strip()
    if not text or len(text) > MAX_BYLINE or text.endswith("/."):
        return None
    if text[0] == "(" and text[-1] == ")" and text.count("(") == 1:
        text = text[1:-1].strip()
    text = re.sub(r"^[-–—•]\s*", "", text)
    if re.search(r"\w{3,}\.$", text):
        text = text[:-1]
    authors: list[str] = []
    photographers: list[str] = []
    source: str | None = None
    labelled = False
    for role, names in _parts(text):
        if role and not names:
            return None
        if role in ("source",):
            if source is not None or len(names) > 90 or not _SOURCE.match(names):
                return None
            source, labelled = _NOTE.sub("", names).strip(" ,;-–"), True
            continue
        people = _names(names)
        if people is None:
            return None
        labelled = labelled or bool(role)
        if role != "photo":
            authors += [name for name in people if name not in authors]
        if role in ("photo", "both"):
            photographers += [name for name in people if name not in photographers]
    if not authors and not photographers and source is None:
        return None
    return Byline(tuple(authors), tuple(photographers), source, labelled)


def _parts(text: str) -> list[tuple[str, str]]:
    """Cut a line at its role words: ``[("text", "A"), ("photo", "B")]``; role is empty without one."""
    cuts: list[tuple[int, int, str]] = []
    at = 0
    while at < len(text):
        # A role word begins a part: at the start, or after a separator or bracket.
        match = _ROLE.match(text, at)
        if match and _is_role(match, text):
            cuts.append((at, match.end(), _role(match.group("role"))))
            at = match.end()
        following = re.compile(r"[,;.(|/]\s*|\s[-–—]\s|\s+(?=(?:ảnh|Ảnh|ẢNH)\s*:)").search(text, at)
        if not following:
            break
        at = following.end()
    if not cuts:
        return [("", text)]
    parts = [("", text[: cuts[0][0]])] if cuts[0][0] else []
    for number, (_, end, role) in enumerate(cuts):
        stop = cuts[number + 1][0] if number + 1 < len(cuts) else len(text)
        parts.append((role, text[end:stop]))
    return [(role, names.strip(" ,;.|/()-–—") if "(" not in names.strip(" (") else names.strip(" ,;|/-–—"))
            for role, names in parts if role or names.strip(" ,;.|/()-–—")]  # fmt: skip


def _is_role(match: re.Match[str], text: str) -> bool:
    """Tell a role from a name that begins alike: without a colon a capitalised name must follow."""
    if ":" in match.group("colon"):
        return True
    role = match.group("role").lower()
    after = text[match.end() :]
    if not after[:1].isupper() and not role.startswith("theo"):
        return False
    if role in ("bài", "ảnh", "tin", "hình", "ctv", "pv", "hình ảnh", "tác giả", "thực hiện") or "," in role:
        return True
    return role == "theo" or len(role.split()) > 1


def _role(words: str) -> str:
    words = words.lower()
    if words.startswith(("nguồn", "theo")):
        return "source"
    photo = re.search(r"(?:ảnh|hình|photo|video|clip)", words) is not None
    text = re.search(r"(?:tin|bài|nội dung)", words) is not None
    return "both" if photo and text else "photo" if photo else "text"


def _names(text: str) -> list[str] | None:
    """Split a list of names; None when a part is none.

    Dashes part first, then commas, then ``và``: an office may hold the weaker ones in its own name.
    """
    text = _NOTE.sub("", text).strip(" ,;")
    names: list[str] = []
    pending = [(text, 0)]
    while pending:
        part, level = pending.pop()
        name = part.strip(" ,;") if _INITIALS.fullmatch(part.strip()) else part.strip(" .,;")
        name = _NOTE.sub("", name)
        if not name:
            continue
        if is_office(name) and not (level == 0 and _DASH.search(name)):
            names.append(name)
        elif is_person(name):
            names.append(_affiliation(name))
        elif level < 3:
            pending += [(piece, level + 1) for piece in reversed((_DASH, _COMMA, _AND)[level].split(name))]
        else:
            return None
    return names or None


def _affiliation(name: str) -> str:
    """Take the office in brackets off a person's name; an alias stays."""
    found = _ALIAS.search(name)
    return name[: found.start()] if found and is_office(found.group().strip(" ()")) else name


class Caption(NamedTuple):
    """A caption and what it says of its picture's origin."""

    text: str | None
    """The caption without the credit."""
    credit: str | None
    """Photographer or source."""
    photographers: tuple[str, ...]
    """The persons of the credit."""


_CREDIT_IN_BRACKETS = re.compile(
    r"\s*[(\[]\s*(?:Nguồn\s+)?(?:Ảnh|Hình|Nguồn|Photo)(?:\s+ảnh)?\s*(?::|\s)\s*([^()\[\]]{2,80})[)\]]\s*\.?\s*$", re.I
)
_CREDIT_AT_END = re.compile(
    r"(?:^|(?<=[.!?])\s*|[\s,;\-–—|]+)(?:Ảnh|Hình|Nguồn ảnh|Photo|Nguồn)\s*:\s*([^:]{2,80}?)\s*\.?\s*$"
)
_CREDIT_BARE = re.compile(r"(?:^|(?<=[.!?])\s+|[;|]\s+|\s[-–—]\s+)Ảnh\s+([^:]{2,60}?)\s*\.?\s*$")


def split_caption(text: str) -> Caption:
    """Split the credit off a caption.

    ``(Ảnh: X)``, ``Ảnh: X`` and ``Nguồn: X`` are credits when X is a name or a
    source; ``Ảnh minh họa`` is none, and ``Ảnh: Buổi làm việc ...`` is a caption, kept as printed.

    >>> split_caption("Toàn cảnh Đại hội (Ảnh: Huỳnh Sang)")
    Caption(text='Toàn cảnh Đại hội', credit='Huỳnh Sang', photographers=('Huỳnh Sang',))
    >>> split_caption("Ảnh: Buổi làm việc tại Sở").text
    'Ảnh: Buổi làm việc tại Sở'
    """
    text = text.strip()
    for pattern in (_CREDIT_IN_BRACKETS, _CREDIT_AT_END, _CREDIT_BARE):
        found = pattern.search(text)
        if found is None:
            continue
        credit = found.group(1).strip(" .,;-–")
        if _NO_CREDIT.match(fold(credit)):
            return Caption(text, None, ())
        bracketed = pattern is _CREDIT_IN_BRACKETS
        names = _names(credit)
        people = tuple(name for name in names or () if not is_office(name))
        if not (names or (bracketed and len(credit) <= 50) or fold(credit) in ("internet", "tl", "st", "suu tam")):
            continue
        head = text[: found.start()].rstrip(" ,;-–|")
        return Caption(head or None, credit, people)
    return Caption(text or None, None, ())
