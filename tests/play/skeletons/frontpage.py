"""Skeleton: pages of the nineties: unclosed paragraphs, ``center``, the caption a second row without alignment."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "frontpage")
    title = f'<p align="center"><font face="Arial" size="4" color="#0000FF"><b>{ink.plain(article.title)}</b></font>'
    date = f'<p align="right"><font face="Arial" size="1">{article.printed_date}</font>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = " | ".join(f'<a href="{escape(one.href)}">{escape(one.label)}</a>' for one in chrome.crumbs)
    return f"""<html>
{parts.head(article, chrome, "fp")}<body link="#0000FF">
<table border="0" width="780"><tr><td colspan="2"><img border="0" src="/img/banner.jpg" width="780"></td></tr>
<tr><td colspan="2"><font size="2">{parts.menu_items(chrome, '[<a href="{href}">{label}</a>]')}</font></td></tr>
<tr><td colspan="2"><font size="1">{marks.TODAY}</font></td></tr>
<tr><td width="580" valign="top"><font size="2">{crumbs}</font><hr>
{top[0]}
{top[1]}
{"".join(_block(block, ink) for block in article.blocks)}
{_ending(article, ink)}
<hr size="1"><font size="1">[ <a href="javascript:history.back()">Trở về</a> ] [ <a href="#">Về đầu trang</a> ] Số lần đọc: {marks.VIEWS}</font>
{_around(article, chrome)}
</td><td width="200" valign="top"><b>Tin mới</b>
{parts.teasers(chrome.newest, '<p><font size="2"><a href="{path}">{title}</a> - {printed}</font>')}
<p>Số người đang xem: {marks.ONLINE}<br>Tổng số: {marks.TOTAL}</td></tr>
<tr><td colspan="2" align="center">{parts.footer_lines(chrome, "{}<br>")}</td></tr></table>
{parts.pixel()}
</body></html>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    rows = parts.teasers(chrome.others, '<li><a href="{path}">{title}</a> ({day})')
    form = parts.comment_form("fp", "b") if article.layout == "ha_tinh" else ""
    return f"{form}<p><b>Các tin khác</b><ul>{rows}</ul>"


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        caption = (
            f'\n<p align="center"><font size="1" face="Arial">{ink.run(image.printed)}</font>' if image.printed else ""
        )
        return f'<p align="center"><img border="1" src="{ink.address(image.url)}"{alt} width="400">{caption}\n'
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{ink.run(item)}\n" for item in block.items) + f"</{tag}>\n"
    if isinstance(block, Table):
        rows = "".join("<tr>" + "".join(f"<td>{ink.run(cell)}" for cell in row) + "\n" for row in block.rows)
        return f'<table border="1">{rows}</table>\n'
    if isinstance(block, Gap):
        return "<p>&nbsp;\n" * block.count
    inside = ink.text(block)
    if block.kind in ("lead", "heading"):
        inside = f"<b>{inside}</b>"
    return f'<p align="justify"><font face="Times New Roman">{inside}</font>\n'


def _ending(article: PlayedArticle, ink: Ink) -> str:
    made = "".join(
        f'<p align="right"><b>{ink.plain(line)}</b>\n' for line in (article.byline, article.source_line) if line
    )
    links = "".join(f'<br><a href="{ink.address(one.url)}">{escape(one.title)}</a>' for one in article.attached)
    return made + (f"<p><i>Tệp đính kèm:</i>{links}\n" if links else "")
