"""Skeleton: a grid of columns; dates in ``time``, headline in an ``h4`` like the boxes', aligned paragraphs."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SHAPES = Shapes(
    p='<p style="text-align:justify">{}</p>',
    lead='<p style="text-align:justify"><strong>{}</strong></p>',
    heading='<p style="text-align:justify"><strong>{}</strong></p>',
    quote='<p style="text-align:justify"><em>{}</em></p>',
    gap='<p style="text-align:justify">&nbsp;</p>',
    picture='<p style="text-align:center"><img src="{src}"{alt} style="height:auto; max-width:100%"></p>',
    captioned='<p style="text-align:center"><img src="{src}"{alt} style="height:auto; max-width:100%"></p>\n'
    '<p style="text-align:center"><em>{caption}</em></p>',
    table='<table border="1" cellpadding="1" cellspacing="1" style="width:100%"><tbody>{}</tbody></table>',
    row="<tr>{}</tr>\n",
    cell='<td><p style="text-align:center">{}</p></td>',
    signed='<p style="text-align:right"><strong>{}</strong></p>',
)


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_grid")
    date = f'<time class="luoi-gio"><svg width="12" height="12"></svg> {article.printed_date}</time>'
    title = f'<h4 class="luoi-ten">{ink.plain(article.title)}</h4>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(f'<li><a href="{escape(one.href)}">{escape(one.label)}</a></li>\n' for one in chrome.crumbs)
    others = parts.teasers(
        chrome.others, '<li><a href="{url}">{title}</a> <time class="luoi-nho">{printed}</time></li>'
    )
    return f"""<!doctype html>
<html lang="vi">
{parts.head(article, chrome, "luoi")}<body>
<div class="luoi-hop"><div class="luoi-hang"><h1 class="luoi-logo"><a href="/">{escape(chrome.office)}</a></h1>
<span>{marks.TODAY} {marks.CLOCK}</span>
<form action="/tim-kiem"><input name="q" placeholder="Tìm kiếm"><button>Tìm</button></form></div>
<ul class="luoi-thanh">{parts.menu_items(chrome)}</ul></div>
<div class="luoi-hop"><nav><ol class="luoi-vet">{crumbs}</ol></nav>
<div class="luoi-hang"><div class="luoi-tam">
{top[0]}
{top[1]}
<div class="luoi-nut"><a href="#"><i></i> In bài viết</a> <a href="#"><i></i> Gửi email</a> <span>Cỡ chữ: A- A A+</span></div>
<div class="luoi-than">
{SHAPES.body(article, ink)}
</div>
{files(article.attached, '<div class="luoi-kem"><b>Tệp đính kèm:</b>{}</div>', '<div><a href="{url}">{title}</a></div>')}
<div class="luoi-xem">{marks.VIEWS} lượt xem</div>
{parts.comment_form("luoi", "h5") if article.layout == "ha_tinh" else ""}
<h4>Các tin khác</h4><ul class="luoi-khac">{others}</ul>
</div>
<div class="luoi-ben"><h4>Tin đọc nhiều</h4>
{parts.teasers(chrome.popular, '<p><a href="{url}"><img src="{thumb}" alt=""> {title}</a><br><small>{day}</small></p>')}
<h4>Thống kê truy cập</h4><p>Đang online: {marks.ONLINE}</p><p>Tổng truy cập: {marks.TOTAL}</p></div></div></div>
<footer>{parts.footer_lines(chrome)}</footer>
{parts.pixel()}</body></html>
"""
