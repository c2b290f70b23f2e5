"""Skeleton: an editor that makes a ``div`` of every paragraph; player of sounds, date and counter in one line."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SHAPES = Shapes(
    p='<div style="text-align: justify;">{}</div>',
    lead='<div style="text-align: justify;"><strong>{}</strong></div>',
    heading='<div style="text-align: justify;"><strong><em>{}</em></strong></div>',
    quote='<div style="text-align: justify; padding-left: 30px;">{}</div>',
    gap="<div><br></div>",
    picture='<div style="text-align: center;"><a href="{src}"><img src="{src}"{alt} width="640"></a></div>',
    captioned='<div style="text-align: center;"><a href="{src}"><img src="{src}"{alt} width="640"></a></div>\n'
    '<div style="text-align: center;"><span style="color: #0000cd;">{caption}</span></div>',
    table='<div><table style="border-collapse: collapse;">{}</table></div>',
    row="<tr>{}</tr>",
    cell='<td style="border: 1px solid;">{}</td>',
    signed='<div style="text-align: right;">{}</div>',
)
BOX = '<div class="soan-o"><a href="{url}"><img src="{thumb}" alt=""></a><a href="{url}">{title}</a><div>{printed}</div></div>'


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_editor")
    date = f'<div class="soan-dong"><span>{article.printed_date}</span><span> Lượt xem: {marks.VIEWS}</span></div>'
    title = f'<div class="soan-tua"><strong>{ink.plain(article.title)}</strong></div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(
        f'<span><a href="{escape(one.href)}">{escape(one.label)}</a></span> <i>/</i> ' for one in chrome.crumbs
    )
    documents = files(
        article.attached,
        '<div class="soan-tep"><div>Văn bản đính kèm</div><table><tr><th>STT</th><th>Tên tệp</th></tr>{}</table></div>',
        '<tr><td>1</td><td><a href="{url}">{title}</a></td></tr>',
    )
    return f"""<!DOCTYPE html>
<html>
{parts.head(article, chrome, "soan")}<body><form method="post" action="./" id="form1"><input type="hidden" name="__VIEWSTATE" value="{marks.TOKEN}">
<div class="soan-tren"><a href="/">{escape(chrome.office)}</a><span>{marks.TODAY}</span></div>
<div class="soan-ngang">{parts.menu_items(chrome, '<span><a href="{href}">{label}</a></span>')}</div>
<div class="soan-cot"><div class="soan-trai"><div class="soan-tieu">Thông báo</div>
{parts.teasers(chrome.popular, BOX)}
</div>
<div class="soan-giua"><div class="soan-vet">{crumbs}<span>Chi tiết tin</span></div>
{top[0]}
{top[1]}
<div class="soan-nghe"><span>Nghe bài viết</span> <span>0:00</span> / <span>0:00</span> <span>Giọng nữ miền Bắc</span></div>
<div class="soan-bai">
{SHAPES.body(article, ink)}
</div>
{documents}
<div class="soan-chan"><a href="javascript:window.print()">Bản in</a> <a href="#">Quay lại</a></div>
{"</form>" + parts.comment_form("soan", "div") if article.layout == "ha_tinh" else ""}
<div class="soan-tieu">Các tin khác</div>
{parts.teasers(chrome.others, '<div class="soan-mot"><span>{day}</span> <a href="{url}">{title}</a></div>')}
</div></div>
<div class="soan-day">{parts.footer_lines(chrome, "<div>{}</div>")}<div>Online: {marks.ONLINE} / {marks.TOTAL}</div></div>
{parts.pixel()}</body></html>
"""
