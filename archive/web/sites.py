"""What site files say of a Department, as plain data: this layer can not read them itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class HostFacts:
    """A host the Department is, or was, served from."""

    host: str
    since: date | None = None
    until: date | None = None
    is_inferred: bool = False
    """Whether nobody has seen it yet: it follows from the names of others."""


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A Department, or an undeclared site of which only the id is known."""

    id: str
    name: str
    """Vietnamese name."""
    name_en: str
    province: str | None = None
    """Vietnamese name of the province."""
    status: str = "active"
    """``active``, ``paused`` or ``retired``."""
    code_before: str | None = None
    """The province's code before 2025-07-01, null for one made since."""
    code_now: str | None = None
    """Its code since then; null for a province that is part of another one now."""
    hosts: tuple[HostFacts, ...] = ()
    successor: str | None = None
    """Site id of the Department that took over."""
    follows: tuple[str, ...] = ()
    """Site ids of the Departments it took over."""


@dataclass(frozen=True, slots=True)
class Registry:
    """All Departments that are declared, by site id."""

    sites: Mapping[str, SiteFacts] = field(default_factory=dict)

    @classmethod
    def of(cls, sites: Iterable[SiteFacts]) -> Registry:
        """Return the registry of some sites."""
        return cls({site.id: site for site in sites})

    def get(self, site: str) -> SiteFacts:
        """Return a site; of one that is not declared, its id is its name.

        >>> Registry().get("bao.example.vn").name
        'bao.example.vn'
        """
        return self.sites.get(site) or SiteFacts(site, site, site)

    def name(self, site: str, language: str = "vi") -> str:
        """Return a site's name in a language, ``vi`` or ``en``."""
        found = self.get(site)
        return found.name_en if language == "en" else found.name

    def short(self, site: str) -> str:
        """Return the province's name, which is enough beside others; of an undeclared site its id."""
        found = self.sites.get(site)
        return found.province or site if found is not None else site
