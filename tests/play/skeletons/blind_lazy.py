"""Skeleton: a young news site: lazy pictures, a table of contents, a neighbour inside the text, hash tags."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle, Text

LAZY = (
    '<picture><source type="image/webp" data-srcset="{src}.webp"><img class="luoi2-anh" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="'
    ' data-src="{src}"{alt}></picture>'
)
SHAPES = Shapes(
    p="<p>{}</p>",
    lead="<p><b>{}</b></p>",
    heading="<h2>{}</h2>",
    quote='<blockquote class="luoi2-trich"><p>{}</p></blockquote>',
    gap="",
    picture=f'<div class="luoi2-khung">{LAZY}</div>',
    captioned=f'<div class="luoi2-khung">{LAZY}<div class="luoi2-loi"><span>{{caption}}</span></div></div>',
    table='<div class="luoi2-cuon"><table><tbody>{}</tbody></table></div>',
    row="<tr>{}</tr>",
    cell="<td><p>{}</p></td>",
    signed='<p style="text-align:right"><b>{}</b></p>',
    between="\n",
)
STORY = """<article class="luoi2-tin"><h3><a href="{url}" title="{title}">{title}</a></h3>
<div><time>{printed}</time></div><p>{summary}</p></article>"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_lazy")
    date = (
        f'<div class="luoi2-phu"><time datetime="{article.published.isoformat()}">{article.printed_date}</time></div>'
    )
    title = f'<h1 class="luoi2-tit">{ink.plain(article.title)}</h1>'
    top = [date, title] if parts.date_first(article) else [title, date]
    heads = [block.text for block in article.blocks if isinstance(block, Text) and block.kind == "heading"]
    contents = "".join(f'<li><a href="#muc-{number}">{escape(head)}</a></li>' for number, head in enumerate(heads))
    contents = f'<div class="luoi2-muc"><p>Nội dung chính</p><ul>{contents}</ul></div>' if heads else ""
    crumbs = "".join(f'<li><a href="{escape(one.href)}">{escape(one.label)}</a></li>' for one in chrome.crumbs)
    body = SHAPES.body(article, ink)
    if chrome.popular and body.count("</p>\n<p>") > 4:
        # A neighbour is put behind the second paragraph.
        at = body.index("</p>\n<p>", body.index("</p>\n<p>") + 1) + 5
        near = chrome.popular[0]
        body = f'{body[:at]}<div class="luoi2-xen">Xem thêm: <a href="{escape(near.url)}">{escape(near.title)}</a></div>\n{body[at:]}'
    documents = files(
        article.attached,
        '<div class="luoi2-tep"><h3>Tài liệu kèm theo</h3>{}</div>',
        '<p><a href="{url}">📎 {title}</a></p>',
    )
    return f"""<!DOCTYPE html>
<html lang="vi">
{parts.head(article, chrome, "luoi2")}<body>
<header class="luoi2-top"><a href="/"><img src="/img/logo.svg" alt=""></a><div>{marks.TODAY}</div><nav>{parts.menu_items(chrome, '<a href="{href}">{label}</a>')}</nav></header>
<main><div class="luoi2-cot">
<ul class="luoi2-vet">{crumbs}</ul>
{top[0]}
{top[1]}
<ul class="luoi2-mxh"><li><a href="https://www.facebook.com/sharer.php?u=1">Facebook</a></li><li><a href="https://zalo.me/s">Zalo</a></li><li><a href="#bl">Bình luận (0)</a></li><li>{marks.VIEWS} lượt xem</li></ul>
{contents}
<div class="luoi2-van">
{body.replace("Xem thêm: <a", "<b>Xem thêm:</b> <a")}
</div>
{documents}
<div class="luoi2-the"><a href="/tag/kh">#khoahoc</a> <a href="/tag/cn">#congnghe</a></div>
{parts.comment_form("luoi2", "h3") if article.layout == "ha_tinh" else ""}
<section><h2>Các tin khác</h2>
{parts.teasers(chrome.others, STORY)}
</section></div>
<aside><h2>Mới nhất</h2>{parts.teasers(chrome.newest, STORY)}</aside></main>
<footer>{parts.footer_lines(chrome)}<p>{marks.ONLINE} người đang xem, {marks.TOTAL} lượt</p></footer>
{parts.pixel()}</body></html>
"""
