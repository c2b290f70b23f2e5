"""Skeleton: semantic tags (main, article, header, figure, time without machine date)."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table, Text


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "semantic")
    title = f'<h1 class="bai-tieude">{ink.plain(article.title)}</h1>'
    date = f'<p class="bai-ngay"><time>{article.printed_date}</time></p>'
    top = [date, title] if parts.date_first(article) else [title, date]
    body = "\n".join(_block(block, ink) for block in article.blocks)
    crumbs = "".join(f'<li><a href="{escape(one.href)}">{escape(one.label)}</a></li>' for one in chrome.crumbs)
    og = f'<meta property="og:type" content="article">\n<meta property="og:site_name" content="{escape(chrome.office)}">\n'
    return f"""<!DOCTYPE html>
<html lang="vi">
{parts.head(article, chrome, "sm", og)}<body>
<header class="dau-trang"><a href="/"><img src="/img/logo.png" alt="{escape(chrome.office)}"></a>
<p class="hom-nay">{marks.TODAY}</p>
<nav class="thuc-don"><ul>
{parts.menu_items(chrome)}
</ul></nav></header>
<nav aria-label="breadcrumb"><ol>{crumbs}<li aria-current="page">{escape(article.title)}</li></ol></nav>
<main>
<article class="bai-viet">
<header>
{top[0]}
{top[1]}
</header>
<div class="cong-cu"><button>A-</button> <button>A</button> <button>A+</button> <a href="?print=1">In trang</a></div>
<section class="bai-noidung">
{body}
{_byline(article, ink)}
</section>
{_files(article)}
<p class="bai-luot">Lượt xem: {marks.VIEWS}</p>
</article>
{_around(article, chrome)}
</main>
<aside class="cot-phai">
<section><h2>Tin mới nhất</h2>
{parts.teasers(chrome.newest, _TEASER)}
</section>
<section><h2>Tin xem nhiều</h2><ul>
{parts.teasers(chrome.popular, '<li><a href="{url}">{title}</a> <time>({day})</time></li>')}
</ul></section>
<section><h2>Liên kết website</h2><select><option>Cổng thông tin Chính phủ</option><option>Bộ KH&amp;CN</option></select></section>
<a href="/hoi-dap"><img src="/img/banner-hoidap.jpg" alt="Hỏi đáp trực tuyến"></a>
<p>Đang trực tuyến: {marks.ONLINE}</p><p>Tổng lượt truy cập: {marks.TOTAL}</p>
</aside>
<footer class="chan-trang">
{parts.footer_lines(chrome)}
</footer>
{parts.pixel()}
</body>
</html>
"""


_TEASER = """<div class="tin-nho"><a href="{url}"><img src="{thumb}" alt="{title}" width="96"></a>
<h4><a href="{url}">{title}</a></h4><small>{day}</small></div>"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    others = f"""<section class="tin-khac"><h2>Các tin khác</h2><ul>
{parts.teasers(chrome.others, '<li><a href="{url}">{title}</a> <span>({day})</span></li>')}
</ul></section>
"""
    return others if article.layout != "ha_tinh" else parts.comment_form("sm") + others


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        caption = f"<figcaption>{ink.run(image.printed)}</figcaption>" if image.printed else ""
        return f'<figure class="bai-hinh"><img src="{escape(image.url)}"{alt} loading="lazy">{caption}</figure>'
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "\n".join(f"<li>{ink.run(item)}</li>" for item in block.items) + f"</{tag}>"
    if isinstance(block, Table):
        top, *rest = block.rows
        rows = "".join("<tr>" + "".join(f"<td>{ink.run(cell)}</td>" for cell in row) + "</tr>" for row in rest)
        heads = "".join(f"<th>{ink.run(cell)}</th>" for cell in top)
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    if isinstance(block, Gap):
        return "<p>&nbsp;</p>\n" * block.count
    return _text(block, ink)


def _text(block: Text, ink: Ink) -> str:
    inside = ink.text(block)
    if block.kind == "heading":
        return f"<h3>{inside}</h3>"
    if block.kind == "quote":
        return f"<blockquote><p>{inside}</p></blockquote>"
    return f"<p><strong>{inside}</strong></p>" if block.kind == "lead" else f"<p>{inside}</p>"


def _byline(article: PlayedArticle, ink: Ink) -> str:
    lines = [line for line in (article.byline, article.source_line) if line]
    return "\n".join(f'<p style="text-align: right"><strong>{ink.plain(line)}</strong></p>' for line in lines)


def _files(article: PlayedArticle) -> str:
    if not article.attached:
        return ""
    links = "".join(
        f'<li><a href="{escape(one.url)}" download>{escape(one.title)}</a></li>' for one in article.attached
    )
    return f'<section class="bai-tep"><h3>Tài liệu đính kèm</h3><ul>{links}</ul></section>'
