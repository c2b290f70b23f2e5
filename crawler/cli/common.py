"""What several verbs need."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.errors import ConfigError, disk_error
from crawler.config import is_terminal_forced
from crawler.masked import exact_json, harmless

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from crawler.site_files import Registry
    from crawler.sites import Site

# What draws tables, and what knows of sites, is imported where it is used: many verbs need neither.

json_option = click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of a table.")

cluster_option = click.option(
    "--cluster",
    "address",
    metavar="ADDRESS",
    help="Work on the Dask cluster at ADDRESS, or local for one of this machine.",
)


def console(*, stderr: bool = False) -> Console:
    """Return a console as wide as its terminal; in a pipe wide enough to cut nothing."""
    from crawler.cli.consoles import PipedConsole

    made = PipedConsole(stderr=stderr)
    return made if made.is_terminal else PipedConsole(stderr=stderr, width=200)


@contextmanager
def status(text: str) -> Iterator[Callable[[str], object]]:
    """Show on the terminal what is going on, if there is one; give what is called when that changes."""
    if not (sys.stderr.isatty() or is_terminal_forced()):
        yield str  # what draws takes longer to load than a small file to read
        return
    with console(stderr=True).status(text) as shown:
        yield shown.update


def table(*columns: str) -> Table:
    """Return an empty table which folds what is too long and never cuts it."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def registry() -> Registry:
    """Return the registry of the site files which the project's settings name."""
    from crawler.site_files import Registry

    return Registry(Path(importlib.import_module("settings").SITES_DIR))


def load_site(site_id: str) -> Site:
    """Return a declared site, or the one that the id of an undeclared host stands for; else UnknownSite."""
    from crawler.seeds import UNDECLARED, undeclared_site

    return undeclared_site(site_id) if site_id.startswith(UNDECLARED) else registry().get(site_id)


def site_name(site_id: str) -> str:
    """Return the name that a site file declares, whatever else it says; the id of a site that has none.

    Raises ConfigError when the file is no TOML or names nothing.
    """
    import tomllib

    path = Path(importlib.import_module("settings").SITES_DIR) / f"{site_id}.toml"
    try:
        name = tomllib.loads(path.read_text("utf-8")).get("name")
    except FileNotFoundError:
        return site_id
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: can not be read ({error}); make it a readable TOML file in UTF-8") from None
    if not isinstance(name, str):
        raise ConfigError(f"{path}: name: there is none; write the Department's name in Vietnamese")
    return name


def size(count: int) -> str:
    """Return a number of bytes for people.

    >>> size(999), size(1500), size(2_345_678)
    ('999 B', '1.5 kB', '2.3 MB')
    """
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"


def write_json(value: Any) -> None:
    """Print one JSON object on one line."""
    click.echo(exact_json(json.dumps(value, ensure_ascii=False, default=str)))


def say(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Print what a person reads, without what a terminal obeys, whoever wrote it."""
    click.echo(harmless(str(text)), err=err, nl=nl)


def check_writable(root: Path) -> None:
    """Make the data root if it is missing. Raises ConfigError when it can not be written, DiskError."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        probe = root / f".write-test-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        if (failed := disk_error(error, root)) is not None:
            raise failed from error
        raise ConfigError(
            f"{root}: the data root can not be written ({error.strerror}); "
            "choose another with --data or KHCN_DATA, or mend its permissions"
        ) from None
