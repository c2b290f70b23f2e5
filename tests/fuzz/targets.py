"""Every target by its name."""

from __future__ import annotations

from tests.fuzz import on_addresses, on_feeds, on_pages, on_records, on_wire, on_words
from tests.fuzz.target import Target

_MODULES = (on_wire, on_records, on_words, on_addresses, on_feeds, on_pages)

TARGETS: dict[str, Target] = {target.name: target for module in _MODULES for target in module.TARGETS}
