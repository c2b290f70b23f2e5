"""``khcn``: one verb a module, each loaded when it is called."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from contextlib import suppress
from io import StringIO, TextIOWrapper
from keyword import iskeyword
from pathlib import Path
from typing import Any, Literal, TextIO

import click

from archive.atomic import Unwritable
from archive.errors import CatalogError, ConfigError, DiskError, KhcnError, disk_error
from archive.storage.opening import attach
from crawler.config import read_config
from crawler.exits import Exit, NotHeld, SiteLocked, Stopped, UnknownSite
from crawler.logs import configure, log_unforeseen, plain
from crawler.version import VERSION

VERBS = {
    "crawl": "Crawl Departments and archive what they publish.",
    "doctor": "Check the installation: libraries, disk, clock, services, site files.",
    "diff": "Show what changed between two versions of an article.",
    "export": "Write what the archive holds into one file for others.",
    "fixture": "Cut test cases out of the archive; refresh what is expected of them.",
    "history": "Show an article's versions and what became of it; list removals.",
    "import": "Take WARC and WACZ files of other programs into the archive.",
    "index": "Make the CDXJ sidecars again from the WARCs.",
    "rebuild": "Derive the catalog and the JSON Lines again from the WARCs.",
    "recover": "Bring back what other web archives hold of a Department.",
    "repair": "Mend what killed runs left; nothing is deleted.",
    "replay": "Replay the archived sites in the browser.",
    "schema": "Print the JSON Schema of what is exported.",
    "search": "Search the articles, with or without accents.",
    "serve": "Serve the archive as web pages and as an HTTP API.",
    "show": "Show an article, or the bytes of a capture.",
    "sites": "List, show, check and make site files and families.",
    "status": "Show how the sites fare: what is new, what is not as expected.",
    "verify": "Check that the archive is what it says.",
}


class VerbGroup(click.Group):
    """A group whose commands are the modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in order."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module and return its command."""
        if cmd_name not in VERBS:
            return None
        # A verb that is a word of Python has an underscore behind its module's name.
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        # What modules make stays: to look through it for garbage takes a tenth of the time of loading them.
        gc.disable()
        try:
            command: click.Command = importlib.import_module(f"crawler.cli.{module}").command
        finally:
            gc.enable()
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; a reader of its output who went away (``khcn ... | head``) is no error."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # click would end the process with exit code 1
            _drop_output()
            return Exit.OK

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(sorted(VERBS.items()))


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=click.Path(path_type=Path), help="Data root (default: KHCN_DATA, else ./data).")
@click.option("--log", type=click.Choice(["json", "text"]), help="Form of the log (default: KHCN_LOG, else text).")
@click.option("-v", "--verbose", count=True, help="Log the story of a run; twice: everything.")
@click.version_option(VERSION, prog_name="khcn")
@click.pass_context
def khcn(ctx: click.Context, data: Path | None, log: Literal["json", "text"] | None, verbose: int) -> None:
    """Keep the news of Vietnam's Departments of Science and Technology.

    Data goes to stdout, log and progress to stderr.
    """
    config = read_config(data=data)
    configure(log or config.log, verbose, config.secrets())
    ctx.obj = config
    if ctx.invoked_subcommand != "doctor":  # which says what is wrong with it
        attach(config.data, config.archive_url)


def main() -> None:
    """Run ``khcn`` and end the process with its exit code."""
    # What a command loads stays: to look through it for garbage costs more than most of them do besides.
    gc.set_threshold(20_000, 20, 50)
    configure("text", 0)  # until the command line has said how
    log_unforeseen()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Titles are Vietnamese, whatever the locale says.
            stream.reconfigure(encoding="utf-8", errors=stream.errors)
    try:
        # As Ctrl-C does: files are closed and locks are freed. A crawl has handlers of its own.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = khcn.main(standalone_mode=False) or Exit.OK
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.ClickException as error:
        told = StringIO()
        error.show(told)
        click.echo(plain(told.getvalue()), err=True, nl=False)
        code = Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        code = Exit.INTERRUPTED
    except KhcnError as error:
        code = _tell(error)
    except UnicodeEncodeError as error:
        if error.reason != "surrogates not allowed" or all(map(_is_text, sys.argv)):
            raise
        click.echo("khcn: the command line holds bytes that are no UTF-8; let the terminal send UTF-8", err=True)
        code = Exit.USAGE
    except OSError as error:
        failed = disk_error(error, error.filename or "output")
        if failed is None:
            raise
        _drop_output()
        code = _tell(failed)
    sys.exit(int(_flushed(int(code))))


def _is_text(argument: str) -> bool:
    """Say whether an argument was UTF-8: Python hands each other byte on as half of a surrogate pair."""
    return not any("\ud800" <= char < "\ue000" for char in argument)


def _tell(error: KhcnError) -> Exit:
    """Say what went wrong, if there is still a place where it can be said; return the exit code."""
    with suppress(OSError):  # a log on the same full disk
        click.echo(f"khcn: {plain(error)}", err=True)
    return exit_of(error)


def _flushed(code: int) -> int:
    """Bring out what is still to be written, so that ending the process can not fail on it; return its exit code."""
    try:
        sys.stderr.flush()
    except OSError:
        _drop_output(sys.stderr)  # a log that is not whole takes nothing from what was done
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        return int(_tell(disk_error(error, "output") or KhcnError(f"output: {error.strerror}")))
    return code


def _drop_output(stream: TextIO | None = None) -> None:
    """Let what is still to be written to a stream (stdout) go nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())


def exit_of(error: BaseException) -> Exit:
    """Return the exit code that an error ends a command with."""
    match error:
        case UnknownSite() | NotHeld():
            return Exit.USAGE
        case SiteLocked():
            return Exit.LOCKED
        case Stopped():
            return Exit.INTERRUPTED
        case DiskError():
            return Exit.DISK
        case ConfigError() | CatalogError() | Unwritable():
            return Exit.CONFIG
        case _:
            return Exit.ERROR
