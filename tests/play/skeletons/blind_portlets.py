"""Skeleton: portlets with assets before and after, ``null`` before the headline, ratings, icons, tags."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SPAN = '<span style="font-size:16px"><span style="font-family:Arial,Helvetica,sans-serif">{}</span></span>'
SHAPES = Shapes(
    p=f'<p style="text-align: justify;">{SPAN}</p>',
    lead=f'<p style="text-align: justify;"><strong>{SPAN}</strong></p>',
    heading=f'<h4 style="text-align: justify;">{SPAN}</h4>',
    quote=f'<p style="text-align: justify; margin-left: 40px;"><em>{SPAN}</em></p>',
    gap="<p>&nbsp;</p>",
    picture='<p style="text-align: center;"><img{alt} src="{src}" style="width: 600px; height: 400px;" /></p>',
    captioned='<p style="text-align: center;"><img{alt} src="{src}" style="width: 600px; height: 400px;" /></p>\n'
    '<p style="text-align: center;"><span style="font-size:14px">{caption}</span></p>',
    table='<table class="ptl-bang" border="1" style="width: 500px;"><tbody>{}</tbody></table>',
    row="<tr>{}</tr>",
    cell="<td>{}</td>",
    signed=f'<p align="right"><strong>{SPAN}</strong></p>',
)
ASSET = """<div class="ptl-tin"><h3><a href="{url}">{title}</a></h3><div class="ptl-ngay">{day}</div>
<div class="ptl-tom">{summary}</div></div>"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_portlets")
    title = f'<div class="ptl-ten">null <h2>{ink.plain(article.title)}</h2></div>'
    date = f'<small class="ptl-moc">{article.printed_date}</small>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(f'<li><a href="{escape(one.href)}">{escape(one.label)}</a></li>' for one in chrome.crumbs)
    stars = "".join(f'<a href="#" title="{number} sao">{number}</a>' for number in range(1, 6))
    form = parts.comment_form("ptl", "h3") if article.layout == "ha_tinh" else ""
    documents = files(
        article.attached,
        '<div class="ptl-tep"><h4>Tài liệu đính kèm</h4>{}</div>',
        '<div><img src="/img/pdf.png" alt=""><a href="{url}">{title}</a> (120KB)</div>',
    )
    return f"""<!DOCTYPE html>
<html class="ltr" dir="ltr" lang="vi-VN">
{parts.head(article, chrome, "ptl")}<body class="ptl-trang">
<a href="#main-content" class="ptl-bo">Chuyển tới nội dung chính</a>
<header><a href="/web/guest"><img alt="Logo" src="/img/logo.png"></a><p>{marks.TODAY}</p>
<nav><ul>{parts.menu_items(chrome)}</ul></nav></header>
<section id="ptl-noidung">
<div class="ptl-khung"><section><h2 class="ptl-tua">Tin nổi bật</h2>
{parts.teasers(chrome.popular, ASSET)}
</section></div>
<div class="ptl-khung"><section><ul class="ptl-vet">{crumbs}</ul></section></div>
<div class="ptl-khung"><section><div class="ptl-bai">
{top[0]}
{top[1]}
<div class="ptl-icon"><a href="?print"><img src="/img/print.png" alt="In"></a> <a href="?email"><img src="/img/email.png" alt="Email"></a></div>
<div class="ptl-thanbai">
{SHAPES.body(article, ink)}
</div>
{documents}
<div class="ptl-the">Từ khóa: <a href="/tim-kiem?tag=khcn">khoa học công nghệ</a>, <a href="/tim-kiem?tag=dmst">đổi mới sáng tạo</a></div>
<div class="ptl-sao"><div>Đánh giá của bạn (0 Phiếu)</div><div>Trung bình (0 Phiếu)</div>{stars}
<div>Các đánh giá trung bình là 0.0 trong 5 sao.</div></div>
{form}
<div class="ptl-lienquan"><h3>Các tin khác</h3>
{parts.teasers(chrome.others, ASSET)}
</div></div></section></div>
<div class="ptl-khung"><h2 class="ptl-tua">Tin mới nhất</h2>
{parts.teasers(chrome.newest, ASSET)}
</div></section>
<footer>{parts.footer_lines(chrome)}<p>Lượt truy cập: {marks.TOTAL}, trực tuyến {marks.ONLINE}</p></footer>
{parts.pixel()}</body></html>
"""
