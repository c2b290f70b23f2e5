"""Which code this is: what a command and its workers must have the same of."""

from __future__ import annotations

import hashlib
import importlib
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from crawler.version import VERSION

PACKAGES = ("archive", "crawler", "spiders")


@lru_cache(maxsize=1)
def code_mark() -> str:
    """Return the version, a digest of all code and site files of this installation, and the version of Python.

    Read once: a process goes on with the code that it has loaded.
    """
    settings = importlib.import_module("settings")
    folders = [
        Path(place) for name in PACKAGES if (spec := find_spec(name)) for place in spec.submodule_search_locations or ()
    ]
    digest = hashlib.sha256(Path(str(settings.__file__)).read_bytes())
    for folder in [*folders, Path(settings.SITES_DIR)]:
        for file in sorted(each for each in folder.rglob("*") if each.suffix in (".py", ".toml")):
            digest.update(f"{folder.name}/{file.relative_to(folder).as_posix()}\0".encode() + file.read_bytes())
    return f"khcn {VERSION} ({digest.hexdigest()[:12]}) on Python {sys.version_info.major}.{sys.version_info.minor}"
