"""Skeleton: ASP.NET Web Forms: view state, generated ids, everything in ``span`` labels and ``table`` lists."""

from __future__ import annotations

import base64
import random
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table

ID = "ctl00_ContentPlaceHolder1_ctl03"


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "labels")
    title = f'<span id="{ID}_lblTitle" class="lbl1">{ink.plain(article.title)}</span><br />'
    date = f'<span id="{ID}_lblDate" class="lbl2">{article.printed_date}</span><br />'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(
        f'<a id="{ID}_lnk{number}" href="{escape(one.href)}">{escape(one.label)}</a> &#187; '
        for number, one in enumerate(chrome.crumbs)
    )
    body = "\n".join(_block(block, ink) for block in article.blocks)
    return f"""

<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
{parts.head(article, chrome, "asp")}<body>
<form name="aspnetForm" method="post" action="" id="aspnetForm">
<div><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{_view_state(article)}" />
<input type="hidden" name="__EVENTVALIDATION" value="{marks.TOKEN}{_view_state(article)[:300]}" /></div>
<div id="ctl00_pnlTop"><span id="ctl00_lblToday">{marks.TODAY}</span>
<table id="ctl00_mnuTop" cellspacing="0"><tr>
{parts.menu_items(chrome, '<td onmouseover="Menu_HoverStatic(this)"><a class="ctl00_mnuTop_1" href="{href}">{label}</a></td>')}
</tr></table></div>
<table id="ctl00_tblMain" width="100%"><tr><td valign="top" class="cotTrai">
<span id="ctl00_ctl01_lblHead">Tin mới cập nhật</span>
<table id="ctl00_ctl01_dlNew" cellspacing="0" border="0">
{parts.teasers(chrome.newest, '<tr><td><a href="{path}"><img src="{thumb}" style="border-width:0px;" /></a> <a href="{path}">{title}</a> <span>{day}</span></td></tr>')}
</table>
<span id="ctl00_ctl02_lblOnline">Online: {marks.ONLINE}</span><br /><span>Số lượt truy cập: {marks.TOTAL}</span>
</td><td valign="top" class="cotGiua"><div id="{ID}_pnlView">
<div>{crumbs}</div>
{top[0]}
{top[1]}
<span id="{ID}_lblContent" class="lbl3">
{body}
{_ending(article, ink)}
</span>
{_files(article, ink)}
<div><span id="{ID}_lblViews">Lượt xem: {marks.VIEWS}</span>
<a id="{ID}_btnPrint" href="javascript:__doPostBack('{ID}$btnPrint','')">Bản in</a>
<a id="{ID}_btnBack" href="javascript:history.go(-1)">[Trở về]</a></div>
{_around(article, chrome)}
</div></td></tr></table>
<div id="ctl00_pnlFoot">{parts.footer_lines(chrome, '<span class="ft">{}</span><br />')}</div>
<script type="text/javascript">
//<![CDATA[
var theForm = document.forms['aspnetForm']; function __doPostBack(a, b) {{ theForm.submit(); }}
//]]>
</script>
</form>
{parts.pixel()}
</body>
</html>
"""


def _view_state(article: PlayedArticle) -> str:
    return base64.b64encode(random.Random(article.url).randbytes(4200)).decode()


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    rows = parts.teasers(chrome.others, '<tr><td><a href="{path}">{title}</a>&nbsp;<span>({day})</span></td></tr>')
    form = parts.comment_form("asp", "span") if article.layout == "ha_tinh" else ""
    return (
        f'{form}<span id="{ID}_lblOther" class="lbl4">Các tin khác</span>\n'
        f'<table id="{ID}_dlOther" cellspacing="0">{rows}</table>'
    )


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        made = (
            f'<p align="center"><img src="{ink.address(image.url)}"{alt} style="border-width:0px;width:450px;" /></p>'
        )
        if image.printed:
            made += f'\n<p align="center"><span style="font-style:italic;">{ink.run(image.printed)}</span></p>'
        return made
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li><span>{ink.run(item)}</span></li>" for item in block.items) + f"</{tag}>"
    if isinstance(block, Table):
        rows = "".join("<tr>" + "".join(f"<td>{ink.run(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
        return f'<table cellspacing="0" rules="all" border="1" style="border-collapse:collapse;">{rows}</table>'
    if isinstance(block, Gap):
        return "<p>&nbsp;</p>\n" * block.count
    inside = ink.text(block)
    if block.kind in ("lead", "heading"):
        inside = f'<span style="font-weight:bold;">{inside}</span>'
    if block.kind == "lead":
        return f'<span class="lblSapo">{inside}</span><br />'
    return f'<p style="text-align: justify;">{inside}</p>'


def _ending(article: PlayedArticle, ink: Ink) -> str:
    made = ""
    for line in (article.byline, article.source_line):
        if line and article.layout == "hau_giang_1":
            made += f'<p>{"&nbsp;" * 10}<span style="font-weight:bold;">{ink.plain(line)}</span></p>\n'
        elif line:
            made += f'<p align="right"><span style="font-weight:bold;">{ink.plain(line)}</span></p>\n'
    return made


def _files(article: PlayedArticle, ink: Ink) -> str:
    rows = "".join(
        f'<tr><td><img src="/img/file.gif" /> <a href="{ink.address(one.url)}">{escape(one.title)}</a></td></tr>'
        for one in article.attached
    )
    if not rows:
        return ""
    return f'<span id="{ID}_lblFile">File đính kèm:</span><table id="{ID}_dlFile">{rows}</table>'
