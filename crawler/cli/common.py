"""What several verbs need."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from archive.errors import ConfigError, KhcnError, disk_error
from crawler.seeds import UNDECLARED, undeclared_site
from crawler.site_files import Registry
from crawler.sites import Site


class NotHeld(KhcnError):
    """The archive does not hold what the command line names."""


json_option = click.option("--json", "as_json", is_flag=True, help="JSON Lines instead of a table.")


def console(*, stderr: bool = False) -> Console:
    """Return a console as wide as its terminal; in a pipe wide enough to cut nothing."""
    made = _Console(stderr=stderr)
    return made if made.is_terminal else _Console(stderr=stderr, width=200)


class _Console(Console):
    """A console that leaves it to the command what a reader who went away means."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError, as other output does; Rich would end the process with exit code 1."""
        raise BrokenPipeError


def table(*columns: str) -> Table:
    """Return an empty table which folds what is too long and never cuts it."""
    made = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def registry() -> Registry:
    """Return the registry of the site files which the project's settings name."""
    return Registry(Path(importlib.import_module("settings").SITES_DIR))


def load_site(site_id: str) -> Site:
    """Return a declared site, or the one that the id of an undeclared host stands for; else UnknownSite."""
    return undeclared_site(site_id) if site_id.startswith(UNDECLARED) else registry().get(site_id)


def write_json(value: Any) -> None:
    """Print one JSON object on one line."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


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
