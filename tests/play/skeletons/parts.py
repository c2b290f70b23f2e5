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
            ("top", "logo", "menu", "item", "wrap", "main", "side", "foot", "box", "cap", "list", "row", "cell", "ico")
        )
    )
    return (
        f'<head>\n<meta charset="utf-8">\n<title>{escape(chrome.page_title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n{extra}'
        f'<link rel="stylesheet" href="/css/{prefix}.css?v=3">\n<link rel="shortcut icon" href="/favicon.ico">\n'
        f"<style>{rules * 2}</style>\n"
        f'<script src="/js/{prefix}.js" defer></script>\n'
        f"<script>window.__p={{token:'{marks.TOKEN}',intNumViewTotal:{marks.VIEWS},lang:'vi'}};"
        "(function(w,d){function on(e,f){d.addEventListener(e,f)};on('DOMContentLoaded',function(){"
        "var m=d.querySelectorAll('[data-toggle]');for(var i=0;i<m.length;i++){m[i].onclick=function(){"
        "this.parentNode.classList.toggle('open');return false}}})})(window,document);</script>\n</head>\n"
    )


def menu_items(chrome: Chrome, form: str = '<li><a href="{href}">{label}</a></li>') -> str:
    """Return the menu's entries, each with its lower level."""
    return "\n".join(form.format(href=escape(link.href), label=escape(link.label)) for link in chrome.menu)


def teasers(items: tuple[Teaser, ...], form: str, no_image: str = "/img/no-image.png") -> str:
    """Return *items* printed by *form* (``url title day printed thumb summary``)."""
    return "\n".join(
        form.format(
            url=escape(one.url),
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
    """Return the footer's lines."""
    return "\n".join(form.format(escape(line)) for line in chrome.footer)


def pixel() -> str:
    """Return a counting pixel."""
    return f'<img src="/thong-ke/pixel.gif?r={marks.TOKEN}" width="1" height="1" alt="">'
