"""Text of a new site file. What comes from a page is put in as data, whatever it holds."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.atomic import explained, sync_folder
from archive.errors import ArchiveError, ConfigError
from crawler.clean import line
from crawler.menus import Section
from crawler.proposal import Proposal
from crawler.site_files import load_site

MAX_NAME = 120
OTHERWISE = "edit it, or take another name"


class NameTaken(ConfigError):
    """A file or a page class of that name is there already."""


def quoted(text: str) -> str:
    r"""Return *text* as a TOML string.

    >>> print(quoted('a"b'), quoted("a\nb\x7f"))
    "a\"b" "a\nb\u007f"
    """
    return json.dumps(_sound(text), ensure_ascii=False).replace("\x7f", "\\u007f")


def pattern_text(pattern: str) -> str:
    r"""Return a regular expression as a TOML string, in single quotes where it can be.

    >>> print(pattern_text(r"/tin/\d+"), pattern_text("/o'clock"))
    '/tin/\d+' "/o'clock"
    """
    return f"'{pattern}'" if "'" not in pattern and pattern.isprintable() else quoted(pattern)


def plain(text: str, most: int = MAX_NAME) -> str:
    r"""Return what a page says as one line of *most* letters, without signs that steer a screen; fit for a comment.

    >>> plain("Tin\ntức\x1b[31m \u202edoc")
    'Tin tức[31m doc'
    """
    kept = (char for char in line(_sound(text)) if unicodedata.category(char)[0] != "C")
    return "".join(kept)[:most].strip()


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def site_file(proposal: Proposal) -> str:
    """Return a site file that says what *proposal* does, with a TODO for each thing a person must look at."""
    return "\n".join(_lines(proposal)) + "\n"


def _lines(proposal: Proposal) -> Iterator[str]:
    site = proposal.site
    name, province = map(plain, proposal.office or ("", ""))
    yield f"# Proposed from {plain(site.seeds[0].url)} by `khcn sites new`. Look at each TODO, and take it out."
    yield f"id = {quoted(site.id)}"
    if name:
        yield "# TODO name: is it written as the Department writes it?"
    else:
        yield "# TODO name: not found on the home page."
    yield f"name = {quoted(name or 'Sở Khoa học và Công nghệ')}"
    yield "# TODO name_en: is the province right?"
    yield f"name_en = {quoted(f'Department of Science and Technology of {province or site.id}')}"
    yield '# TODO status: "active", and no reason, once no TODO is left. Until then `khcn crawl --all` passes it over.'
    yield 'status = "paused"'
    yield 'reason = "new; its file is still to be looked at"'
    if site.follows:
        yield "# Their files name this site as their successor."
        yield f"follows = [{', '.join(map(quoted, site.follows))}]"
    yield ""
    yield "# TODO codes: add iso, gso_pre (before 2025-07-01) and gso_post (since)."
    yield "[province]"
    yield f"name = {quoted(province or site.id)}"
    yield ""
    yield '# TODO evidence: "pages", once you have seen that the Department itself is served here.'
    yield "# TODO validity: add since and until, as far as the days are known; scope, if others are served here too."
    yield "[[hosts]]"
    yield f"host = {quoted(site.hosts[0].host)}"
    yield f"evidence = {quoted(site.hosts[0].evidence)}"
    yield ""
    yield "[[seeds]]"
    yield f"url = {quoted(site.seeds[0].url)}"
    yield from _seeds(proposal.sections)
    yield ""
    yield from _layout(proposal)


def _seeds(sections: list[Section]) -> Iterator[str]:
    yield ""
    if not sections:
        yield "# TODO seeds: no menu of the home page leads to news; add the first page of each section."
        return
    yield "# TODO seeds: these are links of the home page's menus. Take out what is no news, and mend the sections."
    for number, section in enumerate(sections):
        if number:
            yield ""
        yield "[[seeds]]"
        yield f"url = {quoted(section.url)}"
        yield f"section = {quoted(plain(section.name))}"


def _layout(proposal: Proposal) -> Iterator[str]:
    score = proposal.score
    if score is not None:
        how = f"its marks are {score.marks:.2f} sure, {score.articles} links look like its articles"
        yield f"# TODO layout: {how}. `khcn sites check {proposal.site.id}` shows what it reads."
        if not score.articles:
            yield "# None does: declare articles and listings here if the addresses are others than the family's."
        yield "[[layouts]]"
        yield f"page = {quoted(proposal.family)}"
    elif proposal.articles and proposal.listings:
        yield "# TODO layout: no family shows its marks. The patterns are guessed from a few links: mend them."
        yield "[[layouts]]"
        yield 'page = "generic"'
        yield f"articles = [{', '.join(map(pattern_text, proposal.articles))}]"
        yield "listings = ["
        yield from (f"  {pattern_text(pattern)}," for pattern in proposal.listings)
        yield "]"
        if proposal.page_param is not None:
            yield f"page_param = {quoted(plain(proposal.page_param))}"
    else:
        yield "# TODO layout: no family shows its marks, and no addresses look like those of articles. Without a layout"
        yield "# every page of the host is asked for, and read by evidence alone."


def write_site_file(path: Path, text: str) -> None:
    """Write a new site file, whole or not at all, once it is known to load.

    Raises as :func:`write_new` does, and ConfigError when the text is no site file.
    """
    with TemporaryDirectory(prefix="khcn-") as folder:
        tried = Path(folder) / path.name
        tried.write_text(text, "utf-8")
        load_site(tried)
    write_new(path, text)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises NameTaken when it is, ConfigError when its folder can not be written, DiskError.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with explained(path):
            try:
                beside.write_text(text, "utf-8")
                os.link(beside, path)  # as a rename that replaces nothing
            except FileExistsError:
                raise NameTaken(f"{path}: is there already, and nothing was changed; {OTHERWISE}") from None
            finally:
                beside.unlink(missing_ok=True)
            sync_folder(path.parent)
    except ArchiveError as error:
        raise ConfigError(str(error)) from None
