"""Skeleton: Bootstrap columns; alignment by utility classes only, captions inside the picture's paragraph."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "bootstrap")
    title = f'<h4 class="font-weight-bold text-primary">{ink.plain(article.title)}</h4>'
    date = f'<small class="text-muted"><i class="fa fa-clock-o"></i>&nbsp;{article.printed_date}</small>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(
        f'<li class="breadcrumb-item"><a href="{escape(one.href)}">{escape(one.label)}</a></li>'
        for one in chrome.crumbs
    )
    body = "\n".join(_block(block, ink) for block in article.blocks)
    return f"""<!DOCTYPE html>
<html lang="vi">
{parts.head(article, chrome, "bs")}<body>
<nav class="navbar navbar-expand-lg"><a class="navbar-brand" href="/"><img src="/img/logo.png" alt=""></a><ul class="navbar-nav">
{parts.menu_items(chrome, '<li class="nav-item"><a class="nav-link" href="{href}">{label}</a></li>')}
</ul><span class="navbar-text">{marks.TODAY}</span></nav>
<div class="container"><div class="row"><div class="col-md-3 order-md-2">
<div class="card"><div class="card-header">Tin mới</div><div class="list-group list-group-flush">
{parts.teasers(chrome.newest, '<a class="list-group-item" href="{path}"><img class="img-thumbnail" src="{thumb}" alt="{title}">{title}<small class="d-block">{printed}</small></a>')}
</div></div></div>
<div class="col-md-9">
<ol class="breadcrumb">{crumbs}</ol>
<div class="mb-3">{top[0]}</div>
<div class="mb-3">{top[1]}</div>
<div class="d-flex"><button class="btn btn-sm">Nghe bài viết</button><button class="btn btn-sm">Cỡ chữ</button><button class="btn btn-sm">In trang</button></div>
<div class="detail-content">
{body}
{_ending(article, ink)}
</div>
{_files(article, ink)}
<div class="d-flex"><span>Lượt xem: {marks.VIEWS}</span></div>
{_around(article, chrome)}
</div></div></div>
<footer class="bg-dark">{parts.footer_lines(chrome)}<p>Đang truy cập: {marks.ONLINE} - Tất cả: {marks.TOTAL}</p></footer>
{parts.pixel()}
</body></html>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    listed = parts.teasers(chrome.others, '<li class="media"><a href="{path}">{title}</a> <em>({day})</em></li>')
    form = parts.comment_form("bs", "h5") if article.layout == "ha_tinh" else ""
    return f'{form}<h5>Các tin khác</h5><ul class="list-unstyled">{listed}</ul>'


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = ' alt=""' if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        caption = f"<br><em>{ink.run(image.printed)}</em>" if image.printed else ""
        return f'<p class="text-center"><img class="img-fluid" src="{ink.address(image.url)}"{alt}>{caption}</p>'
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li><p>{ink.run(item)}</p></li>" for item in block.items) + f"</{tag}>"
    if isinstance(block, Table):
        rows = "".join("<tr>" + "".join(f"<td>{ink.run(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
        return f'<div class="table-responsive"><table class="table table-bordered"><tbody>{rows}</tbody></table></div>'
    if isinstance(block, Gap):
        return "<p><br></p>\n" * block.count
    inside = ink.text(block)
    if block.kind == "heading":
        return f'<p class="h6">{inside}</p>'
    if block.kind == "lead":
        return f'<p class="lead text-justify"><strong>{inside}</strong></p>'
    return f'<p class="text-justify">{inside}</p>'


def _ending(article: PlayedArticle, ink: Ink) -> str:
    lines = [line for line in (article.byline, article.source_line) if line]
    return "\n".join(f'<p class="text-right"><strong>{ink.plain(line)}</strong></p>' for line in lines)


def _files(article: PlayedArticle, ink: Ink) -> str:
    links = "".join(
        f'<a class="btn btn-link" href="{ink.address(one.url)}">{escape(one.title)}</a>' for one in article.attached
    )
    return f'<div class="border p-2"><span>File đính kèm: </span>{links}</div>' if links else ""
