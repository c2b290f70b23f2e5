"""Bylines and source lines, in the shapes that the Departments print."""

from __future__ import annotations

import random

from tests.play.cast import INITIALS, OFFICES, PEN_NAMES, SOURCES

Byline = tuple[str | None, tuple[str, ...], tuple[str, ...]]

SHAPES = (
    "none", "one", "one", "one", "two", "two", "two", "with_photo", "with_photo", "both", "both", "both_long", "split",
    "office", "initials", "upper", "comma", "story", "three",
)  # fmt: skip


def make_byline(site: str, rng: random.Random) -> Byline:
    """Return a byline as printed, its writers and its photographers."""
    a, b, c = rng.sample(PEN_NAMES[site], 3)
    shapes: dict[str, Byline] = {
        "none": (None, (), ()),
        "one": (a, (a,), ()),
        "two": (f"{a} - {b}", (a, b), ()),
        "with_photo": (f"{a}, Ảnh {b}", (a,), (b,)),
        "both": (f"Tin, ảnh: {a}", (a,), (a,)),
        "both_long": (f"Bài và ảnh: {a}", (a,), (a,)),
        "split": (f"Tin: {a} - Ảnh: {b}", (a,), (b,)),
        "office": (office := rng.choice(OFFICES[site]), (office,), ()),
        "initials": (letters := rng.choice(INITIALS), (letters,), ()),
        "upper": (a.upper(), (a.upper(),), ()),
        "comma": (f"{a}, {b}", (a, b), ()),
        "story": (f"Tin bài: {a}", (a,), ()),
        "three": (f"Thực hiện: {a} - {b} - {c}", (a, b, c), ()),
    }
    return shapes[rng.choice(SHAPES)]


def make_source(rng: random.Random) -> tuple[str | None, str | None]:
    """Return a source line as printed, and the source that it names."""
    if rng.random() > 0.16:
        return None, None
    name = rng.choice(SOURCES)
    return rng.choice((f"Nguồn: {name}", f"(Nguồn: {name})", f"Theo {name}", f"(Theo {name})")), name
