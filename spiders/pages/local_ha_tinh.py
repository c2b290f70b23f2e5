"""Hà Tĩnh, skhcn.hatinh.gov.vn."""

from __future__ import annotations

import re
from typing import ClassVar

from spiders.pages.anchors import DatePlace
from spiders.pages.evident import EvidenceArticle


class HaTinhArticle(EvidenceArticle):
    """Seen in the text of a page of June 2025; its markup is not known.

    Odd: the date line ``10:16 | 11-06-2025`` stands before the headline, and a
    comment form headed ``GÓP Ý - TRAO ĐỔI`` after the byline.
    """

    name: ClassVar[str] = "ha_tinh"
    version: ClassVar[int] = 1
    date_place: ClassVar[DatePlace] = "before"
    date_shape: ClassVar[re.Pattern[str] | None] = re.compile(r"\d{1,2}:\d{1,2}\s*\|\s*\d{1,2}-\d{1,2}-\d{4}")
