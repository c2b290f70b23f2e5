"""Hậu Giang: two generations, each known from the text of its pages; the markup is not known."""

from __future__ import annotations

import re
from typing import ClassVar

from spiders.pages.anchors import DatePlace
from spiders.pages.evident import EvidenceArticle


class HauGiangHtmlView(EvidenceArticle):
    """haugiang.gov.vn/HtmlView.aspx (seen 2020): headline, ``22/5/2020, 10:21 (GMT+7)``, body, ``Các tin khác``."""

    name: ClassVar[str] = "hau_giang_html_view"
    version: ClassVar[int] = 1
    date_place: ClassVar[DatePlace] = "after"
    date_shape: ClassVar[re.Pattern[str] | None] = re.compile(r"\d{1,2}/\d{1,2}/\d{4}\s*,\s*\d{1,2}:\d{1,2}\s*\(GMT")


class HauGiangChiTiet(EvidenceArticle):
    """skhcn.haugiang.gov.vn/chi-tiet (seen 2022): headline, ``Ngày 18-05-2022``.

    Odd: ``<title>`` is "Chi tiet tin tức - Sở Khoa học công nghệ" on every page; the
    address has the headline without the letter đ, and the id glued to its end.
    """

    name: ClassVar[str] = "hau_giang_chi_tiet"
    version: ClassVar[int] = 1
    date_place: ClassVar[DatePlace] = "after"
    date_shape: ClassVar[re.Pattern[str] | None] = re.compile(r"Ngày\s+\d{1,2}-\d{1,2}-\d{4}", re.I)
