"""Skeleton: a body pasted from Word (MsoNormal, o:p, font, nested spans) inside a portal's ``div``s."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table

FONT = "font-family:&quot;Times New Roman&quot;,&quot;serif&quot;;font-size:14.0pt;mso-ansi-language:VI"
JUSTIFIED = "margin-bottom:6.0pt;text-align:justify;text-indent:36.0pt;line-height:115%"


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "word")
    title = f'<div class="x-hd"><h2><span>{ink.plain(article.title)}</span></h2></div>'
    date = f'<div class="x-dt"><i class="x-ico"></i> {article.printed_date}</div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(f'<a href="{escape(one.href)}">{escape(one.label)}</a><i>/</i>' for one in chrome.crumbs)
    body = "\n".join(_block(block, ink) for block in article.blocks)
    return f"""<!doctype html>
<html lang="vi-VN" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
{parts.head(article, chrome, "wd")}<body class="x">
<div class="x-bar"><span class="x-day">{marks.TODAY} | {marks.CLOCK}</span><form action="/tim-kiem"><input name="q"></form></div>
<div class="x-nav">{parts.menu_items(chrome, '<div class="x-m"><a href="{href}">{label}</a></div>')}</div>
<div class="x-row"><div class="x-col9">
<div class="x-bc">{crumbs}</div>
{top[0]}
{top[1]}
<div class="x-share"><a href="#">Facebook</a> <a href="#">Zalo</a> <a href="javascript:window.print()">In trang</a> <span>A-</span> <span>A+</span></div>
<div class="x-ct">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->
<style>p.MsoNormal{{margin:0in;font-size:12.0pt;font-family:"Times New Roman"}}</style>
{body}
{_ending(article, ink)}
</div>
{_files(article)}
<div class="x-meta"><span>{marks.VIEWS} Lượt xem</span></div>
{_around(article, chrome)}
</div>
<div class="x-col3">
<div class="x-bx"><div class="x-bt">TIN XEM NHIỀU</div>
{parts.teasers(chrome.popular, '<div class="x-it"><img src="{thumb}" alt=""><a href="{url}">{title}</a><div>{day}</div></div>')}
</div>
<div class="x-bx"><div class="x-bt">TIN MỚI</div>
{parts.teasers(chrome.newest, '<div class="x-it"><a href="{url}">{title}</a> <em>{printed}</em></div>')}
</div>
<div class="x-bx"><div class="x-bt">Lượt truy cập</div>Đang trực tuyến: {marks.ONLINE}<br>Hôm nay: {marks.VIEWS}<br>Tất cả: {marks.TOTAL}</div>
</div></div>
<div class="x-ft">{parts.footer_lines(chrome, "<div>{}</div>")}</div>
{parts.pixel()}
</body></html>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    others = parts.teasers(chrome.others, '<div class="x-o"><a href="{url}">{title}</a> ({day})</div>')
    form = parts.comment_form("wd", "div") if article.layout == "ha_tinh" else ""
    return f'{form}<div class="x-bt">Các tin khác</div>\n{others}'


def _soup(inside: str, ink: Ink, bold: bool = False) -> str:
    """Wrap *inside* as Word does, cut into spans at some spaces that stand outside of tags."""
    made, depth, last = "", 0, 0
    for at, letter in enumerate(inside):
        depth += (letter == "<") - (letter == ">")
        if letter == " " and depth == 0 and "<" not in inside and at - last > 40 and ink.rng.random() < 0.2:
            made += f'{inside[last:at]}</span><span lang="VI" style="{FONT}"> '
            last = at + 1
    made += inside[last:]
    inner = f'<span lang="EN-US" style="{FONT}">{made}<o:p></o:p></span>'
    return f"<b>{inner}</b>" if bold else f'<font color="black">{inner}</font>'


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = ' alt=""' if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        picture = (
            '<p class="MsoNormal" align="center" style="text-align:center"><span style="mso-no-proof:yes">'
            f'<img width="450" src="{escape(image.url)}"{alt} v:shapes="Picture_x0020_1"></span><o:p></o:p></p>'
        )
        if not image.printed:
            return picture
        caption = (
            f'<i><span lang="VI" style="font-size:12.0pt;color:#0070C0">{ink.run(image.printed)}<o:p></o:p></span></i>'
        )
        return f'{picture}\n<p class="MsoNormal" align="center" style="text-align:center">{caption}</p>'
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        items = "".join(
            f'<li class="MsoNormal" style="{JUSTIFIED}">{_soup(ink.run(item), ink)}</li>' for item in block.items
        )
        return f'<{tag} style="margin-top:0in" type="disc">{items}</{tag}>'
    if isinstance(block, Table):
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td width="180" valign="top"><p class="MsoNormal">{_soup(ink.run(cell), ink)}</p></td>'
                for cell in row
            )
            + "</tr>"
            for row in block.rows
        )
        return f'<table class="MsoTableGrid" border="1" cellspacing="0" cellpadding="0"><tbody>{rows}</tbody></table>'
    if isinstance(block, Gap):
        return '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n' * block.count
    bold = block.kind in ("lead", "heading")
    return f'<p class="MsoNormal" style="{JUSTIFIED}">{_soup(ink.text(block), ink, bold)}</p>'


def _ending(article: PlayedArticle, ink: Ink) -> str:
    made = '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n'
    for line in (article.byline, article.source_line):
        if line:
            made += (
                '<p class="MsoNormal" align="right" style="text-align:right">'
                f'<b><i><span lang="VI" style="{FONT}">{ink.plain(line)}<o:p></o:p></span></i></b></p>\n'
            )
    return made


def _files(article: PlayedArticle) -> str:
    links = "".join(f'<a class="x-dl" href="{escape(one.url)}">{escape(one.title)}</a>' for one in article.attached)
    return f'<div class="x-fl"><b>Tệp đính kèm:</b> {links}</div>' if links else ""
