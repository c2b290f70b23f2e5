"""Skeleton: a blog's theme with author box, share buttons, comments, boxes of captioned pictures, file buttons."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

SHAPES = Shapes(
    p="<p>{}</p>",
    lead="<p><strong>{}</strong></p>",
    heading="<h2>{}</h2>",
    quote="<blockquote><p>{}</p></blockquote>",
    gap="<p>&nbsp;</p>",
    picture='<p><img decoding="async" class="blg-giua" src="{src}"{alt} width="800" height="533"></p>',
    captioned='<div style="width: 810px" class="blg-hinh"><img decoding="async" src="{src}"{alt} width="800" height="533">'
    '<p class="blg-chu">{caption}</p></div>',
    table='<figure class="blg-bang"><table><tbody>{}</tbody></table></figure>',
    row="<tr>{}</tr>",
    cell="<td>{}</td>",
    signed='<p style="text-align: right;"><em><strong>{}</strong></em></p>',
)
RELATED = """<article><a href="{url}"><img src="{thumb}" alt="{title}"></a><h3><a href="{url}">{title}</a></h3>
<time>{day}</time></article>"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_blog")
    title = f'<h1 class="blg-dau">{ink.plain(article.title)}</h1>'
    date = f'<div class="blg-meta"><span>{article.printed_date}</span></div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = " » ".join(f'<a href="{escape(one.href)}">{escape(one.label)}</a>' for one in chrome.crumbs)
    share = "".join(f'<a href="https://{site}/share">{name}</a>' for name, site in SHARES)
    documents = files(
        article.attached,
        '<div class="blg-taive">{}</div>',
        '<div><a href="{url}">{title}</a><a href="{url}" class="blg-nut" download>Tải xuống</a></div>',
    )
    form = parts.comment_form("blg", "h3") if article.layout == "ha_tinh" else ""
    return f"""<!DOCTYPE html>
<html lang="vi">
{parts.head(article, chrome, "blg")}<body class="blg-than">
<header id="blg-masthead"><p><a href="/" rel="home">{escape(chrome.office)}</a></p><nav><ul>{parts.menu_items(chrome)}</ul></nav></header>
<div id="blg-content"><main><article class="blg-post"><header>
<div class="blg-vet">{crumbs} » <span>{escape(article.title)}</span></div>
<span class="blg-loai"><a href="{escape(chrome.crumbs[-1].href)}" rel="category tag">{escape(chrome.crumbs[-1].label)}</a></span>
{top[0]}
{top[1]}
</header>
<div class="blg-chiase">{share}</div>
<div class="blg-viet">
{SHAPES.body(article, ink)}
{documents}
</div>
<footer class="blg-duoi">Chuyên mục: <a href="{escape(chrome.crumbs[-1].href)}">{escape(chrome.crumbs[-1].label)}</a>. Thẻ: <a href="/the/kh">KH&amp;CN</a>
<div class="blg-chiase">Chia sẻ: {share}</div>
<div class="blg-nguoi"><img src="/img/avatar.png" alt=""><h4>quantri</h4><p>Biên tập viên trang thông tin điện tử của Sở.</p></div></footer>
</article>
{form}
<section class="blg-lq"><h2>Các tin khác</h2>
{parts.teasers(chrome.others[:4], RELATED)}
</section>
<section class="blg-lq"><h2>Bài viết liên quan</h2>
{parts.teasers(chrome.popular, RELATED)}
</section>
<section id="blg-binhluan"><h3>Để lại một bình luận</h3><p>Email của bạn sẽ không được hiển thị công khai.</p>
<form><textarea></textarea><button>Gửi bình luận</button></form></section></main>
<aside><h2>Bài viết mới</h2><ul>{parts.teasers(chrome.newest, '<li><a href="{url}">{title}</a> <span>{day}</span></li>')}</ul>
<p>Lượt xem: {marks.VIEWS}. Trực tuyến: {marks.ONLINE}. Tổng: {marks.TOTAL}</p></aside></div>
<footer>{parts.footer_lines(chrome)}<p>{marks.TODAY}</p></footer>
{parts.pixel()}</body></html>
"""


SHARES = (("Facebook", "facebook.com"), ("Twitter", "twitter.com"), ("Zalo", "zalo.me"))
