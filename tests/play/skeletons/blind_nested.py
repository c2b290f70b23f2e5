"""Skeleton: an old portal of nested tables, columns on both sides of the article, upper-case tags, fonts."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.shapes import Shapes, files
from tests.play.truth import PlayedArticle

FONT = '<FONT face="Times New Roman" size=4>{}</FONT>'
SHAPES = Shapes(
    p=f"<P>{FONT.format('&nbsp;&nbsp;&nbsp;&nbsp; {}')}</P>",
    lead=f"<P><B>{FONT.format('{}')}</B></P>",
    heading=f"<P><B><I>{FONT.format('{}')}</I></B></P>",
    quote=f"<P><I>{FONT.format('&nbsp;&nbsp;&nbsp;&nbsp; {}')}</I></P>",
    gap="<P>&nbsp;</P>",
    picture='<TABLE align=center border=0 width=1><TR><TD><IMG src="{src}"{alt} border=1></TD></TR></TABLE>',
    captioned='<TABLE align=center border=0 width=1><TR><TD><IMG src="{src}"{alt} border=1></TD></TR>\n'
    "<TR><TD align=middle><FONT size=2 color=#0000ff><I>{caption}</I></FONT></TD></TR></TABLE>",
    table="<TABLE border=1 cellSpacing=0 cellPadding=3 width=98%>{}</TABLE>",
    row="<TR>{}</TR>\n",
    cell="<TD vAlign=top><FONT size=3>{}</FONT></TD>",
    signed=f"<P>{'&nbsp;' * 40}<STRONG>{FONT.format('{}')}</STRONG></P>",
    bullets="<UL>{}</UL>",
    numbers="<OL>{}</OL>",
    item=f"<LI>{FONT.format('{}')}</LI>",
)
ROW = '<TR><TD class="cuHang"><IMG src="/img/mui-ten.gif" width=7> <A href="{url}">{title}</A> ({day})</TD></TR>'


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "blind_nested")
    title = f'<TR><TD class="cuTua"><FONT color=#990000 size=4><B>{ink.plain(article.title)}</B></FONT></TD></TR>'
    date = f'<TR><TD class="cuNho" align=left><FONT size=1 color=gray>{article.printed_date}</FONT></TD></TR>'
    top = [date, title] if parts.date_first(article) else [title, date]
    ticker = " | ".join(f'<A href="{escape(one.url)}">{escape(one.title)}</A>' for one in chrome.newest)
    crumbs = " &gt; ".join(f'<A href="{escape(one.href)}">{escape(one.label)}</A>' for one in chrome.crumbs)
    counter = " ".join(f"<TD><IMG src=/img/so{digit}.gif alt={digit}></TD>" for digit in "5675290")
    form = f"<TR><TD>{parts.comment_form('cu', 'B')}</TD></TR>" if article.layout == "ha_tinh" else ""
    others = parts.teasers(chrome.others, ROW)
    return f"""<HTML>
{parts.head(article, chrome, "cu")}<BODY bgColor=#ffffff topMargin=0>
<TABLE width=1000 align=center border=0 cellPadding=0 cellSpacing=0>
<TR><TD colspan=3><IMG src="/img/banner.jpg" width=1000 height=150 alt="{escape(chrome.office)}"></TD></TR>
<TR><TD colspan=3 class="cuNgay">{marks.TODAY} <MARQUEE scrollamount=3>{ticker}</MARQUEE></TD></TR>
<TR><TD width=190 vAlign=top><TABLE width=100% class="cuTrai">
{parts.menu_items(chrome, '<TR><TD class="cuMuc"><A href="{href}">{label}</A></TD></TR>')}
<TR><TD class="cuDau">TIN MỚI</TD></TR>
{parts.teasers(chrome.newest, ROW)}
<TR><TD class="cuDau">SỐ LƯỢT TRUY CẬP</TD></TR><TR><TD><TABLE><TR>{counter}</TR></TABLE>
Đang truy cập: {marks.ONLINE}<BR>Tổng số: {marks.TOTAL}</TD></TR></TABLE></TD>
<TD width=600 vAlign=top><TABLE width=100% cellPadding=4>
<TR><TD class="cuVet">{crumbs}</TD></TR>
<TR><TD><TABLE width=100%>
{top[0]}
{top[1]}
<TR><TD class="cuBai">
{SHAPES.body(article, ink)}
</TD></TR>
{files(article.attached, "<TR><TD><B>Tải về:</B> {}</TD></TR>", '<A href="{url}"><IMG src="/img/tai.gif"> {title}</A><BR>')}
<TR><TD align=right><A href="javascript:history.back()">[Trở về]</A> <A href="#top">[Đầu trang]</A></TD></TR>
{form}
<TR><TD class="cuDau"><B>Các tin khác</B></TD></TR>
{others}
</TABLE></TD></TR></TABLE></TD>
<TD width=210 vAlign=top><TABLE width=100% class="cuPhai"><TR><TD class="cuDau">THÔNG BÁO</TD></TR>
{parts.teasers(chrome.popular, '<TR><TD><A href="{url}"><B>{title}</B></A><BR><FONT size=1>{printed}</FONT><BR>{summary}</TD></TR>')}
<TR><TD><IMG src="/img/quang-cao.gif" alt="Quảng cáo"></TD></TR></TABLE></TD></TR>
<TR><TD colspan=3 align=center>{parts.footer_lines(chrome, "<FONT size=2>{}</FONT><BR>")}</TD></TR></TABLE>
{parts.pixel()}</BODY></HTML>
"""
