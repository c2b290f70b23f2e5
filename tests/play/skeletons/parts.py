"""Pieces that several skeletons share: only words and order, never class names."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome, Teaser
from tests.play.truth import PlayedArticle

FORM_TITLE = "GÓP Ý - TRAO ĐỔI"
FORM_OFFICE = "SỞ KHOA HỌC VÀ CÔNG NGHỆ TỈNH HÀ TĨNH"


def date_first(article: PlayedArticle) -> bool:
    """Whether the date line stands before the title, as Hà Tĩnh has it."""
    return article.layout == "ha_tinh"


def head(article: PlayedArticle, chrome: Chrome, prefix: str, extra: str = "") -> str:
    """Return the page's ``head``, with style and script of some weight."""
    rules = "".join(
        f".{prefix}-{name}{{margin:{index}px auto;padding:{index % 7}px;color:#{index * 11:03x};"
        f"font:{10 + index % 9}px/1.4 Arial,Tahoma,sans-serif;background:#fff}}"
        for index, name in enumerate(
            (
                "top",
                "logo",
                "menu",
                "item",
                "wrap",
                "main",
                "side",
                "foot",
                "box",
                "cap",
                "list",
                "row",
                "cell",
                "ico",
            )
        )
    )
    return (
        f'<head>\n<meta charset="utf-8">\n<title>{escape(chrome.page_title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{extra}'
        f'<link rel="stylesheet" href="/css/{prefix}.css?v=3">\n<link rel="shortcut icon" href="/favicon.ico">\n'
        f"<style>{rules * 3}</style>\n"
        f'<script src="/js/{prefix}.js" defer></script>\n'
        f"<script>window.__p={{token:'{marks.TOKEN}',intNumViewTotal:{marks.VIEWS},lang:'vi'}};"
        "(function(w,d){function on(e,f){d.addEventListener(e,f)};on('DOMContentLoaded',function(){"
        "var m=d.querySelectorAll('[data-toggle]');for(var i=0;i<m.length;i++){m[i].onclick=function(){"
        "this.parentNode.classList.toggle('open');return false}}})})(window,document);</script>\n</head>\n"
    )


def menu_items(chrome: Chrome, form: str = '<li><a href="{href}">{label}</a></li>') -> str:
    """Return the menu's entries, each with its lower level."""
    return "\n".join(form.format(href=escape(link.href), label=escape(link.label)) for link in chrome.menu)


def local(url: str) -> str:
    """Return *url* as pages link to their own host: without scheme and host, ready for an attribute.

    >>> local("http://haugiang.gov.vn/HtmlView.aspx?pageid=1&siteid=60")
    '/HtmlView.aspx?pageid=1&amp;siteid=60'
    """
    return escape("/" + url.split("/", 3)[3])


def teasers(items: tuple[Teaser, ...], form: str, no_image: str = "/img/no-image.png") -> str:
    """Return *items* printed by *form* (``url path title day printed thumb summary``)."""
    return "\n".join(
        form.format(
            url=escape(one.url),
            path=local(one.url),
            title=escape(one.title),
            day=one.day,
            printed=one.printed,
            thumb=escape(one.thumb or no_image),
            summary=escape(one.summary),
        )
        for one in items
    )


def comment_form(prefix: str, tag: str = "h3") -> str:
    """Return Hà Tĩnh's comment form."""
    return (
        f'<div class="{prefix}-gopy">\n<{tag}>{FORM_TITLE}</{tag}>\n<p>{FORM_OFFICE}</p>\n'
        '<form method="post" action="/gop-y"><input type="hidden" name="_token" value="'
        f'{marks.TOKEN}">\n<input name="name" placeholder="Họ và tên"><input name="email" placeholder="Email">'
        '<textarea name="content" placeholder="Nội dung"></textarea>\n<label>ReCaptcha:</label>'
        '<img src="/captcha/default?' + marks.TOKEN + '" alt="captcha">\n'
        '<button type="submit">Bình luận</button></form>\n</div>\n'
    )


def footer_lines(chrome: Chrome, form: str = "<p>{}</p>") -> str:
    """Return the footer's lines, a block of links to other offices first."""
    links = "\n".join(f'<a href="http://{host}/" target="_blank">{escape(name)}</a> |' for name, host in OFFICES)
    return "\n".join([form.format(f"Liên kết: {links}"), *(form.format(escape(line)) for line in chrome.footer)])


OFFICES = (
    ("Cổng Thông tin điện tử Chính phủ", "chinhphu.vn"), ("Bộ Khoa học và Công nghệ", "www.most.gov.vn"),
    ("Cục Sở hữu trí tuệ", "www.ipvietnam.gov.vn"), ("Cục An toàn bức xạ và hạt nhân", "varans.vn"),
    ("Tổng cục Tiêu chuẩn Đo lường Chất lượng", "tcvn.gov.vn"), ("Cục Thông tin KH&CN quốc gia", "vista.gov.vn"),
    ("Viện Năng suất Việt Nam", "vnpi.vn"), ("Cục Phát triển thị trường và doanh nghiệp KH&CN", "natec.gov.vn"),
    ("Viện Hàn lâm Khoa học và Công nghệ Việt Nam", "vast.gov.vn"), ("Cổng dịch vụ công quốc gia", "dichvucong.gov.vn"),
    ("Bộ Nông nghiệp và Phát triển nông thôn", "mard.gov.vn"), ("Bộ Giáo dục và Đào tạo", "moet.gov.vn"),
    ("Bộ Y tế", "moh.gov.vn"), ("Bộ Công Thương", "moit.gov.vn"), ("Bộ Tài chính", "mof.gov.vn"),
    ("Bộ Kế hoạch và Đầu tư", "mpi.gov.vn"), ("Bộ Xây dựng", "moc.gov.vn"), ("Bộ Nội vụ", "moha.gov.vn"),
    ("Bộ Tư pháp", "moj.gov.vn"), ("Thanh tra Chính phủ", "thanhtra.gov.vn"),
)  # fmt: skip


def pixel() -> str:
    """Return what pages end with: a sprite of icons and a counting pixel."""
    shapes = "".join(
        f'<symbol id="i{number}" viewBox="0 0 24 24"><path d="M{number} {24 - number % 20}c-2.1 0-{number}.4 1.7-4 4s1.9 4 '
        f'4 4 4-1.8 4-4-1.{number}-4-4-4zm0 6c-1.1 0-2-.9-2-2s.9-2 2-2 2 .9 2 2-.9 2-2 2z"/></symbol>'
        for number in range(40)
    )
    return f'<svg style="display:none">{shapes}</svg>\n<img src="/thong-ke/pixel.gif?r={marks.TOKEN}" width="1" height="1" alt="">'
