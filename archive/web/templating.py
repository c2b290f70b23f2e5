"""The templates as they are compiled: once for each language, with the words of that language in them."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from html import escape
from typing import cast, get_args

from jinja2 import Environment, PackageLoader, StrictUndefined, nodes
from jinja2.environment import Template
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from archive.web import forms
from archive.web.assets import asset
from archive.web.links import Language, short_id
from archive.web.words import translate
from archive.web.words.expected import expected

WORDS = "_"
"""The function that templates call for words."""


class Worded(Environment):
    """Templates in one language: words without values are part of the compiled template, and not looked up again."""

    language: Language

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return cast("nodes.Template", _Saying(self.language).visit(super()._parse(source, name, filename)))


class _Saying(NodeTransformer):
    def __init__(self, language: Language) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        is_words = isinstance(node.node, nodes.Name) and node.node.name == WORDS
        if is_words and not node.kwargs and len(node.args) == 1 and isinstance(node.args[0], nodes.Const):
            return nodes.Const(translate(self._language, node.args[0].value), lineno=node.lineno)
        return node


@cache
def environment(language: Language) -> Worded:
    """Return the templates of a language: everything is escaped, and a name that is not there is an error."""
    made = Worded(
        loader=PackageLoader("archive.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.language = language
    written = {name: partial(getattr(forms, name), language=language) for name in
               ("number", "day", "taken_on", "moment", "month", "size", "days")}  # fmt: skip
    made.globals.update(
        written,
        lang=language,
        asset=asset,
        short_id=short_id,
        timed=partial(timed, language),
        dated=partial(_dated, language),
        expected=expected,
        **{WORDS: partial(translate, language)},
    )
    return made


@cache
def template(name: str, language: Language) -> Template:
    """Return a template."""
    return environment(language).get_template(name)


def compile_all() -> None:
    """Compile all templates, so that no reader waits for it."""
    for language in get_args(Language):
        for name in environment(language).list_templates(extensions=["html"]):
            template(name, language)


def timed(language: Language, at: datetime | None, precision: str | None = "minute") -> Markup:
    """Return a moment as an element, the day alone when nothing more is known; nothing without one."""
    if at is None:
        return Markup("")
    # Markup.format escapes what it is given, and takes ten times as long.
    written = escape(forms.moment(at, language, precision))
    return Markup(f'<time datetime="{at.isoformat()}">{written}</time>')  # noqa: S704


def _dated(language: Language, at: datetime | None) -> Markup:
    return timed(language, at, "day")
