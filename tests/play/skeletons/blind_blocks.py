"""Skeleton: a home page's blocks stand before the article; its own teaser is in a box of the newest."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome, teaser
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SHAPES = Shapes(
    p="<p>{}</p>",
    lead='<p class="khoi-sapo"><b>{}</b></p>',
    heading="<h3>{}</h3>",
    quote="<blockquote>{}</blockquote>",
    gap="<p><br></p>",
    picture='<figure><img src="{src}"{alt}></figure>',
    captioned='<figure><img src="{src}"{alt}><figcaption><p>{caption}</p></figcaption></figure>',
    table='<div class="khoi-bang"><table>{}</table></div>',
    row="<tr>{}</tr>",
    cell="<td><span>{}</span></td>",
    signed='<p style="text-align:right">{}</p>',
)
CARD = """<div class="khoi-the"><a href="{url}"><img src="{thumb}" alt="{title}"></a><div>
<h3><a href="{url}">{title}</a></h3><span class="khoi-luc">{printed}</span><p>{summary}</p></div></div>"""
SHORT = '<li><a href="{url}"><img src="{thumb}" alt="">{title}</a><span>{printed}</span><p>{summary}</p></li>'


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_blocks")
    title = f'<h2 class="khoi-tin">{ink.plain(article.title)}</h2>'
    date = f'<span class="khoi-luc">{article.printed_date}</span>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = " › ".join(f'<a href="{escape(one.href)}">{escape(one.label)}</a>' for one in chrome.crumbs)
    others = parts.teasers(chrome.others, '<div><a href="{url}">{title}</a><em>{day}</em></div>')
    documents = files(
        article.attached,
        '<aside class="khoi-tai"><span>Tài liệu</span><ol>{}</ol></aside>',
        '<li><a href="{url}">{title}</a></li>',
    )
    return f"""<!DOCTYPE html>
<html lang="vi">
{parts.head(article, chrome, "khoi")}<body>
<div class="khoi-dau"><img src="/img/logo.png"><div>{escape(chrome.office)}</div><div>Hôm nay: {marks.TODAY}</div></div>
<div class="khoi-menu">{parts.menu_items(chrome, '<div><a href="{href}">{label}</a></div>')}</div>
<div class="khoi-noi"><h2>Tiêu điểm</h2>
{parts.teasers(chrome.newest[:4], CARD)}
</div>
<div class="khoi-noi"><h2>Đọc nhiều</h2>
{parts.teasers(chrome.popular[:3], CARD)}
</div>
<div class="khoi-duong">{crumbs}</div>
<div class="khoi-chinh"><div class="khoi-bai">
{top[0]}
{top[1]}
<div class="khoi-chia"><a href="https://www.facebook.com/sharer.php">Chia sẻ</a> <a href="https://zalo.me">Zalo</a></div>
<div class="khoi-ruot">
{SHAPES.body(article, ink)}
</div>
{documents}
{parts.comment_form("khoi", "h3") if article.layout == "ha_tinh" else ""}
<div class="khoi-con"><h3>Các tin khác</h3>
{others}
</div></div>
<div class="khoi-moi"><h3>Tin mới</h3><ul>
{parts.teasers((teaser(article), *chrome.newest), SHORT)}
</ul></div></div>
<div class="khoi-chan">{parts.footer_lines(chrome)}<div>Trực tuyến {marks.ONLINE} | Tổng {marks.TOTAL} | Xem {marks.VIEWS}</div></div>
{parts.pixel()}</body></html>
"""
