"""One call a file, its answers in the order of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from crawler.cluster.client import Cluster, Work

A = TypeVar("A")
R = TypeVar("R")


def in_order(cluster: Cluster, function: Callable[[A], R], arguments: Sequence[A]) -> Iterator[R]:
    """Yield what *function*, which workers can import, gives for each argument. Raises what it raises."""
    works = {number: Work(_name(each), _call, (function, each)) for number, each in enumerate(arguments)}
    done: dict[int, Any] = {}
    following = 0
    for number, answer in cluster.results(works):
        if answer.error is not None:
            raise answer.error
        done[number] = answer.value
        while following in done:
            yield done.pop(following)
            following += 1


def _call(function: Callable[[Any], Any], argument: Any) -> Any:
    return function(argument)


def _name(argument: object) -> str:
    return str(getattr(argument, "file", argument))
