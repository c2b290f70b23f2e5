"""Whether a text is Vietnamese. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.blocks import Block

VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.I)
"""Letters that are rare in all other languages; hardly a line of Vietnamese is without one."""
_SHARE = 0.02
_ENOUGH = 20_000
_LINES = 600


def is_vietnamese(text: str) -> bool:
    """Say whether a text is Vietnamese: one letter in 50 at least is of that language.

    >>> is_vietnamese("Sở Khoa học và Công nghệ"), is_vietnamese("Le Président a été reçu à l'hôtel de ville")
    (True, False)
    """
    return len(VIETNAMESE.findall(text, 0, _ENOUGH)) > _SHARE * min(len(text), _ENOUGH)


def are_vietnamese(blocks: Iterable[Block]) -> bool:
    """Say whether the first lines of a page are, but for its frame."""
    return is_vietnamese(" ".join(block.text for block in list(blocks)[:_LINES] if not block.chrome))
