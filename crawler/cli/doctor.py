"""``khcn doctor``: whether this installation can do the work."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.text import Text

from crawler.cli.common import console, json_option, registry, table, write_json
from crawler.config import Config
from crawler.doctor import machine, places, services
from crawler.doctor.finding import Finding, fault
from crawler.exits import Exit, gravest
from crawler.logs import plain

COLOURS = {"ok": "green", "note": "dim", "warning": "yellow", "fault": "bold red"}


@click.command("doctor")
@json_option
@click.pass_obj
def command(config: Config, as_json: bool) -> int:
    """Check the installation: Python, libraries, disk, clock, write access, services, site files.

    Exit code 3 when there is no room, 4 when something else keeps the program from its work.
    """
    found = [each for check in _checks(config) for each in _safely(check)]
    if as_json:
        for each in found:
            write_json({**asdict(each), "told": plain(each.told), "do": plain(each.do), "exit": int(each.exit)})
    else:
        listed = table("check", "state", "found", "what to do")
        for each in found:
            listed.add_row(each.check, Text(each.state, COLOURS[each.state]), plain(each.told), plain(each.do))
        console().print(listed)
    return gravest(each.exit for each in found)


def _checks(config: Config) -> list[tuple[str, Callable[[], Iterator[Finding]]]]:
    constraints = Path(str(importlib.import_module("settings").__file__)).with_name("constraints.txt")
    return [
        ("python", machine.python),
        ("libraries", lambda: machine.libraries(constraints)),
        ("time zones", machine.time_zones),
        ("clock", lambda: machine.clock(config.data, datetime.now(UTC))),
        ("limits", machine.limits),
        ("data root", lambda: places.data_root(config.data)),
        ("disk", lambda: places.rooms(config)),
        ("locks", lambda: places.leftovers(config.data)),
        ("databases", lambda: services.databases(config)),
        ("storage", lambda: services.storage(config)),
        ("settings", lambda: services.settings(config)),
        ("site files", lambda: services.site_files(registry())),
        ("search", lambda: services.search(config)),
        ("tools", machine.tools),
    ]


def _safely(check: tuple[str, Callable[[], Iterator[Finding]]]) -> Iterator[Finding]:
    """Go on with the other checks when one breaks: who asks a doctor has trouble already."""
    name, look = check
    try:
        yield from look()
    except Exception as error:
        yield fault(name, f"the check broke ({type(error).__name__}: {error})", "report it, with this line", Exit.ERROR)
