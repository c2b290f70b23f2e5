"""Skeleton: a portal's journal article: portlets, one paragraph an element, centred by attribute, wrappers in depth."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table

NS = "p_p_id_101_INSTANCE_k7Qm2XwZ"


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "portal")
    title = f'<div class="asset-full-title"><span>{ink.plain(article.title)}</span></div>'
    date = f'<div class="asset-metadata"><span class="metadata-entry metadata-publish-date">{article.printed_date}</span></div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(
        f'<li><a href="{escape(one.href)}">{escape(one.label)}</a><span class="divider">/</span></li>'
        for one in chrome.crumbs
    )
    body = "".join(_block(block, ink) for block in article.blocks)
    return f"""<!DOCTYPE html>
<html class="aui ltr" dir="ltr" lang="vi-VN">
{parts.head(article, chrome, "lf")}<body class="controls-visible site">
<div id="wrapper"><div id="banner"><span>{marks.TODAY} {marks.CLOCK} (GMT+7)</span></div>
<div id="navigation"><ul>{parts.menu_items(chrome, '<li><a href="{href}"><span>{label}</span></a></li>')}</ul></div>
<div id="content"><ul class="taglib-crumbs">{crumbs}</ul>
<div class="columns-2"><div class="portlet-column aui-w70"><div class="portlet-boundary" id="{NS}"><div class="portlet"><div class="portlet-topper"><span>Chi tiết tin</span></div>
<div class="portlet-content"><div class="portlet-body"><div class="asset-full-content">
{top[0]}
{top[1]}
<div class="lfr-asset-tools"><a href="javascript:;">Gửi cho bạn bè</a> <a href="javascript:;">In ấn</a> <span>Xem với cỡ chữ</span> <a>A-</a><a>A+</a></div>
<div class="journal-content-article" data-analytics-asset-id="{marks.TOKEN}"><div><div>
{body}{_ending(article, ink)}
</div></div></div>
{_files(article, ink)}
<div class="asset-ratings">Lượt xem: {marks.VIEWS} <span>Đánh giá: lượt đánh giá: , trung bình:</span></div>
</div></div></div></div></div>
{_around(article, chrome)}
</div>
<div class="portlet-column aui-w30">
<div class="portlet"><div class="portlet-topper">Tin nổi bật</div><div class="portlet-body">
{parts.teasers(chrome.popular, '<div class="asset-abstract"><div class="asset-image"><img src="{thumb}" alt=""></div><div class="asset-title"><a href="{path}">{title}</a></div><div class="asset-date">{printed}</div><div class="asset-summary">{summary}</div></div>')}
</div></div><div class="portlet"><div class="portlet-body">Online: {marks.ONLINE}<br/>Thống kê: {marks.TOTAL}</div></div>
</div></div></div>
<div id="footer">{parts.footer_lines(chrome, "<div>{}</div>")}</div></div>
{parts.pixel()}
</body></html>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    rows = parts.teasers(chrome.others, '<div class="tin-cu"><a href="{path}">{title}</a> ({day})</div>')
    form = parts.comment_form("lf", "div") if article.layout == "ha_tinh" else ""
    return f'{form}<div class="portlet"><div class="portlet-topper"><span>Các tin khác</span></div><div class="portlet-body">{rows}</div></div>'


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        made = f'<div align="center"><img src="{ink.address(image.url)}"{alt} style="width: 600px; height: 400px;" /></div>'
        return made + (
            f'<div align="center"><font size="2">{ink.run(image.printed)}</font></div>' if image.printed else ""
        )
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{ink.run(item)}</li>" for item in block.items) + f"</{tag}>"
    if isinstance(block, Table):
        rows = "".join(
            "<tr>" + "".join(f"<td><p>{ink.run(cell)}</p></td>" for cell in row) + "</tr>" for row in block.rows
        )
        return f'<table border="1" style="width: 500px;"><tbody>{rows}</tbody></table>'
    if isinstance(block, Gap):
        return "<p> </p>" * block.count
    inside = ink.text(block)
    if block.kind == "quote":
        return f"<blockquote>{inside}</blockquote>"
    if block.kind in ("lead", "heading"):
        return f"<p><b>{inside}</b></p>"
    return f"<div><p>{inside}</p></div>" if ink.rng.random() < 0.4 else f"<p>{inside}</p>"


def _ending(article: PlayedArticle, ink: Ink) -> str:
    lines = [line for line in (article.byline, article.source_line) if line]
    return "".join(f'<div align="right"><em>{ink.plain(line)}</em></div>' for line in lines)


def _files(article: PlayedArticle, ink: Ink) -> str:
    links = "".join(f'<li><a href="{ink.address(one.url)}">{escape(one.title)}</a></li>' for one in article.attached)
    return f'<div class="lfr-attachments"><label>Tài liệu đính kèm</label><ul>{links}</ul></div>' if links else ""
