"""Page shapes made to mislead a reader, none of them the player's.

Each takes an article as :class:`tests.play.truth.PlayedArticle` and gives a page. The noise is that of
real portals: today's date in the article's own shape, teasers with dates, buttons, hidden blocks, forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table, Text

Skeleton = Callable[[PlayedArticle], str]
SKELETONS: dict[str, Skeleton] = {}

TODAY = {"ha_tinh": "07:45 | 08-07-2025", "hau_giang_1": "8/7/2025, 07:45 (GMT+7)", "hau_giang_2": "Ngày 08-07-2025"}
PAST = {"ha_tinh": "14:05 | 03-06-2025", "hau_giang_1": "3/6/2020, 14:05 (GMT+7)", "hau_giang_2": "Ngày 03-06-2022"}
OTHER_URLS = {
    "ha_tinh": "/chi-tiet-tin-tuc/{}",
    "hau_giang_1": "/HtmlView.aspx?pageid=3129&amp;ItemID={}&amp;mid=7506&amp;pageindex=0&amp;siteid=60",
    "hau_giang_2": "/chi-tiet/-/tin-tuc/{}",
}
OTHERS = (
    ("70001", "Nghiệm thu đề tài trồng nấm linh chi dưới tán rừng tại xã Sơn Kim 1"),
    ("70002", "Hội thảo giải pháp chuyển đổi số cho hợp tác xã nông nghiệp năm nay"),
    ("70003", "Thanh tra đo lường chất lượng xăng dầu trên địa bàn toàn tỉnh"),
)
LEAD = (
    "Sáng nay, đoàn công tác của Sở đã kiểm tra tiến độ thực hiện mô hình tại các hộ dân, đồng thời trao đổi về những "
    "khó khăn, vướng mắc trong quá trình triển khai để kịp thời tháo gỡ."
)
NOTICE = (
    "Sở tổ chức tiếp công dân vào ngày 15 hằng tháng tại trụ sở, đề nghị các tổ chức, cá nhân đăng ký trước qua bộ phận "
    "một cửa để được sắp xếp thời gian phù hợp."
)


def skeleton(made: Skeleton) -> Skeleton:
    """Register a page shape by its name."""
    SKELETONS[made.__name__] = made
    return made


def _others(article: PlayedArticle, form: str) -> str:
    url = OTHER_URLS[article.layout]
    return "\n".join(
        form.format(url=url.format(f"x-y-z-{n}" if article.layout != "hau_giang_1" else n), title=t, day="03/06/2025",
                    date=PAST[article.layout], lead=LEAD)
        for n, t in OTHERS
    )  # fmt: skip


def _top(article: PlayedArticle, title: str, date: str, between: str = "") -> str:
    return date + between + title if article.layout == "ha_tinh" else title + between + date


def _lines(article: PlayedArticle) -> list[str]:
    return [escape(line) for line in (article.byline, article.source_line) if line]


def _inline(block: Text) -> str:
    text = escape(block.text, quote=False)
    if block.link is not None:
        title = escape(block.link.title, quote=False)
        text = text.replace(title, f'<a href="{escape(block.link.url)}">{title}</a>')
    return text


def _body(article: PlayedArticle, text: str, figure: Callable[[Figure], str], *, gap: str = "<p>&nbsp;</p>",
          bold: str = "<b>{}</b>", item: str = "<li>{}</li>", row: str = "<tr>{}</tr>", cell: str = "<td>{}</td>") -> str:  # fmt: skip
    def one(block: Block) -> str:
        if isinstance(block, Figure):
            return figure(block)
        if isinstance(block, Gap):
            return gap * block.count
        if isinstance(block, Bullets):
            return "<ul>" + "".join(item.format(escape(each, quote=False)) for each in block.items) + "</ul>"
        if isinstance(block, Table):
            rows = (row.format("".join(cell.format(escape(c, quote=False)) for c in r)) for r in block.rows)
            return "<table>" + "".join(rows) + "</table>"
        inside = _inline(block)
        return text.format(bold.format(inside) if block.kind in ("lead", "heading") else inside)

    return "\n".join(one(block) for block in article.blocks)


def _img(figure: Figure, more: str = "") -> str:
    alt = "" if figure.image.alt is None else f' alt="{escape(figure.image.alt)}"'
    return f'<img src="{escape(figure.image.url)}"{alt}{more}>'


def _caption(figure: Figure) -> str:
    return escape(figure.image.printed or "", quote=False)


def _files(article: PlayedArticle, form: str, head: str) -> str:
    links = "".join(form.format(escape(one.url), escape(one.title)) for one in article.attached)
    return head + links if links else ""


def _head(article: PlayedArticle) -> str:
    title = {"ha_tinh": escape(article.title) + " | Sở Khoa học và Công nghệ Hà Tĩnh",
             "hau_giang_1": "Cổng thông tin điện tử tỉnh Hậu Giang",
             "hau_giang_2": "Chi tiet tin tức - Sở Khoa học công nghệ"}[article.layout]  # fmt: skip
    return f'<head><meta charset="utf-8"><title>{title}</title><script>var d="{TODAY[article.layout]}";</script></head>'


@skeleton
def definition_list(a: PlayedArticle) -> str:
    def figure(f: Figure) -> str:
        note = f"<dd align=center><em>{_caption(f)}</em></dd>" if f.image.printed else ""
        return f"<dt align=center>{_img(f)}</dt>{note}"

    top = _top(a, f"<dt><b>{escape(a.title)}</b></dt>", f"<dd><small>{a.printed_date}</small></dd>")
    ends = "".join(f'<dd style="text-align:right"><strong>{line}</strong></dd>' for line in _lines(a))
    return f"""<html>{_head(a)}<body><p>{TODAY[a.layout]}</p>
<dl><dt>Tin mới</dt>{_others(a, '<dd><a href="{url}">{title}</a></dd><dd>{date}</dd>')}</dl>
<dl><dd><a href="/">Trang chủ</a> / <a href="/x">{a.section}</a> / {escape(a.title)}</dd></dl>
<dl>{top}<dd>A- A A+</dd>{_body(a, "<dd>{}</dd>", figure, gap="<dd>&nbsp;</dd>")}{ends}
{_files(a, '<dd><a href="{}">{}</a></dd>', "<dt>File đính kèm:</dt>")}<dd>Lượt xem: 98</dd></dl>
<h3>Các tin khác</h3><dl>{_others(a, '<dd><a href="{url}">{title}</a> ({day})</dd>')}</dl></body></html>"""


@skeleton
def bare_paragraphs(a: PlayedArticle) -> str:
    def figure(f: Figure) -> str:
        note = f"<p align=center><i>{_caption(f)}" if f.image.printed else ""
        return f"<p align=center>{_img(f)}\n{note}"

    top = _top(a, f"<p><b>{escape(a.title)}</b>", f"<p>{a.printed_date}")
    ends = "".join(f"<p align=right>{line}" for line in _lines(a))
    form = "<p>GÓP Ý - TRAO ĐỔI<p>SỞ KHOA HỌC VÀ CÔNG NGHỆ<p>ReCaptcha:<p>Bình luận" if a.layout == "ha_tinh" else ""
    return f"""<html>{_head(a)}<body><p>SỞ KHOA HỌC VÀ CÔNG NGHỆ<p>Hôm nay: {TODAY[a.layout]}
<p><a href="/">Trang chủ</a> | <a href="/gt">Giới thiệu</a> | <a href="/lh">Liên hệ</a>
{_others(a, '<p><a href="{url}">{title}</a> <p>{date}')}
{top}{_body(a, "<p>{}", figure, gap="<p>&nbsp;")}{ends}{_files(a, '<p><a href="{}">{}</a>', "<p>Tệp đính kèm")}
<p>Lượt xem: 12<p>In trang{form}<p>Các tin khác{_others(a, '<p><a href="{url}">{title}</a> ({day})')}
<p>Bản quyền thuộc Sở. Địa chỉ: số 5 đường Trần Phú, điện thoại 0239 3 000 000, mọi trích dẫn phải ghi rõ nguồn.</body></html>"""


@skeleton
def word_rows(a: PlayedArticle) -> str:
    """Each paragraph is a row of its own; the byline is the last row; columns with dates left and right."""

    def figure(f: Figure) -> str:
        note = f"<br><span style='font-size:9pt'>{_caption(f)}</span>" if f.image.printed else ""
        return f"<tr><td><a href='{escape(f.image.url)}'>{_img(f)}</a>{note}</td></tr>"

    top = _top(a, f"<tr><td><font size=4>{escape(a.title)}</font></td></tr>", f"<tr><td>{a.printed_date}</td></tr>")
    ends = "".join(f"<tr><td align=right><b>{line}</b></td></tr>" for line in _lines(a))
    body = _body(a, "<tr><td><p class=MsoNormal><span><span>{}</span><o:p></o:p></span></p></td></tr>", figure,
                 gap="<tr><td>&nbsp;</td></tr>").replace("<ul>", "<tr><td><ul>").replace("</ul>", "</ul></td></tr>")  # fmt: skip
    body = re.sub(r"(?s)<table>(.*?)</table>", r"<tr><td><table>\1</table></td></tr>", body)
    side = f"<table>{_others(a, '<tr><td>{date}</td></tr><tr><td><a href={url}>{title}</a></td></tr>')}</table>"
    return f"""<html>{_head(a)}<body><table><tr><td>{TODAY[a.layout]}</td></tr></table>
<table><tr><td width=20%>{side}<p>{NOTICE}</p></td><td>
<table>{top}<tr><td><a href="javascript:print()">In</a> <a href="mailto:?s=x">Gửi email</a></td></tr>{body}{ends}
{_files(a, '<tr><td><a href="{}">{}</a></td></tr>', "<tr><td>Tài liệu đính kèm:</td></tr>")}</table>
<b>Tin liên quan</b>{_others(a, '<p><a href="{url}">{title}</a></p>')}
</td><td>{side}<p>{NOTICE}</p></td></tr></table></body></html>"""


@skeleton
def broken_words(a: PlayedArticle) -> str:
    """Numeric entities, tags and soft hyphens inside words, dates in pieces, captions after ``<br>``."""

    def cut(html: str) -> str:
        def word(found: re.Match[str]) -> str:
            text = found.group()
            if len(text) > 5:
                return f"<span>{text[:2]}</span><!-- x --><wbr><font>{text[2:4]}&shy;</font>{text[4:]}"
            return "".join(f"&#{ord(c)};" for c in text) if len(text) == 4 else text

        return "".join(p if p.startswith(("<", "&")) else re.sub(r"[^\W\d_]+", word, p).replace(" ", "\n   ", 1)
                       for p in re.split(r"(<[^>]+>|&\w+;)", html))  # fmt: skip

    def figure(f: Figure) -> str:
        note = f"<br>{cut(_caption(f))}" if f.image.printed else ""
        return f"<p style='TEXT-ALIGN: center'>{_img(f)}{note}</p>"

    date = "".join(f"<span>{piece}</span>" for piece in re.split(r"(\W)", escape(a.printed_date)) if piece)
    top = _top(a, f"<div><b><span>{cut(escape(a.title))}</span></b></div>", f"<div>{date}</div>")
    ends = "".join(f"<p>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;{line}</p>" for line in _lines(a))
    body = _body(a, "<div>{}</div>", figure, gap="<div>&nbsp;</div>")
    return f"""<html>{_head(a)}<body><form id=aspnetForm method=post action=x.aspx><input type=hidden name=__VIEWSTATE value=abc>
<div style="display:none"><h1>Tiêu đề ẩn không ai thấy</h1><p>{LEAD}</p></div>
<div>{_others(a, '<div><a href="{url}"><img src="/t.jpg" width=120></a><b><a href="{url}">{title}</a></b><i>{date}</i><p>{lead}</p></div>')}</div>
<div>{top}<div>{body}</div>{ends}{_files(a, '<div><a href="{}">{}</a></div>', "")}
<noscript>{NOTICE}</noscript></div>
<div>Tin cùng chuyên mục</div>{_others(a, '<div><a href="{url}">{title}</a></div>')}</form></body></html>"""


@skeleton
def modern(a: PlayedArticle) -> str:
    def figure(f: Figure) -> str:
        note = f"<figcaption><p>{_caption(f)}</p></figcaption>" if f.image.printed else ""
        url = escape(f.image.url)
        alt = "" if f.image.alt is None else f' alt="{escape(f.image.alt)}"'
        return (f'<figure><img src="data:image/gif;base64,R0lGOD" data-src="{url}"{alt}>'
                f'<noscript><img src="{url}"></noscript>{note}</figure>')  # fmt: skip

    top = _top(a, f"<h2>{escape(a.title)}</h2>", f'<div><svg><path d=""/></svg><time>{a.printed_date}</time></div>')
    ends = "".join(f'<div style="text-align:end"><strong>{line}</strong></div>' for line in _lines(a))
    related = f"<aside><h4>Tin liên quan</h4>{_others(a, '<a href={url}>{title}</a>')}</aside>"
    body = _body(a, "<div><p>{}</p></div>", figure, gap="<div><br></div>", bold="<strong>{}</strong>")
    return f"""<!doctype html><html lang=vi>{_head(a)}<body><header><h1>Sở Khoa học và Công nghệ</h1><time>{TODAY[a.layout]}</time></header>
<nav><a href="/">Trang chủ</a><a href="/tin">{a.section}</a></nav>
<main><section>{_others(a, '<article><a href="{url}"><h3>{title}</h3></a><time>{date}</time><p>{lead}</p><a href="{url}">Xem tiếp</a></article>')}</section>
<article><header>{top}<ul><li><a href="https://www.facebook.com/sharer.php?u=x">Facebook</a></li><li>Zalo</li></ul></header>{related}
<section>{body}{ends}</section>{_files(a, '<a href="{}">{}</a><br>', "<h5>Tệp đính kèm</h5>")}
<div>Lượt xem: <b>1.234</b></div><div>Từ khóa: <a href="/tag/a">đổi mới</a>, <a href="/tag/b">KH&amp;CN</a></div></article></main>
<section><h3>Bình luận (0)</h3><form><input><p>Ý kiến của bạn sẽ được kiểm duyệt trước khi đăng, xin vui lòng gõ tiếng Việt có dấu đầy đủ.</p></form></section>
<footer><p>{NOTICE}</p></footer></body></html>"""


@skeleton
def single_breaks(a: PlayedArticle) -> str:
    """A font tag with single breaks; captions in ``em``; no end heading but the list itself."""

    def figure(f: Figure) -> str:
        note = f"<em>{_caption(f)}</em><br>" if f.image.printed else ""
        return f"{_img(f, ' width=500')}<br>{note}"

    top = _top(a, f"<big>{escape(a.title)}</big><br>", f"{a.printed_date}<br>")
    ends = "".join("&nbsp;" * 12 + f"<strong>{line}</strong><br>" for line in _lines(a))
    return f"""<html>{_head(a)}<body><font face=Arial>{TODAY[a.layout]}<hr>
<a href="/">Trang chủ</a> &gt; <a href="/s">{a.section}</a><hr>
<div>{top}{_body(a, "{}<br>", figure, gap="&nbsp;<br>")}{ends}{_files(a, 'Tải về: <a href="{}">{}</a><br>', "")}</div><hr>
{_others(a, '<a href="{url}">{title}</a> {day}<br>')}<hr>{NOTICE}</font></body></html>"""


@skeleton
def side_before_body(a: PlayedArticle) -> str:
    """The side column stands between headline and body in the source; a related link inside the body."""

    def figure(f: Figure) -> str:
        note = f'<div style="text-align:center;font-size:11px">{_caption(f)}</div>' if f.image.printed else ""
        return f'<div style="text-align:center"><div>{_img(f)}</div>{note}</div>'

    top = _top(a, f"<h1>{escape(a.title)}</h1>", f"<p>Ngày đăng: {a.printed_date.removeprefix('Ngày ')}</p>"
               if a.layout == "hau_giang_2" else f"<p>{a.printed_date}</p>", "<p>Lượt xem: 5</p>")  # fmt: skip
    ends = "".join(f'<p style="text-align:right">{line}</p>' for line in _lines(a))
    return f"""<html>{_head(a)}<body><div><div>{top}</div>
<div style="float:right"><h3>Tin nổi bật</h3><ul>{_others(a, '<li><a href="{url}"><img src="/a.jpg">{title}</a><span>{date}</span></li>')}</ul></div>
<div>{_body(a, "<p>{}</p>", figure)}{ends}</div>
<ul>{_files(a, '<li><img src="/icons/pdf.png" width=16><a href="{}">{}</a></li>', "")}</ul></div>
<div><h3>Tin mới</h3><p>{NOTICE}</p><p>{NOTICE}</p></div></body></html>"""


@skeleton
def captions_in_rows(a: PlayedArticle) -> str:
    """Pictures in small tables; headline repeated above the body; link list without a heading."""

    def figure(f: Figure) -> str:
        note = f"<tr><td>{_caption(f)}</td></tr>" if f.image.printed else ""
        return f"<table width=300 align=left><tbody><tr><td>{_img(f)}</td></tr>{note}</tbody></table>"

    top = _top(a, f"<span style='display:block;font-weight:700'>{escape(a.title)}</span>",
               f"<label style='display:block'>{a.printed_date}</label>")  # fmt: skip
    ends = "".join(f"<div align=right><em>{line}</em></div>" for line in _lines(a))
    return f"""<html>{_head(a)}<body><center><b>SỞ KHOA HỌC VÀ CÔNG NGHỆ</b><br>{TODAY[a.layout]}</center>
<div>{top}<div><p><b>{escape(a.title)}</b></p>{_body(a, "<p align=justify>{}</p>", figure)}</div>{ends}
{_files(a, '<p>File đính kèm: <a href="{}">{}</a></p>', "")}
{_others(a, '<p>&raquo; <a href="{url}">{title}</a></p>')}</div>
<div>Đang truy cập: 5<br>Hôm nay: 120<br>Tổng: 9.999</div></body></html>"""


@skeleton
def one_line_head(a: PlayedArticle) -> str:
    """Headline and date in one line, or parted by ``<br>``; the lead in the head's element."""

    def figure(f: Figure) -> str:
        note = f"<p style='text-align:center'>{_caption(f)}</p>" if f.image.printed else ""
        return f"<p style='text-align:center'><a href='{escape(f.image.url)}' rel=lightbox>{_img(f)}</a></p>{note}"

    head = _top(a, f"<strong>{escape(a.title)}</strong>", f"<i>{a.printed_date}</i>", "<br>")
    body = _body(a, "<p>{}</p>", figure)
    ends = "".join(f"<p style='text-align:right'>{line}</p>" for line in _lines(a))
    return f"""<html>{_head(a)}<body><ul><li><a href="/">Trang chủ</a></li><li><a href="/g">Giới thiệu</a></li></ul>
<ul><li><a href="/">Trang chủ</a></li><li><a href="/t">{a.section}</a></li></ul>
<div>{head}</div><div>{body}{ends}<div>{_files(a, '<a href="{}">{}</a>', "")}</div></div>
<p><a href="#top">Về đầu trang</a></p><h4>Những tin cũ hơn</h4>{_others(a, '<p><a href="{url}">{title}</a> - {day}</p>')}
<address>Địa chỉ: 02 Hòa Bình, điện thoại: 0293 3 000 000</address></body></html>"""


@skeleton
def teasers_without_links(a: PlayedArticle) -> str:
    """Teasers whose headlines are no links, dated as the article; captions in ``h6``; byline in ``address``."""

    def figure(f: Figure) -> str:
        note = f"<h6>{_caption(f)}</h6>" if f.image.printed else ""
        return (
            f'<div><picture><source srcset="/s.webp"><img src="{escape(f.image.url)}"{_alt(f)}></picture>{note}</div>'
        )

    url = OTHER_URLS[a.layout]
    cards = "".join(
        f"<article>{_top(a, f'<h3>{title}</h3>', f'<span>{PAST[a.layout]}</span>')}<p>{LEAD}</p>"
        f'<a href="{url.format(n if a.layout == "hau_giang_1" else f"x-y-z-{n}")}">Xem tiếp</a></article>'
        for n, title in OTHERS
    )
    top = _top(a, f"<h3>{escape(a.title)}</h3>", f"<span>{a.printed_date}</span>")
    ends = "".join(f"<address>{line}</address>" for line in _lines(a))
    return f"""<html>{_head(a)}<body>{cards}
<article>{top}{_body(a, "<p>{}</p>", figure)}{ends}{_files(a, '<p><a href="{}">{}</a> (1,2 MB)</p>', "<h4>Tệp đính kèm:</h4>")}</article>
<h4>Các tin khác</h4>{cards}</body></html>"""


@skeleton
def mixed_columns(a: PlayedArticle) -> str:
    """Headline over two columns, the right one full of words that are no links."""

    def figure(f: Figure) -> str:
        note = f"<td><small>{_caption(f)}</small></td>" if f.image.printed else ""
        return f"<table><tr><td>{_img(f)}</td></tr><tr>{note}</tr></table>"

    top = _top(a, f"<tr><td colspan=2><font size=5>{escape(a.title)}</font></td></tr>",
               f"<tr><td>{a.printed_date}</td><td>Lượt xem: 17</td></tr>")  # fmt: skip
    ends = "".join(f"<tr><td align=right colspan=2>{line}</td></tr>" for line in _lines(a))
    ends += _files(a, '<tr><td colspan=2><img src="/i/{0}.gif" width=16> <a href="{0}">{1}</a></td></tr>', "")
    return f"""<html>{_head(a)}<body><table><tr><td>{TODAY[a.layout]}</td><td><a href="/en">English</a></td></tr></table>
<table>{top}<tr><td width=75%><font face=Arial>{_body(a, "{}<br><br>", figure, gap="&nbsp;<br>")}</font></td>
<td><b>THÔNG BÁO</b><p>{NOTICE}</p><p>{NOTICE}</p><b>LỊCH CÔNG TÁC</b><p>{LEAD}</p></td></tr>{ends}</table>
<b>Tin đã đưa</b><br>{_others(a, '<a href="{url}">{title}</a> - {day}<br>')}</body></html>"""


@skeleton
def shouting(a: PlayedArticle) -> str:
    """Upper-case tags, unclosed paragraphs and cells, blanks everywhere, captions in brackets of ``EM``."""

    def figure(f: Figure) -> str:
        note = f"<P ALIGN=CENTER><FONT COLOR=BLUE><EM>{_caption(f)}</EM></FONT>" if f.image.printed else ""
        return f"<P ALIGN=CENTER>&nbsp;{_img(f, ' BORDER=1')}&nbsp;\n{note}"

    top = _top(
        a, f"<TR><TD><CENTER><B>{escape(a.title)}</B></CENTER>", f"<TR><TD><DIV ALIGN=RIGHT>{a.printed_date}</DIV>"
    )
    ends = "".join(f"<P ALIGN=RIGHT>&nbsp;&nbsp;<B>{line}</B>&nbsp;" for line in _lines(a))
    return f"""<HTML>{_head(a)}<BODY><TABLE><TR><TD>{_others(a, '<LI><A HREF="{url}">{title}</A><BR>{date}')}
<TD><TABLE>{top}<TR><TD>{_body(a, "<P ALIGN=JUSTIFY>&nbsp;&nbsp; {} &nbsp;", figure, gap="<P>&nbsp;", row="<TR>{}", cell="<TD>&nbsp;{}")}{ends}
{_files(a, '<P><A HREF="{}">{}</A>', "<P>File kèm theo")}
<TR><TD>&nbsp;<TR><TD><A HREF="#">Về đầu trang</A></TABLE>
<TR><TD><TD><B>Tin cùng chuyên mục</B><UL>{_others(a, '<LI><A HREF="{url}">{title}</A> ({day})')}</UL></TABLE></BODY></HTML>"""


def _alt(figure: Figure) -> str:
    return "" if figure.image.alt is None else f' alt="{escape(figure.image.alt)}"'


@skeleton
def plain_captions(a: PlayedArticle) -> str:
    """Nothing but paragraphs: headline, captions and byline look like all others."""

    def figure(f: Figure) -> str:
        return f"<p>{_img(f)}</p>" + (f"<p>{_caption(f)}</p>" if f.image.printed else "")

    top = _top(a, f"<p>{escape(a.title)}</p>", f"<p>{a.printed_date}</p>")
    ends = "".join(f"<p>{line}</p>" for line in _lines(a))
    return f"""<html>{_head(a)}<body>{top}{_body(a, "<p>{}</p>", figure)}{ends}
{_files(a, '<p><a href="{}">{}</a></p>', "")}<p>Các tin khác</p>
{_others(a, '<p><a href="{url}">{title}</a></p>')}</body></html>"""


@skeleton
def list_items(a: PlayedArticle) -> str:
    """The whole article is one ``ul``; captions in a span set as a block."""

    def figure(f: Figure) -> str:
        note = f'<span style="display:block;font-style:italic">{_caption(f)}</span>' if f.image.printed else ""
        return f"<li>{_img(f)}{note}</li>"

    top = _top(a, f"<li><h2>{escape(a.title)}</h2></li>", f"<li><time>{a.printed_date}</time> - Lượt xem: 9</li>")
    ends = "".join(f'<li style="text-align:right">{line}</li>' for line in _lines(a))
    return f"""<html>{_head(a)}<body><ul><li>{TODAY[a.layout]}</li></ul>
<ul>{top}{_body(a, "<li>{}</li>", figure, gap="<li>&nbsp;</li>")}{ends}
{_files(a, '<li><a href="{}">{}</a></li>', "<li>Đính kèm</li>")}</ul>
<h3>Tin mới nhất</h3><ul>{_others(a, '<li><a href="{url}">{title}</a> {date}</li>')}</ul></body></html>"""


@skeleton
def sections(a: PlayedArticle) -> str:
    """Sections in sections; captions and byline bold."""

    def figure(f: Figure) -> str:
        note = f"<section><b>{_caption(f)}</b></section>" if f.image.printed else ""
        return f"<section>{_img(f)}{note}</section>"

    title = f"<section><b>{escape(a.title)}</b></section>"
    top = _top(a, title, f"<section>{a.printed_date}</section>")
    ends = "".join(f"<section><b>{line}</b></section>" for line in _lines(a))
    return f"""<html>{_head(a)}<body><section>{TODAY[a.layout]}</section>
<section><a href="/">Trang chủ</a> <a href="/z">{a.section}</a></section>
<section>{top}<section>{_body(a, "<section>{}</section>", figure)}{ends}</section>
{_files(a, '<section><a href="{}">{}</a></section>', "")}</section>
<section><section>Bài viết khác</section>{_others(a, '<section><a href="{url}">{title}</a></section>')}</section>
</body></html>"""
