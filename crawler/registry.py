"""Page classes by the name that site files give them."""

from __future__ import annotations

import difflib
import importlib
import logging
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from archive.errors import ConfigError
from crawler.page import ArticlePage
from crawler.page_checks import fault_of
from crawler.sites import Site

logger = logging.getLogger(__name__)
_PACKAGE = "spiders.pages"


class _Found(NamedTuple):
    classes: dict[str, type[ArticlePage]]
    faults: dict[str, str]
    """What is wrong with a page class, by its name; with a module that can not be read, by that of the module."""
    sources: dict[str, str]
    """Text of each module that can not be read, by its name."""


@cache
def page_classes() -> dict[str, type[ArticlePage]]:
    """Return every page class of ``spiders.pages`` that is sound, by its name.

    Named here and imported on demand: this layer knows no website. A class without a name of its
    own is what others share, and none of them. What is faulty is passed over with a warning.
    """
    found = _found()
    for number, fault in enumerate(found.faults.values(), 1):
        logger.warning("passed over, %d of %d that can not be used: %s", number, len(found.faults), fault)
    return found.classes


def page_class(name: str) -> type[ArticlePage]:
    """Return the page class called *name*; ConfigError when there is none, or when it is faulty."""
    found = _found()
    if name in found.classes:
        return found.classes[name]
    if name in found.faults:
        raise ConfigError(found.faults[name])
    for module, source in found.sources.items():
        if f'"{name}"' in source or f"'{name}'" in source:
            raise ConfigError(found.faults[module])
    close = difflib.get_close_matches(name, found.classes, 1)
    hint = f'did you mean "{close[0]}"?' if close else "known are " + ", ".join(sorted(found.classes))
    raise ConfigError(f'spiders/pages: no page class "{name}" ({hint})')


def readers_of(site: Site) -> list[type[ArticlePage]]:
    """Return the page classes of a site's layouts; ConfigError when one is unknown or faulty."""
    try:
        return [page_class(layout.page) for layout in site.layouts]
    except ConfigError as error:
        raise ConfigError(f"{site.id}.toml: layouts: {error}") from None


@cache
def _found() -> _Found:
    found = _Found({}, {}, {})
    for folder in map(Path, importlib.import_module(_PACKAGE).__path__):
        for stem in sorted(info.name for info in pkgutil.iter_modules([str(folder)])):
            try:
                module = importlib.import_module(f"{_PACKAGE}.{stem}")
            except (Exception, SystemExit) as error:  # whatever a half-written module does
                found.faults[stem] = _why(error, folder / f"{stem}.py")
                found.sources[stem] = (folder / f"{stem}.py").read_text("utf-8", "replace")
                continue
            for value in _own_classes(module):
                fault = fault_of(value)
                if fault is None:
                    found.classes[value.name] = value
                else:
                    found.faults[value.name] = f"spiders/pages/{stem}.py: {fault}"
    return found


def _own_classes(module: ModuleType) -> list[type[ArticlePage]]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, ArticlePage)
        and value.__module__ == module.__name__
        and "name" in vars(value)
    ]


def _why(error: BaseException, module: Path) -> str:
    """Return where in its folder a module broke, and how."""
    # Not even a line is known of a file that is no text.
    at = [(module, 1)]
    if isinstance(error, SyntaxError) and error.filename:
        at.append((Path(error.filename), error.lineno or 0))
    trace = error.__traceback__
    while trace is not None:
        at.append((Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno))
        trace = trace.tb_next
    own = [(path, line) for path, line in at if path.parent == module.parent]
    where = own[min(1, len(own) - 1)] if isinstance(error, SyntaxError) else own[-1]
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"spiders/pages/{where[0].name}:{where[1]}: {type(error).__name__}: {said}; mend it"
