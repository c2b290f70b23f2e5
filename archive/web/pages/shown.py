"""What may be shown: everything but what the takedown list names, and what goes with that."""

from __future__ import annotations

from collections.abc import Iterable

from archive.archive import HeldCapture
from archive.catalog.browse import Line
from archive.catalog.past import Past
from archive.web.deps import ServedArchive
from archive.web.links import long_id
from archive.web.problems import Problem, taken_down


def lines(archive: ServedArchive, found: Iterable[Line]) -> list[Line]:
    """Return the lines of a list that may be shown."""
    hidden = archive.withheld
    return [line for line in found if not hidden.hides_article(line.id, line.site)] if hidden else list(found)


def is_site(archive: ServedArchive, site: str) -> bool:
    """Say whether anything of a site may be shown."""
    return not archive.takedown.hides_site(site)


def article(archive: ServedArchive, name: str) -> Past:
    """Return what is held of an article by its id, if it may be shown. Raises Problem."""
    found = archive.catalog.past_by_id(name)
    if found is None:
        raise Problem(404, f"no article {name} is held", vi=f"kho không có bài viết {name}")
    if archive.withheld.hides_article(found.article, found.site):
        raise taken_down("this article", "bài viết này")
    return found


def capture(archive: ServedArchive, name: str) -> HeldCapture:
    """Return a capture by its id. Raises Problem."""
    found = archive.catalog.capture(long_id(name))
    if found is None:
        raise Problem(404, f"no capture {name} is held", vi=f"kho không có bản ghi {name}")
    if (held := archive.capture_by_id(found.id)) is None:
        raise taken_down("this capture", "bản ghi này")
    return held
