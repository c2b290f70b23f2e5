"""OAI-PMH 2.0 at ``/oai``: articles for harvesters, as Dublin Core, one set a site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import Response

from archive.archive import Archive
from archive.takedown import takedown
from archive.times import timestamp14
from archive.web.deps import served
from archive.web.links import absolute
from archive.web.lookup import OPEN_TO_ALL
from archive.web.mementos import raw_path
from archive.web.oai_ledger import Asked, Item, Ledger
from archive.web.oai_request import Token, bad_token, check_prefix, parse_arguments, parse_span, parse_token
from archive.web.oai_xml import (
    OAI_DC,
    PREFIX,
    SCHEMAS,
    Element,
    OaiError,
    add,
    add_dublin_core,
    add_error,
    add_header,
    document,
    written,
)
from archive.web.problems import Problem

router = APIRouter()

RECORDS, IDENTIFIERS = 100, 500
"""Items a page."""
CATCH_UP_S = 300.0
"""Seconds for the first look at all articles; later ones look at what changed."""
MAX_BODY = 16 << 10
NAMESPACE = "khcn.archive"
"""In identifiers, ``oai:khcn.archive:<article id>``. Another one would make other records of all articles."""
MAIL = "not-set@example.invalid"
LEDGER = "oai_ledger"


def ledger_of(request: Request) -> Ledger:
    """Return the datestamps of the archive that is served; one an app."""
    return ledger_in(request.app)


def ledger_in(app: FastAPI) -> Ledger:
    """Return the datestamps of the archive that an app serves."""
    found: Ledger | None = getattr(app.state, LEDGER, None)
    if found is None:
        found = Ledger(app.state.served.pool.root)
        setattr(app.state, LEDGER, found)
    return found


async def _arguments(request: Request) -> Sequence[tuple[str, str]]:
    """Return the arguments of a request, of a POST those of its form."""
    query = request.scope["query_string"].decode("latin-1")
    if request.method == "POST":
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY:
                raise Problem(413, f"a request of more than {MAX_BODY} bytes; OAI-PMH needs some hundred")
        query = body.decode("utf-8", "replace")
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise Problem(400, "more than 50 arguments; OAI-PMH has eight") from None


@router.api_route("/oai", methods=["GET", "HEAD", "POST"], include_in_schema=False)
def oai(request: Request, pairs: Annotated[Sequence[tuple[str, str]], Depends(_arguments)]) -> Response:
    """Answer an OAI-PMH request; its errors are answers too, with status 200."""
    base, now = absolute(request, "/oai"), datetime.now(UTC)
    try:
        arguments = parse_arguments(pairs)
    except OaiError as error:
        root = document(base, {}, now)
        add_error(root, error)
        return _sent(root)
    pool, ledger = served(request).pool, ledger_of(request)
    with pool.lent(CATCH_UP_S) as archive:
        ledger.catch_up(archive.catalog, takedown(pool.root))
    root = document(base, arguments, now)
    try:
        with pool.lent(pool.limit_s) as archive:
            Answer(request, archive, ledger, root).give(arguments)
    except OaiError as error:
        root = document(base, {} if error.code in ("badVerb", "badArgument") else arguments, now)
        add_error(root, error)
    return _sent(root)


def _sent(root: Element) -> Response:
    headers = {**OPEN_TO_ALL, "Cache-Control": "no-cache"}
    return Response(written(root), media_type="text/xml; charset=utf-8", headers=headers)


class Answer:
    """One answer, as it is made."""

    def __init__(self, request: Request, archive: Archive, ledger: Ledger, root: Element) -> None:
        self._request, self._archive, self._ledger, self._root = request, archive, ledger, root
        self._sites = served(request).sites

    def give(self, arguments: dict[str, str]) -> None:
        """Put into the document what is asked for. Raises OaiError."""
        match arguments["verb"]:
            case "Identify":
                self._identify()
            case "ListMetadataFormats":
                self._formats(arguments.get("identifier"))
            case "ListSets":
                self._list_sets(arguments)
            case "GetRecord":
                self._get(arguments)
            case verb:
                self._list(verb, arguments)

    def _identify(self) -> None:
        told = add(self._root, "Identify")
        add(told, "repositoryName", served(self._request).title)
        add(told, "baseURL", absolute(self._request, "/oai"))
        add(told, "protocolVersion", "2.0")
        add(told, "adminEmail", mail_of(getattr(self._request.app.state, "contact", "")))
        add(told, "earliestDatestamp", self._ledger.earliest())
        # What was taken out of the catalog is remembered as long as the ledger is, and that can be made anew.
        add(told, "deletedRecord", "transient")
        add(told, "granularity", "YYYY-MM-DDThh:mm:ssZ")

    def _formats(self, identifier: str | None) -> None:
        if identifier is not None:
            self._item(identifier)
        form = add(add(self._root, "ListMetadataFormats"), "metadataFormat")
        add(form, "metadataPrefix", PREFIX)
        add(form, "schema", SCHEMAS[OAI_DC])
        add(form, "metadataNamespace", OAI_DC)

    def _list_sets(self, arguments: dict[str, str]) -> None:
        if "resumptionToken" in arguments:
            raise bad_token()
        told = add(self._root, "ListSets")
        sites = self._ledger.sites()
        if not sites:
            self._root.remove(told)
            raise OaiError("noSetHierarchy", "nothing is held yet, so there is no set")
        for site in sites:
            one = add(told, "set")
            add(one, "setSpec", set_of(site))
            add(one, "setName", self._sites.name(site))

    def _get(self, arguments: dict[str, str]) -> None:
        item = self._item(arguments["identifier"])
        check_prefix(arguments["metadataPrefix"])
        self._add_records(add(self._root, "GetRecord"), [item])

    def _item(self, identifier: str) -> Item:
        match = re.fullmatch(rf"oai:{re.escape(NAMESPACE)}:([0-9a-f]{{32}})", identifier)
        item = self._ledger.item(match[1]) if match else None
        if item is None:
            raise OaiError("idDoesNotExist", f"{identifier}: there is no such item")
        return item

    def _list(self, verb: str, arguments: dict[str, str]) -> None:
        limit = RECORDS if verb == "ListRecords" else IDENTIFIERS
        birth = self._ledger.birth()
        token = None
        if "resumptionToken" in arguments:
            token = parse_token(arguments["resumptionToken"], verb)
            if token.birth != birth:
                raise bad_token()
            asked = Asked(token.since, token.until, token.site)
        else:
            check_prefix(arguments["metadataPrefix"])
            asked = parse_span(arguments)
            asked = asked._replace(site=self._site_of(asked.site) if asked.site is not None else None)
        after = (token.stamp, token.article) if token else ("", "")
        items = self._ledger.items(asked, limit + 1, after)
        if not items and token is None:
            raise OaiError("noRecordsMatch", "nothing changed in that span, or there is no such set")
        told = add(self._root, verb)
        if verb == "ListRecords":
            self._add_records(told, items[:limit])
        else:
            for item in items[:limit]:
                add_header(told, item, identifier_of(item.article), set_of(item.site))
        self._add_token(told, verb, birth, asked, items, limit, token)

    def _add_token(
        self, told: Element, verb: str, birth: str, asked: Asked, items: list[Item], limit: int, token: Token | None
    ) -> None:
        is_last = len(items) <= limit
        if is_last and token is None:
            return
        given = token.given if token else 0
        size = token.size if token else self._ledger.count(asked)
        attributes = {"completeListSize": str(max(size, given + len(items))), "cursor": str(given)}
        if is_last:
            if not items:
                # All that was left has changed meanwhile, and stands in a later list: the format allows no empty one.
                self._root.remove(told)
                raise bad_token()
            add(told, "resumptionToken", "", **attributes)
            return
        last = items[limit - 1]
        following = Token(
            verb, birth, asked.since, asked.until, asked.site, last.stamp, last.article, given + limit, size
        )
        add(told, "resumptionToken", str(following), **attributes)

    def _site_of(self, name: str) -> str | None:
        return next((site for site in self._ledger.sites() if set_of(site) == name), "")

    def _add_records(self, told: Element, items: Sequence[Item]) -> None:
        hidden = takedown(self._archive.root)
        with self._archive.catalog.browsing() as state:
            held = state.by_ids([item.article for item in items if not item.is_deleted])
        for item in items:
            record = add(told, "record")
            holding = held.get(item.article)
            # Taken away since the ledger was looked at: the next look gives it the date.
            shown = item if holding is not None or item.is_deleted else item._replace(is_deleted=True)
            add_header(record, shown, identifier_of(item.article), set_of(item.site))
            if holding is not None and not shown.is_deleted:
                article = hidden.shown(holding.article)
                path = raw_path(timestamp14(article.captured), article.url)
                links = (absolute(self._request, f"/articles/{item.article}"), absolute(self._request, "") + path)
                add_dublin_core(record, article, self._sites.name(item.site), links)


def mail_of(contact: str) -> str:
    """Return the mail address that a contact is; the schema demands one, so there is one that nobody has.

    >>> mail_of("mailto:kho@example.vn"), mail_of("https://example.vn/lien-he")
    ('kho@example.vn', 'not-set@example.invalid')
    """
    address = contact.removeprefix("mailto:")
    return address if re.fullmatch(r"[^\s@]+@([^\s@]+\.)+[^\s@]+", address) else MAIL


def identifier_of(article: str) -> str:
    """Return the identifier of an article's item."""
    return f"oai:{NAMESPACE}:{article}"


def set_of(site: str) -> str:
    """Return the set of a site: its id, with what sets can not be called written as numbers.

    >>> set_of("ha_tinh"), set_of("bao.example.vn-8080"), set_of("a:b")
    ('ha_tinh', 'bao.example.vn-8080', 'a~3ab')
    """
    return re.sub(r"[^A-Za-z0-9_.!*'()-]", lambda match: f"~{ord(match[0]):x}", site)
