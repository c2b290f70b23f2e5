"""``khcn schema``: the form of what is exported."""

from __future__ import annotations

import json

import click

from archive.schema import FORMS, schema


@click.command("schema")
@click.argument("name", default="article", type=click.Choice(sorted(FORMS)))
def command(name: str) -> None:
    """Print the JSON Schema (2020-12) of NAME."""
    click.echo(json.dumps(schema(name), ensure_ascii=False, indent=2))
