"""Skeleton: the body in one ``div``; two breaks between paragraphs, one between picture and caption."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SHAPES = Shapes(
    p="{}",
    lead="<b>{}</b>",
    heading="<b>{}</b>",
    quote="<i>{}</i>",
    gap="&nbsp;",
    picture='<img src="{src}"{alt}>',
    captioned='<img src="{src}"{alt}><br>\n{caption}',
    table='<table border="1">{}</table>',
    row="<tr>{}</tr>",
    cell="<td>{}</td>",
    signed="&nbsp; " * 20 + "{}",
    between="<br><br>\n",
)


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_onediv")
    pieces = " ".join(f"<span>{piece}</span>" for piece in article.printed_date.split(" "))
    date = f'<div class="motk-luc">{pieces}</div>'
    title = f'<div class="motk-de">{ink.plain(article.title)}</div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = " / ".join(f'<a href="{escape(one.href)}">{escape(one.label)}</a>' for one in chrome.crumbs)
    others = parts.teasers(chrome.others, '<a href="{url}">» {title}</a> <i>({day})</i><br>')
    documents = files(article.attached, "<div>File đính kèm: {}</div>", '<a href="{url}">{title}</a>&nbsp;')
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
{parts.head(article, chrome, "motk")}<body>
<div class="motk-tren"><span>{marks.TODAY}</span><div class="motk-thuc">{parts.menu_items(chrome, '<a href="{href}">{label}</a>')}</div></div>
<div class="motk-vet">{crumbs}</div>
<div class="motk-giua">
{top[0]}
{top[1]}
<div class="motk-cu">A- A A+ <a href="#">In trang</a></div>
<div class="motk-chu">{SHAPES.body(article, ink)}</div>
{documents}
<div>Lượt xem: {marks.VIEWS}</div>
{parts.comment_form("motk", "div") if article.layout == "ha_tinh" else ""}
<div class="motk-khac"><div>Các tin khác</div>
{others}</div>
</div>
<div class="motk-phai"><div class="motk-tieu">Tin mới</div>
{parts.teasers(chrome.newest, '<div><a href="{url}"><img src="{thumb}" /></a><a href="{url}">{title}</a><br /><span>{printed}</span></div>')}
<div class="motk-tieu">Trực tuyến: {marks.ONLINE} - Tổng: {marks.TOTAL}</div></div>
<div class="motk-day">{parts.footer_lines(chrome, "<div>{}</div>")}</div>
{parts.pixel()}</body></html>
"""
