"""Which claims hold all words of a query: full text as a filter, on either database."""

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from claims import matching

QUERY_MAX = 300  # characters: the longest word that PostgreSQL's parser takes has 2,046 bytes


def holds_all(text: str, *, field: str) -> Q:
    """The condition that the claim in `field` matches every word of the text; no claim does when it has none.

    Words, stop words and stems are those of `claims.matching`, so both ways of searching agree.
    """
    words = matching.terms(text)
    if not words:
        return Q(pk__in=[])
    if connection.vendor == "sqlite":
        # Each word is quoted: a bare one could be read as FTS5 syntax.
        query = " AND ".join(f'"{word}"' for word in words)
        sql = f"SELECT claim_id FROM {matching.FTS_TABLE} WHERE {matching.FTS_TABLE} MATCH %s"  # noqa: S608 - a constant name
    else:
        query = " & ".join(f"'{word}'" for word in words)
        sql = (
            "SELECT claim_id FROM claims_matchtext "
            "WHERE claims_matchtext_vector(text, title, body) @@ to_tsquery('english', %s)"
        )
    return Q(**{f"{field}__in": RawSQL(sql, [query])})  # noqa: S611 - constant SQL, the words are a parameter
