"""Skeleton: one ``div`` in which everything is separated by ``<br>``; hardly another tag in the body."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "breaks")
    title = f'<div class="k-t">{ink.plain(article.title)}</div>'
    date = f'<div class="k-d">{article.printed_date}</div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = " &raquo; ".join(f'<a href="{escape(one.href)}">{escape(one.label)}</a>' for one in chrome.crumbs)
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
{parts.head(article, chrome, "br")}<body>
<div id="k-all">
<div id="k-head"><a href="/"><img src="/img/banner.jpg" alt="banner" /></a></div>
<div id="k-menu">{parts.menu_items(chrome, '<a href="{href}">{label}</a> |')}</div>
<div id="k-now">{marks.TODAY}, {marks.CLOCK} <marquee>Chào mừng bạn đến với {escape(chrome.office)}</marquee></div>
<div id="k-left">
<div class="k-h">TIN MỚI</div>
{parts.teasers(chrome.newest, '<div><img src="{thumb}" alt="" /><a href="{path}">{title}</a> ({day})</div>')}
<div class="k-h">THỐNG KÊ TRUY CẬP</div>
<div>Đang xem: {marks.ONLINE}<br />Tổng cộng: {marks.TOTAL}</div>
</div>
<div id="k-mid">
<div class="k-way">{crumbs}</div>
{top[0]}
{top[1]}
<div class="k-b">
{_body(article, ink)}
</div>
<div class="k-tools"><a href="javascript:window.print()">In bài viết</a> <a href="#">Gửi email</a> Lượt xem: {marks.VIEWS}</div>
{_around(article, chrome)}
</div>
<div id="k-foot">{parts.footer_lines(chrome, "{}<br />")}</div>
</div>
{parts.pixel()}
</body>
</html>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    form = parts.comment_form("br", "div") if article.layout == "ha_tinh" else ""
    others = parts.teasers(chrome.others, '- <a href="{path}">{title}</a> ({day})<br />')
    return f'{form}<div class="k-h">Các tin khác</div>\n<div class="k-o">{others}</div>'


def _body(article: PlayedArticle, ink: Ink) -> str:
    made = "".join(_block(block, ink) for block in article.blocks)
    for line in (article.byline, article.source_line):
        if line and article.layout == "hau_giang_1":
            made += "&nbsp;" * 9 + f" {ink.plain(line)}<br />\n"
        elif line:
            made += f'<div align="right"><b>{ink.plain(line)}</b></div>\n'
    if article.attached:
        made += "File đính kèm:<br />\n"
    for file in article.attached:
        made += f'<a href="{ink.address(file.url)}">{escape(file.title)}</a><br />\n'
    return made


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = ' alt=""' if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        caption = f"<br />\n<i>{ink.run(image.printed)}</i>" if image.printed else ""
        return f'<center><img src="{ink.address(image.url)}"{alt} border="0" />{caption}</center>\n'
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{ink.run(item)}" for item in block.items) + f"</{tag}>\n"
    if isinstance(block, Table):
        rows = "".join("<tr>" + "".join(f"<td>{ink.run(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
        return f'<table border="1" cellpadding="3">{rows}</table>\n'
    if isinstance(block, Gap):
        return "&nbsp;<br />\n" * block.count
    inside = ink.text(block)
    if block.kind in ("lead", "heading"):
        inside = f"<b>{inside}</b>"
    return f"{inside}<br />\n<br />\n"
