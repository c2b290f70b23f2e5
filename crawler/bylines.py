"""Names at the end of an article and in captions: who wrote, who took the pictures, what was the source."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from archive.text import fold
from crawler.names import NOTE, is_office, is_person, names_in

_ROLE = re.compile(
    r"\s*(?P<role>(?:(?:tin|bài|bài viết|nội dung|ảnh|hình ảnh|hình|photo|video|clip)"
    r"(?:\s*(?:,|và|&|\+|-|–|/)\s*|\s+))*(?:tin|bài viết|bài|nội dung|ảnh|hình ảnh|hình|photo|video|clip)"
    r"|tác giả|người viết|thực hiện|người thực hiện|tổng hợp|đưa tin|người đưa tin|ctv|pv|btv"
    r"|biên soạn|(?:biên |lược )?dịch"
    r"|(?:reported|written|translated|photos?)\s+by|biên tập|người biên tập|chịu trách nhiệm"
    r"|đăng bởi|posted by|post name|người (?:đăng|gửi|nhập|cập nhật)(?:\s+(?:tin|bài))?"
    r"|nguồn(?:\s+tin|\s+ảnh)?|theo)(?P<colon>\s*:\s*|\s+|$)",
    re.I,
)
_NO_CREDIT = re.compile(r"(?:minh hoa|tu lieu|chi mang tinh .*|co tinh chat .*|trong bai .*)$")
_SITE = re.compile(r"(?:https?://)?[\w-]+(?:\.[\w-]+)+(?:/\S*)?$")
_SOURCE = re.compile(r"[\"“‘]?[^\W\d_a-zà-ỹđ]|" + _SITE.pattern)
# "Theo Thông tư 12" cites a law; it names no source of the text.
_LAW = re.compile(
    r"(?:thông tư|nghị định|nghị quyết|quyết định|quy định|luật|kế hoạch|báo cáo của|công văn|hướng dẫn)(?!\w)", re.I
)
_BY = re.compile(r"(?P<who>[^()/]+)/\s*(?P<agency>[^()/]+)$")
_AGENCY = re.compile(
    r"\(\s*(?P<name>(?:[A-ZĐ]{2,7}|[A-Z]\w{2,20}\.vn|LĐ|Cổng TTĐT|Báo|TTXVN)"
    r"(?: (?:online|điện tử|[A-ZĐ]{2,4}|[A-ZĐ][\w-]+)){0,3})\s*\)"
    r"\s*(?:[-–—]\s*|(?=[A-ZÀ-ỸĐ“\"]))(?=\S)"
)
_BULLET = re.compile(r"^[-–—•]\s*")
_FULL_STOP = re.compile(r"\w{3,}\.$")
_NEXT_PART = re.compile(r"[,;.(|/]\s*|\s[-–—]\s|\s+(?=(?:ảnh|Ảnh|ẢNH)\s*:)")
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


def parse_byline(text: str) -> Byline | None:
    """Return whom a line names, or None when it is no byline.

    Understood: names parted by commas, dashes or ``và``; roles before names
    (``Ảnh Huỳnh Sang``, ``Tin, ảnh: A``); ``Nguồn:`` and ``Theo``; brackets
    round all of it; notes such as ``(tổng hợp)``. Every part has to be a name.
    Editors, accounts (``Người đăng:``) and offices that lent a picture are
    known as what they are, and are neither writers nor photographers.

    >>> parse_byline("Ngọc Triều, Ảnh Huỳnh Sang")
    Byline(authors=('Ngọc Triều',), photographers=('Huỳnh Sang',), source=None, labelled=True)
    >>> parse_byline("Đại hội thành công tốt đẹp.") is None
    True
    """
    return _parse_byline(text) if len(text) <= 2 * MAX_BYLINE else _parse_byline.__wrapped__(text)


@lru_cache(maxsize=2048)  # a Department has a few writers, who sign each of their articles
def _parse_byline(text: str) -> Byline | None:
    text = text.strip().strip("*_").strip()
    if not text or len(text) > MAX_BYLINE or text.endswith("/."):
        return None
    if text[0] == "(" and text[-1] == ")" and text.count("(") == 1:
        text = text[1:-1].strip()
    text = _BULLET.sub("", text)
    if text.endswith(".") and _FULL_STOP.search(text):
        text = text[:-1]
    authors: list[str] = []
    photographers: list[str] = []
    source: str | None = None
    labelled = False
    for role, names in _parts(text):
        if role and not names:
            return None
        if role == "source":
            if source is not None or len(names) > 90 or not _SOURCE.match(names) or _LAW.match(names):
                return None
            source, by = _compiled(NOTE.sub("", names).strip(" ,;-–"))
            authors += [name for name in by if name not in authors]
            labelled = True
            continue
        if role == "account" and len(names) <= 40:
            labelled = True
            continue
        names, agency = _of_agency(names)
        people = names_in(names)
        if people is None:
            return None
        labelled = labelled or bool(role)
        source = source or agency
        if role in ("", "text", "both"):
            authors += [name for name in people if name not in authors]
        if role in ("photo", "both"):
            # An office that lends a picture takes none.
            photographers += [name for name in people if name not in photographers and not is_office(name)]
    if not authors and not photographers and source is None and not labelled:
        return None
    return Byline(tuple(authors), tuple(photographers), source, labelled)


def agency_of(text: str) -> str | None:
    """Return the paper or agency that a lead begins with: ``(TTXVN) - Sáng 14/12, ...``.

    >>> agency_of("(HGO) – Sáng nay, Sở tổ chức hội nghị"), agency_of("(KHCN) là tên viết tắt")
    ('HGO', None)
    """
    found = _AGENCY.match(text)
    return found["name"] if found else None


def _compiled(source: str) -> tuple[str, list[str]]:
    """Part a source from who compiled the text after it: ``Báo Nhân Dân (T.H)``."""
    found = re.fullmatch(r"(?P<source>[^()]+?)\s*\((?P<who>[^()]+)\)", source)
    if found is None or is_office(found["who"]) or not is_person(found["who"]):
        return source, []
    return found["source"], [found["who"]] if found["who"] != found["source"] else []


def _of_agency(names: str) -> tuple[str, str | None]:
    """Part a name from its agency: ``Minh Anh/TTXVN``."""
    found = _BY.fullmatch(names)
    agency = found["agency"].strip() if found else ""
    if found is None or not is_person(found["who"].strip()) or not (is_office(agency) or agency.isupper()):
        return names, None
    return found["who"].strip(), None if agency.lower() in ("ctv", "pv", "btv") else agency


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
        following = _NEXT_PART.search(text, at)
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
    if role in ("bài", "ảnh", "tin", "hình", "ctv", "pv", "btv", "hình ảnh", "tác giả", "thực hiện") or "," in role:
        return True
    return role == "theo" or len(role.split()) > 1


def _role(words: str) -> str:
    words = words.lower()
    if words.startswith(("đăng bởi", "post", "người đăng", "người gửi", "người nhập", "người cập nhật")):
        return "account"
    if "biên tập" in words or words.startswith("chịu"):
        return "editor"
    if words.startswith(("nguồn", "theo")) and "ảnh" not in words:
        return "source"
    photo = re.search(r"(?:ảnh|hình|photo|video|clip)", words) is not None
    text = re.search(r"(?:tin|bài|nội dung)", words) is not None
    return "both" if photo and text else "photo" if photo else "text"


class Caption(NamedTuple):
    """A caption and what it says of its picture's origin."""

    text: str | None
    """The caption without the credit."""
    credit: str | None
    """Photographer or source."""
    photographers: tuple[str, ...]
    """The persons of the credit."""


_CREDIT_IN_BRACKETS = re.compile(
    r"\s*[(\[]\s*(?:Nguồn\s+)?(?:Ảnh|Hình|Nguồn|Photo)(?:\s+ảnh|\s+trong bài(?=\s*:))?\s*(?::|\s)\s*"
    r"([^()\[\]]{2,80})[)\]]\s*\.?\s*$",
    re.I,
)
_CREDIT_AT_END = re.compile(
    r"(?:^|(?<=[.!?])\s*|[\s,;\-–—|/]+)(?:[Ảả]nh|ẢNH|Hình|[Nn]guồn ảnh|Photo|[Nn]guồn)\s*:\s*([^:]{2,80}?)\s*\.?\s*$"
)
_CREDIT_BARE = re.compile(r"(?:^|(?<=[.!?])\s+|[;|]\s+|\s[-–—]\s+)Ảnh\s+([^:]{2,60}?)\s*\.?\s*$")
_CREDITS = ((_CREDIT_IN_BRACKETS, (")", "]")), (_CREDIT_AT_END, (":",)), (_CREDIT_BARE, ("Ảnh",)))
"""Each with signs of which it needs one."""
MAX_CREDIT = 200
"""A credit is looked for in so many letters at the end of a caption; all of them would take quadratic time."""


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
    begin = max(0, len(text) - MAX_CREDIT)
    for pattern, signs in _CREDITS:
        # Most captions bear no credit, and each pattern is tried at each of their letters.
        found = pattern.search(text, begin) if any(text.find(sign, begin) >= 0 for sign in signs) else None
        if found is None:
            continue
        credit = found.group(1).strip(" .,;-–")
        if _NO_CREDIT.match(fold(credit)):
            return Caption(text, None, ())
        bracketed = pattern is _CREDIT_IN_BRACKETS
        names = names_in(credit)
        people = tuple(name for name in names or () if not is_office(name))
        if not (
            names
            or _SITE.fullmatch(credit)
            or (bracketed and len(credit) <= 50)
            or fold(credit) in ("internet", "tl", "st", "suu tam")
        ):
            continue
        head = text[: found.start()].rstrip(" ,;-–|/")
        return Caption(head or None, credit, people)
    return Caption(text or None, None, ())
