"""Kinds of values that are given on the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

import click


class Setting(click.ParamType[tuple[str, str]]):
    """``NAME=VALUE`` as Scrapy's own ``-s`` takes it."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return name and value."""
        name, sign, text = str(value).partition("=")
        if not sign or not name.isupper():
            self.fail(f'"{value}" is no setting; write it as NAME=VALUE, such as DOWNLOAD_DELAY=2', param, ctx)
        return name, text


class Day(click.ParamType[date]):
    """A day, as ``2025-06-11``."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f'"{value}" is no date; write it as 2025-06-11', param, ctx)
