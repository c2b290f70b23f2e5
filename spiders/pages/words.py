"""Words that portals print around an article: what ends it, what belongs to the buttons, who owns the page.

All patterns are matched on folded text (lower case, without accents), so they
hold whatever normal form or case the page uses.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.clean import folded as fold

# Headings after which no line belongs to the article.
_END = re.compile(
    r"(?:(?:cac|nhung|danh sach|mot so)? ?(?:tin|bai|tin bai|bai viet|tin tuc|ban tin|thong tin)(?: viet| tuc| bai)?"
    r"(?: (?:da dua|da dang|khac|lien quan|cung (?:chuyen muc|chu de|loai|muc|su kien)|moi (?:nhat|hon|dang|cap nhat)"
    r"|cu hon|truoc do|doc nhieu|xem nhieu|duoc quan tam|tiep theo|cung ngay))+(?: ngay)?"
    r"|cung chuyen muc|bai tiep theo|tham khao them"
    r"|xem them (?:cac )?(?:tin|bai)(?: viet)?(?: khac| lien quan)?|xem nhieu(?: nhat)?|doc nhieu(?: nhat)?"
    r"|co the ban quan tam|ban co the quan tam"
    r"|gop y(?: - trao doi| cua ban doc)?|trao doi - gop y|y kien (?:ban doc|cua ban|phan hoi|doc gia)"
    r"|ban doc (?:phan hoi|binh luan)"
    r"|(?:viet |gui |them |cac |y kien )?(?:binh luan|phan hoi)(?: cua ban| bai viet| moi| \(?\d+\)?)?|\d+ binh luan"
    r"|theo dong su kien|related (?:news|articles|posts)|other news|lien ket (?:website|web|site)"
    r"|thong ke(?: luot)? truy cap"
    r"|luot truy cap|tham do(?: y kien| du luan)?|quay lai danh sach|gui y kien(?: cua ban)?|leave a reply|comments?)"
)
# Headings which end the article unless its own text goes on after them.
_MAYBE_END = re.compile(
    r"(?:thong bao(?: moi)?|van ban(?: moi| chi dao dieu hanh)?|tin (?:moi|anh|noi bat|tieu diem|hot|video"
    r"|van)|tieu diem|noi bat"
    r"|(?:hinh|thu vien) anh(?: hoat dong)?|anh hoat dong|video(?: clip)?s?|quang cao|lien ket|da phuong tien"
    r"|danh muc(?: tin)?"
    r"|chuyen muc|dich vu cong(?: truc tuyen)?|lich (?:cong tac|lam viec)|tin tuc(?: - su kien)?|su kien"
    r"|danh gia(?: bai viet)?)"
)
_BUTTONS = re.compile(
    r"(?:[aA+\-\u2212\u2013\s]{1,14}|a- ?a ?a\+?|co chu:?|co chu [a+\-\s]+|(?:xem )?(?:voi )?c[oô] chu.*"
    r"|mau chu.*|tang co chu.*|giam co chu.*"
    r"|in|print|in (?:trang|bai|bai viet|tin|ban tin)(?: nay)?|ban in|(?:xem )?ban in|gui (?:email|mail"
    r"|cho ban be|bai viet|qua email|tin)"
    r"|e-?mail|in gui email|email in pdf|pdf|luu (?:bai|tin|lai|bai viet)|chia se(?: bai viet| tin| qua"
    r"| len)?(?: facebook| zalo| twitter)*"
    r"|(?:chia se )?(?:facebook|zalo|twitter|google\+?|linkedin|pinterest|messenger|x)(?: (?:facebook|zalo"
    r"|twitter|google\+?|linkedin))*"
    r"|share|tweet|like|thich|quan tam|sao chep lien ket|copy link|quay lai|tro (?:ve|lai)|ve trang (?:truoc"
    r"|chu)|(?:len |ve )?dau trang"
    r"|top|back|home|nghe (?:doc )?(?:bai|tin)(?: viet)?|doc bai(?: viet)?|0:00 ?/ ?0:00|dung doc"
    r"|tang tuong phan|giam tuong phan"
    r"|tang tuong phan giam tuong phan|mac dinh|null|image banner|nguoi (?:dang|gui)(?: tin| bai)?:? ?\w*"
    r"|ngay dang(?: tin)?|tac gia"
    r"|luot (?:xem|doc)|so luot (?:xem|doc)|xem theo ngay.*|xem:?|da xem|noi dung|tieu de|tom tat|chi tiet"
    r"|loai tin|chuyen muc|nguon"
    r"|xem them|doc tiep|xem tiep|danh gia:.*|ban chon \d.*|\d+ (?:luot )?(?:thich|danh gia|binh luan)"
    r"|hay danh gia.*|\(di chuot.*"
    r"|thoi gian|ngay (?:xuat ban|cap nhat|tao|phat hanh)|cap nhat|anh dai dien|hinh anh|skip .*"
    r"|nhay den noi dung|bo qua dieu huong.*"
    r"|\d{1,2}:\d\d ?/ ?\d{1,2}:\d\d|giong (?:nam|nu)(?: mien (?:bac|trung|nam))?|toc do(?: doc)?:? ?[\d.,x]*"
    r"|chon giong(?: doc)?.*|publish(?: date)?|cms-publish-date"
    r"|trinh duyet(?: cua ban)? khong ho tro.*|cms-\S+(?: cms-\S+)*|\w+total ?= ?\d+|theo doi .*google news"
    r"|click (?:de|vao) danh gia.*|tong so diem cua bai viet.*|xep hang ?:.*"
    r"|duong day nong|ho (?:va )?ten ?:|nhap (?:lai )?ma (?:bao ve|an toan|xac .*)"
    r"|ma (?:bao ve|xac (?:thuc|nhan))(?: khong dung)?|(?:hinh anh )?captcha)"
)
_COUNTER = re.compile(
    r"(?:(?:so )?(?:luot|lan)(?: da)? (?:xem|doc|truy cap|tai|thich|dow\w*)|cms-view-count|da xem|xem|view count"
    r"|views?|doc|luot)(?: tin| bai| bai viet)? ?:? ?[\d.,]+(?: luot| lan)?"
    r"|[\d.,]+ (?:luot(?: xem| doc| truy cap)?|lan xem|views?|nguoi (?:xem|doc))"
    r"|(?:hom nay|hom qua|trong (?:tuan|thang)|tat ca) ?: ?[\d.,]+"
)
# Several buttons and a counter in one line.
_TOOL = (
    r"(?:in (?:trang|bai viet|bai|tin)(?: nay)?|(?:xem )?ban in|gui (?:email|mail|cho ban be|bai viet)"
    r"|e-?mail|chia se(?: bai viet)?|facebook|zalo"
    r"|twitter|print|share|tweet|pdf|quay lai|tro ve|(?:ve |len )?dau trang|co chu|a-|a\+|a(?= |$)|in(?= |$)"
    r"|luu(?: bai)?|nghe bai viet|binh luan"
    r"|google\+?|linkedin|tang|giam|mac dinh)"
)
_TOOLBAR = re.compile(rf"(?:(?:{_TOOL}|{_COUNTER.pattern})[\s|/,;.·•\-–:()\[\]]*)+")
_OWNER = re.compile(
    r"(?:(?:cong|trang|website|chuyen trang)(?: thong tin)?(?: dien tu)?(?: tong hop)?(?: cua)? ?)?"
    r"(?:(?:so|bo|ubnd|uy ban nhan dan)(?: khoa hoc(?: va|,| &)? cong nghe(?: va moi truong)?| kh&cn)?)?"
    r"(?: ?(?:(?:tinh|thanh pho|tp\.?) \w+(?: \w+){0,4}|\w+ \w+))?"
    r"|trang chu.*|dang (?:nhap|ky)|tim kiem.*|menu|lien he|gioi thieu|english|tieng viet"
)
_MORE = re.compile(
    r"(?:xem|doc) (?:tiep|them|chi tiet|bai viet|toan bo|noi dung)(?: bai viet| noi dung)?|chi tiet"
    r"|(?:read )?more|xem"
)
_MENU = frozenset(
    (
        "gioi thieu",
        "lien he",
        "hoi dap",
        "so do trang",
        "so do site",
        "dang nhap",
        "thu tuc hanh chinh",
        "dich vu cong",
        "thu dien tu",
    )
)
_FOOTER = re.compile(
    r"(?:©|ban quyen|copyright|all rights|chiu trach nhiem|giay phep|thiet ke boi|xay dung boi|phat trien boi"
    r"|ghi ro nguon|hotline|duong day nong"
    r"|tong bien tap|truong ban bien tap|(?:dang |so nguoi )?(?:truc tuyen|online)|hom (?:nay|qua)"
    r"|trong (?:tuan|thang)|tong (?:so )?(?:luot )?truy cap|tong cong|(?:dang |so )?(?:khach|xem"
    r"|truy cap)(?: truc tuyen)? ?:|thong ke"
    r"|tru so|dia chi ?:|dien thoai ?:|email ?:|fax ?:|cong thong tin dien tu|trang thong tin dien tu"
    r"|co quan chu quan|designed? by|powered by)"
)
_ATTACHED = re.compile(
    r"(?:danh sach )?(?:cac )?(?:tep|file|tai lieu|van ban|tap tin|files?)(?: tin)? ?(?:dinh kem|kem theo"
    r"|download)(?: theo)?(?: \(\d+\))?|tai (?:ve|tai lieu|file)"
    r"|attachments?|download|dinh kem"
)
_LABEL_LETTERS = 60
_TAGS = re.compile(r"(?:tags?|tu khoa|the|keywords?)(?: tim kiem| lien quan)? ?:")
_MISSING = re.compile(
    r"(?:khong (?:tim thay|ton tai|co (?:du lieu|noi dung|ban ghi|bai viet))|(?:bai viet|trang|tin|noi dung"
    r"|lien ket|duong dan|thong tin)"
    r"(?: nay)?(?: \w+){0,6} (?:khong (?:ton tai|tim thay|con|co)|da bi (?:xoa|go))|(?:404|page) not found"
    r"|not found|404|loi 404|error 404"
    r"|trang thai|he thong dang (?:bao tri|nang cap)|da xay ra loi|server error|access denied"
    r"|truy cap bi tu choi|runtime error|(?:noi dung )?dang (?:duoc )?cap nhat(?: noi dung)?$"
    # What guards say in the page's place.
    r"|(?:he thong )?dang kiem tra (?:trinh duyet|ket noi)|(?:vui long|hay) (?:bat|kich hoat) (?:javascript|cookie)"
    r"|(?:please )?(?:enable|turn on) (?:javascript|cookies)|checking your browser|just a moment|attention required)"
)


@lru_cache(maxsize=4096)
def trimmed(text: str) -> str:
    """Return the folded text without the marks that decorate headings."""
    return fold(text).strip(" :.»«>|*-–—•·…[]▼▲►◄→+\u25a0")


@lru_cache(maxsize=4096)
def ends_article(text: str) -> bool:
    """Say whether a line is a heading such as ``Các tin khác``, after which nothing is the article's."""
    return len(text) <= 60 and _END.fullmatch(trimmed(text)) is not None


@lru_cache(maxsize=4096)
def may_end_article(text: str) -> bool:
    """Say whether a line is the heading of a side box, unless the article's text goes on after it."""
    return len(text) <= 60 and _MAYBE_END.fullmatch(trimmed(text)) is not None


@lru_cache(maxsize=4096)
def is_button(text: str) -> bool:
    """Say whether a line is a button, a label without value or a counter."""
    if len(text) > 90:
        return False
    folded = fold(text)
    bare = trimmed(text)
    return (
        not bare or any(p.fullmatch(bare) for p in (_BUTTONS, _COUNTER, _TOOLBAR)) or bool(_BUTTONS.fullmatch(folded))
    )


def is_column_head(text: str) -> bool:
    """Say whether a line that may be a label heads a column of data."""
    return trimmed(text) in ("noi dung", "thoi gian", "ghi chu", "tac gia", "nguon", "in", "hinh anh", "chuyen muc")


def is_owner(text: str) -> bool:
    """Say whether a line names the portal or an item of its menu, so that it is no headline."""
    return len(text) <= 90 and _OWNER.fullmatch(trimmed(text)) is not None


def is_more(text: str) -> bool:
    """Say whether a link leads from a teaser to its article."""
    return len(text) <= 30 and _MORE.fullmatch(trimmed(text)) is not None


def is_menu(text: str) -> bool:
    """Say whether a link is of the portal's main menu, which begins with ``Trang chủ`` like a breadcrumb."""
    return trimmed(text) in _MENU


def is_footer(text: str) -> bool:
    """Say whether a line is of a page's foot: owner, address, visitors."""
    return _FOOTER.match(trimmed(text)) is not None


def is_attachment_label(text: str) -> bool:
    """Say whether a line announces attached files."""
    return len(text) <= 60 and _ATTACHED.fullmatch(trimmed(text)) is not None


def is_tag_label(text: str) -> bool:
    """Say whether a line begins a list of keywords."""
    # Most lines are paragraphs, and it begins with a few letters.
    folded = fold(text[:_LABEL_LETTERS])
    return _TAGS.match(folded + (" :" if folded in ("tags", "tag", "tu khoa") else "")) is not None


@lru_cache(maxsize=4096)
def says_missing(text: str) -> bool:
    """Say whether a line tells the reader that there is no such page."""
    return len(text) <= 200 and _MISSING.match(trimmed(text)) is not None
