"""Skeleton: nested tables, upper-case tags, no quotes; captions in a cell below the picture."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "tables")
    title = f"<TR><TD class=tdTieuDe colSpan=2><FONT size=4><B>{ink.plain(article.title)}</B></FONT></TD></TR>"
    date = f"<TR><TD class=tdNgay colSpan=2><FONT color=#808080 size=1>{article.printed_date}</FONT></TD></TR>"
    top = [date, title] if parts.date_first(article) else [title, date]
    menu = parts.menu_items(chrome, '<TD class=mnu nowrap><A href="{href}">{label}</A></TD>')
    crumbs = " &gt; ".join(f'<A href="{escape(one.href)}">{escape(one.label)}</A>' for one in chrome.crumbs)
    return f"""<HTML>
{parts.head(article, chrome, "tb")}<BODY bgcolor=#ffffff topmargin=0>
<TABLE width=1000 align=center border=0 cellSpacing=0 cellPadding=0>
<TR><TD colSpan=3><IMG src="/img/banner.jpg" width=1000 height=120></TD></TR>
<TR><TD colSpan=3><TABLE width="100%"><TR>{menu}</TR></TABLE></TD></TR>
<TR><TD colSpan=2 class=way>{crumbs}</TD><TD align=right class=homnay>Hôm nay: {marks.TODAY}</TD></TR>
<TR vAlign=top>
<TD width=190><TABLE width="100%" border=0><TR><TD class=hdr>TIN NỔI BẬT</TD></TR>
{parts.teasers(chrome.popular, '<TR><TD><A href="{path}"><IMG src="{thumb}" width=60 align=left>{title}</A><BR>{day}</TD></TR>')}
<TR><TD class=hdr>THĂM DÒ</TD></TR><TR><TD>Bạn đánh giá thế nào về trang thông tin?<BR><INPUT type=radio> Tốt<BR><INPUT type=radio> Khá</TD></TR>
</TABLE></TD>
<TD width=620><TABLE width="100%" cellPadding=4><TR><TD>
<TABLE width="100%" border=0>
{top[0]}
{top[1]}
<TR><TD colSpan=2 class=tdNoiDung align=justify>
{"".join(_block(block, ink) for block in article.blocks)}
</TD></TR>
{_ending(article, ink)}
<TR><TD class=xem>Số lượt đã xem: {marks.VIEWS}</TD><TD align=right><A href="javascript:history.back()">Quay lại</A> | <A href="#">Về đầu trang</A></TD></TR>
</TABLE>
</TD></TR>
{_around(article, chrome)}
</TABLE></TD>
<TD width=190><TABLE width="100%"><TR><TD class=hdr>TIN MỚI NHẬN</TD></TR>
{parts.teasers(chrome.newest, '<TR><TD><IMG src="/img/bullet.gif"> <A href="{path}">{title}</A> <I>({day})</I></TD></TR>')}
<TR><TD class=hdr>LIÊN KẾT</TD></TR><TR><TD><A href="http://www.most.gov.vn/"><IMG src="/img/lk-most.png" border=0></A></TD></TR>
<TR><TD>Online: {marks.ONLINE}<BR>Thống kê: {marks.TOTAL}</TD></TR></TABLE></TD>
</TR>
<TR><TD colSpan=3 align=center class=foot>{parts.footer_lines(chrome, "{}<BR>")}</TD></TR>
</TABLE>
{parts.pixel()}
</BODY></HTML>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    others = parts.teasers(
        chrome.others,
        '<TR><TD width=10><IMG src="/img/bullet.gif"></TD><TD><A href="{path}">{title}</A> ({day})</TD></TR>',
    )
    listed = f"<TR><TD><B>Các tin khác</B><TABLE>{others}</TABLE></TD></TR>"
    form = f"<TR><TD>{parts.comment_form('tb', 'b')}</TD></TR>" if article.layout == "ha_tinh" else ""
    return form + listed


def _ending(article: PlayedArticle, ink: Ink) -> str:
    made = ""
    for line in (article.byline, article.source_line):
        if line:
            made += f"<TR><TD colSpan=2 align=right><I>{ink.plain(line)}</I></TD></TR>\n"
    if article.attached:
        links = "<BR>".join(f'<A href="{ink.address(one.url)}">{escape(one.title)}</A>' for one in article.attached)
        made += f"<TR><TD width=110>Tệp đính kèm:</TD><TD>{links}</TD></TR>\n"
    return made


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        caption = ""
        if image.printed:
            caption = (
                f"<TR><TD align=center><FONT color=#000080 size=2><I>{ink.run(image.printed)}</I></FONT></TD></TR>"
            )
        picture = f'<TR><TD align=center><IMG src="{ink.address(image.url)}"{alt} border=0></TD></TR>'
        return f"<TABLE border=0 align=center width=450>{picture}{caption}</TABLE>\n"
    if isinstance(block, Bullets):
        tag = "OL" if block.ordered else "UL"
        return f"<{tag}>" + "".join(f"<LI>{ink.run(item)}</LI>" for item in block.items) + f"</{tag}>\n"
    if isinstance(block, Table):
        rows = "".join("<TR>" + "".join(f"<TD>{ink.run(cell)}</TD>" for cell in row) + "</TR>" for row in block.rows)
        return f"<TABLE border=1 cellSpacing=0>{rows}</TABLE>\n"
    if isinstance(block, Gap):
        return "<P>&nbsp;</P>\n" * block.count
    inside = ink.text(block)
    if block.kind in ("lead", "heading"):
        inside = f"<B>{inside}</B>"
    return f"<P align=justify>{inside}</P>\n"
