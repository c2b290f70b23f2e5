"""Skeleton: cards; teasers of other articles, with dates in the article's own shape, stand before the article."""

from __future__ import annotations

from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.truth import Block, Bullets, Figure, Gap, PlayedArticle, Table

_CARD = """<div class="the col"><a class="the-anh" href="{path}"><img src="{thumb}" alt="{title}" loading="lazy"></a>
<div class="the-than"><div class="the-gio">{printed}</div><h3><a href="{path}">{title}</a></h3><p>{summary}</p></div></div>"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return the page's template."""
    ink = Ink(article, "cards")
    title = f'<h2 class="ct-ten">{ink.plain(article.title)}</h2>'
    date = f'<div class="ct-gio"><svg width="12" height="12"><circle cx="6" cy="6" r="5"/></svg><span>{article.printed_date}</span></div>'
    top = [date, title] if parts.date_first(article) else [title, date]
    crumbs = "".join(f'<span><a href="{escape(one.href)}">{escape(one.label)}</a></span> ' for one in chrome.crumbs)
    body = "\n".join(_block(block, ink) for block in article.blocks)
    return f"""<!DOCTYPE html>
<html>
{parts.head(article, chrome, "cd")}<body>
<div class="dinh"><div class="khung"><img src="/img/logo.png" alt="logo"><span class="hnay">{marks.TODAY}</span></div></div>
<ul class="td">{parts.menu_items(chrome)}</ul>
<div class="khung noi-bat"><div class="nb-ten">Tin nổi bật</div><div class="luoi">
{parts.teasers(chrome.newest[:4], _CARD)}
</div></div>
<div class="khung">
<div class="dd">{crumbs}</div>
<div class="ct">
{top[0]}
{top[1]}
<div class="ct-nd">
{body}
{_ending(article, ink)}
</div>
{_files(article, ink)}
<div class="ct-chan"><span>Đã xem: {marks.VIEWS}</span> <a href="#" onclick="window.print()">Bản in</a></div>
</div>
{_around(article, chrome)}
<div class="luoi">
{parts.teasers(chrome.popular, _CARD)}
</div>
</div>
<div class="cuoi">{parts.footer_lines(chrome)}<p>Trực tuyến: {marks.ONLINE} - Tổng: {marks.TOTAL}</p></div>
{parts.pixel()}
</body></html>
"""


def _around(article: PlayedArticle, chrome: Chrome) -> str:
    heading = "Các tin khác" if article.layout != "ha_tinh" else "Tin cùng chuyên mục"
    listed = parts.teasers(
        chrome.others,
        '<div class="lq"><a href="{path}">{title}</a><span class="lq-ngay">({day})</span></div>',
    )
    form = parts.comment_form("cd", "h4") if article.layout == "ha_tinh" else ""
    return f'{form}<div class="lq-khoi"><h4>{heading}</h4>\n{listed}\n</div>'


def _block(block: Block, ink: Ink) -> str:
    if isinstance(block, Figure):
        image = block.image
        alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
        made = f'<div style="text-align:center;"><img src="{ink.address(image.url)}"{alt} style="max-width:100%"></div>'
        if image.printed:
            made += f'\n<div style="text-align:center;"><em>{ink.run(image.printed)}</em></div>'
        return made
    if isinstance(block, Bullets):
        tag = "ol" if block.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li><div>{ink.run(item)}</div></li>" for item in block.items) + f"</{tag}>"
    if isinstance(block, Table):
        rows = "".join(
            "<tr>" + "".join(f"<td><div>{ink.run(cell)}</div></td>" for cell in row) + "</tr>" for row in block.rows
        )
        return f'<div class="bang"><table><tbody>{rows}</tbody></table></div>'
    if isinstance(block, Gap):
        return "<div><br></div>\n" * block.count
    inside = ink.text(block)
    if block.kind == "heading":
        return f"<h4>{inside}</h4>"
    if block.kind == "quote":
        return f'<div class="td-trich">{inside}</div>'
    if block.kind == "lead":
        return f'<div class="ct-sapo" style="text-align:justify;"><strong>{inside}</strong></div>'
    return f'<div style="text-align:justify;">{inside}</div>'


def _ending(article: PlayedArticle, ink: Ink) -> str:
    lines = [line for line in (article.byline, article.source_line) if line]
    return "\n".join(f'<div style="text-align:right;"><strong>{ink.plain(line)}</strong></div>' for line in lines)


def _files(article: PlayedArticle, ink: Ink) -> str:
    links = "".join(
        f'<div class="tep"><a href="{ink.address(one.url)}" target="_blank">{escape(one.title)}</a></div>'
        for one in article.attached
    )
    return f'<div class="tep-khoi"><div>Tài liệu đính kèm:</div>{links}</div>' if links else ""
