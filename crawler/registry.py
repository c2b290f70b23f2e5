"""Page classes by the name that site files give them."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from archive.errors import ConfigError
from crawler.page import ArticlePage


@cache
def page_classes() -> dict[str, type[ArticlePage]]:
    """Return every page class of ``spiders.pages`` by its name.

    Named here and imported on demand: this layer knows no website. A class without a name of its
    own is what others share, and none of them.
    """
    package = importlib.import_module("spiders.pages")
    found: dict[str, type[ArticlePage]] = {}
    for module_name in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"spiders.pages.{module_name}")
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, ArticlePage)
                and value is not ArticlePage
                and value.__module__ == module.__name__
                and "name" in vars(value)
            ):
                found[value.name] = value
    return found


def page_class(name: str) -> type[ArticlePage]:
    """Return the page class called *name*; ConfigError when there is none."""
    classes = page_classes()
    if name not in classes:
        close = difflib.get_close_matches(name, classes, 1)
        hint = f'did you mean "{close[0]}"?' if close else "known are " + ", ".join(sorted(classes))
        raise ConfigError(f'spiders/pages: no page class "{name}" ({hint})')
    return classes[name]
