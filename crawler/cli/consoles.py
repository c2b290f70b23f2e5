"""The console that commands draw on."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from crawler.masked import harmless


class PipedConsole(Console):
    """A console on which nothing from outside steers the terminal.

    It leaves it to the command what a reader who went away means.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the segments of what is drawn; texts are harmless, whoever wrote them."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(harmless(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError, as other output does; Rich would end the process with exit code 1."""
        raise BrokenPipeError
