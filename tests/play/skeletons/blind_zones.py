"""Skeleton: zones of web parts in one form, marks without width before paragraphs, caption in its picture's paragraph."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SHAPES = Shapes(
    p='<p style="text-align:justify;">\u200b{}</p>',
    lead='<p style="text-align:justify;"><span style="font-weight:bold;">\u200b{}</span></p>',
    heading='<p style="text-align:justify;"><span style="font-weight:bold;">{}</span></p>',
    quote='<p style="text-align:justify;"><span style="font-style:italic;">{}</span></p>',
    gap='<p style="text-align:justify;">&#160;\u200b</p>',
    picture='<p style="text-align:center;"><img src="{src}"{alt} style="margin:5px;width:500px;"></p>',
    captioned='<p style="text-align:center;"><img src="{src}"{alt} style="margin:5px;width:500px;"><br>'
    '<span style="font-style:italic;">{caption}</span></p>',
    table='<table class="vung-luoi" cellspacing="0"><tbody>{}</tbody></table>',
    row="<tr>{}</tr>",
    cell="<td>\u200b{}</td>",
    signed='<p style="text-align:right;"><span style="font-weight:bold;">\u200b{}</span>&#160;</p>',
)
LINE = '<tr><td><span>•</span></td><td><a href="{url}">{title}</a> <span>({day})</span></td></tr>'


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_zones")
    date = f'<tr><td><div class="vung-ngay">{article.printed_date}</div></td></tr>'
    title = f'<tr><td><div class="vung-de">{ink.plain(article.title)}</div></td></tr>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = " > ".join(f'<span><a href="{escape(one.href)}">{escape(one.label)}</a></span>' for one in chrome.crumbs)
    documents = files(
        article.attached,
        '<div class="vung-tep"><span>Tệp tin đính kèm:</span><ul>{}</ul></div>',
        '<li><img src="/_layouts/images/icdoc.gif" alt=""><a href="{url}">{title}</a></li>',
    )
    form = f"<tr><td>{parts.comment_form('vung', 'span')}</td></tr>" if article.layout == "ha_tinh" else ""
    return f"""<!DOCTYPE html>
<html dir="ltr" lang="vi-VN">
{parts.head(article, chrome, "vung")}<body onload="_spBodyOnLoadWrapper();">
<form method="post" action="Chitiet.aspx" id="aspnetForm"><div><input type="hidden" name="__REQUESTDIGEST" value="{marks.TOKEN}"></div>
<div class="vung-an"><a href="#s4">Skip Ribbon Commands</a><a href="#main">Skip to main content</a></div>
<div><div class="vung-hieu">{escape(chrome.office)}</div><div>{marks.TODAY}</div>
<div><ul>{parts.menu_items(chrome, '<li><a href="{href}"><span><span>{label}</span></span></a></li>')}</ul></div></div>
<table class="vung-to"><tr><td class="vung-mot"><div class="vung-phan"><h2><span>Tin mới</span></h2>
<table>{parts.teasers(chrome.newest, LINE)}</table></div>
<div class="vung-phan"><h2><span>Thống kê truy cập</span></h2><div>Đang truy cập: {marks.ONLINE}</div><div>Tổng: {marks.TOTAL}</div></div></td>
<td class="vung-hai"><div id="WebPartWPQ3"><div class="vung-vet">{crumbs}</div>
<table width="100%">
{top[0]}
{top[1]}
<tr><td><div class="vung-nut"><a href="#"><img src="/_layouts/images/print.gif" alt=""> In tin</a> <a href="#">Gửi email</a></div></td></tr>
<tr><td><div class="vung-ngoai">
{SHAPES.body(article, ink)}
<p>\u200b</p></div>
{documents}</td></tr>
{form}
<tr><td><div class="vung-tin"><b>Các tin khác</b></div><table>{parts.teasers(chrome.others, LINE)}</table></td></tr>
</table></div></td></tr></table>
<div class="vung-day">{parts.footer_lines(chrome, "<div>{}</div>")}<div>Số lượt xem: {marks.VIEWS}</div></div></form>
{parts.pixel()}</body></html>
"""
