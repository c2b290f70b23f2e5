"""A query, as tantivy is asked it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import tantivy
from tantivy import Occur

from archive.catalog.times import end_moment, first_moment, utc_time
from archive.search.index import SECOND, first_place
from archive.search.query import Query, Term
from archive.search.words import spellings

TITLE_BOOST = 3.0
"""How much a word of the title counts beside one of the text."""
ACCENTED = 100.0
"""What a word adds that is spelled as it was typed, with its accents: more than words and title give together."""
MOST_BUT_ACCENTS = 0.9 * ACCENTED
"""Less than that, for articles that are taken out of an index are counted in it until it is merged."""
SATURATED = 2.2
"""How many times a word can count in one text at most: tantivy's k1, which is 1.2, and one."""


class Hidden(NamedTuple):
    """What must not be found."""

    sites: frozenset[str]
    """Site ids."""
    articles: frozenset[str]
    """Article ids."""


NONE_HIDDEN = Hidden(frozenset(), frozenset())


def is_ranked(query: Query) -> bool:
    """Whether some articles can answer better than others; beginnings of words and sites only answer or not."""
    return any(not term.is_prefix for term in query.words)


def asked(
    schema: tantivy.Schema,
    query: Query,
    sites: Sequence[str],
    since: date | datetime | None,
    until: date | datetime | None,
    *,
    is_scored: bool,
    is_as_typed: bool = False,
    hidden: Hidden = NONE_HIDDEN,
) -> tantivy.Query:
    """Return what finds the articles of *sites* (all, when none is named) in a span of time that answer *query*.

    *is_as_typed*: only those in which each word stands as it was typed, see :func:`are_first_as_typed`.
    """
    clauses: list[tuple[Occur, tantivy.Query]] = []
    accents: list[tantivy.Query] = []
    titles: list[tuple[Occur, tantivy.Query]] = []
    for group in query.wanted:
        clauses.append((Occur.Must, _any(schema, group, is_scored=is_scored)))
        for bonus, is_accented in (each for term in group for each in _bonuses(schema, term)) if is_scored else ():
            if not is_accented:
                titles.append((Occur.Should, bonus))
            elif is_as_typed:
                clauses.append((Occur.Must, bonus))
            else:
                accents.append(bonus)
    clauses += [(Occur.MustNot, _term(schema, term)) for term in query.unwanted]
    if sites:
        clauses.append((Occur.Must, _unscored(tantivy.Query.term_set_query(schema, "site", list(sites)))))
    if since is not None or until is not None:
        clauses.append((Occur.Must, _unscored(_span(schema, since, until))))
    for name, values in zip(("site", "id"), hidden, strict=True):
        if values:
            clauses.append((Occur.MustNot, tantivy.Query.term_set_query(schema, name, sorted(values))))
    # All that an article must have is one clause, and what makes it better is asked of those that have it. Accents
    # each for itself: of several side by side tantivy goes through all that has any of them. So it does with titles,
    # which are few, and a layer each would cost more.
    found = tantivy.Query.boolean_query(clauses)
    for bonus in accents:
        found = tantivy.Query.boolean_query([(Occur.Must, found), (Occur.Should, bonus)])
    return tantivy.Query.boolean_query([(Occur.Must, found), *titles]) if titles else found


def are_first_as_typed(searcher: tantivy.Searcher, query: Query) -> bool:
    """Say whether all articles in which each word has the accents with which it was typed come before all others.

    So they do while words, texts and titles together give less than one word's accents: then the others need not be
    looked at where these are enough.
    """
    terms = [term for group in query.wanted for term in group]
    if len(terms) > len(query.wanted) or not any(term.accented for term in terms):
        return False
    if any(len(term.words) > 1 or term.is_prefix or term.part == "site" for term in terms):
        return False
    return sum(_most(searcher, term) for term in terms) < MOST_BUT_ACCENTS


def _most(searcher: tantivy.Searcher, term: Term) -> float:
    """Return a bound of what a word adds but for its accents (BM25: Robertson and Zaragoza 2009, 3.2)."""
    every, word = searcher.num_docs, term.words[0]
    parts = {term.part: 1.0, **({"title": TITLE_BOOST} if term.part == "all" else {})}
    held = {part: searcher.doc_freq(part, word) for part in parts}
    return sum(
        boost * SATURATED * math.log(1 + every / (held[part] + 0.5)) for part, boost in parts.items() if held[part]
    )


def _any(schema: tantivy.Schema, group: tuple[Term, ...], *, is_scored: bool) -> tantivy.Query:
    queries = [_term(schema, term) for term in group]
    one = queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(Occur.Should, each) for each in queries])
    return one if is_scored else _unscored(one)


def _term(schema: tantivy.Schema, term: Term) -> tantivy.Query:
    words = list(term.words)
    if term.is_prefix:
        begins = f"{words[-1]}.*"  # letters and digits: nothing to escape
        if len(words) > 1:
            # Not phrase_prefix_query: that looks at the first fifty words that begin so, and says nothing.
            return tantivy.Query.regex_phrase_query(schema, term.part, [*words[:-1], begins])
        return tantivy.Query.regex_query(schema, term.part, begins)
    if len(words) > 1:
        return tantivy.Query.phrase_query(schema, term.part, [*words])
    found = tantivy.Query.term_query(schema, term.part, words[0])
    return _unscored(found) if term.part == "site" else found


def _bonuses(schema: tantivy.Schema, term: Term) -> list[tuple[tantivy.Query, bool]]:
    """Return what makes an article that has a term better, each with whether it is for accents."""
    if term.part == "site":
        return []
    found = [
        (tantivy.Query.const_score_query(_spelled(schema, words), ACCENTED), True)
        for words in dict.fromkeys(tuple(sorted(spellings(word))) for word in term.accented)
    ]
    if term.part == "all" and not term.is_prefix:
        title = Term("title", term.words)
        found.append((tantivy.Query.boost_query(_term(schema, title), TITLE_BOOST), False))
    return found


def _spelled(schema: tantivy.Schema, words: tuple[str, ...]) -> tantivy.Query:
    found = [tantivy.Query.term_query(schema, "spelled", word) for word in words]
    return found[0] if len(found) == 1 else tantivy.Query.boolean_query([(Occur.Should, each) for each in found])


def _span(schema: tantivy.Schema, since: date | datetime | None, until: date | datetime | None) -> tantivy.Query:
    lower = first_place(utc_time(first_moment(since))) if since is not None else 0
    upper = (1 << 63) - 1
    if until is not None:
        end = utc_time(end_moment(until))
        upper = first_place(end) + (SECOND if end.microsecond else 0)
    return tantivy.Query.range_query(
        schema, "dated", tantivy.FieldType.Unsigned, lower, upper, include_lower=True, include_upper=False
    )


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
