"""Which claims are nearest to a text: one interface over SQLite's FTS5 and PostgreSQL's full text search."""

import re
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from claims.models import Claim, Desk, MatchText

FTS_TABLE = "claims_matchtext_fts"
MAX_TERMS = 64
QUERY_MAX = 300  # characters: the longest word that PostgreSQL's parser takes has 2,046 bytes
_WORD = re.compile(r"\w+")
# Marks that FTS5 takes for part of a letter. Left in, they would split a word: "İ" in lower case is "i" and a dot.
_MARKS = dict.fromkeys(range(0x300, 0x332))
# Words so frequent that they rank nothing; numbers and negations stay, since they make the difference.
_STOP = frozenset(
    {"a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is", "it", "its"}
    | {"of", "on", "or", "that", "the", "to", "was", "were", "with"}
)


@dataclass(frozen=True, slots=True)
class Near:
    """A claim near to a text: its score (higher is nearer, comparable within one answer) and the words shared."""

    claim: Claim
    score: float
    shared: tuple[str, ...]


def terms(text: str) -> list[str]:
    """The distinct words of a text in lower case, without stop words, at most MAX_TERMS."""
    # Not casefold(): it makes "ss" of "ß", and neither database does so with the text it searches.
    plain = unicodedata.normalize("NFC", text).lower().translate(_MARKS)
    found = dict.fromkeys(word for word in _WORD.findall(plain) if word not in _STOP)
    return list(found)[:MAX_TERMS]


def index(claim: Claim, *, title: str | None = None, body: str | None = None) -> None:
    """Write the claim's match row; `title` and `body` come from its verdict and stay when not given."""
    given = {"title": title, "body": body}
    fields = {name: value for name, value in given.items() if value is not None}
    row, _ = MatchText.objects.update_or_create(claim=claim, defaults={"text": f"{claim.text} {claim.said}", **fields})
    if connection.vendor == "sqlite":
        key = claim.pk.hex
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {FTS_TABLE} WHERE claim_id = %s", [key])  # noqa: S608 - a constant name
            cursor.execute(
                f"INSERT INTO {FTS_TABLE} (claim_id, text, title, body) VALUES (%s, %s, %s, %s)",  # noqa: S608
                [key, row.text, row.title, row.body],
            )


def nearest(desk: Desk, text: str, *, limit: int = 5, leave_out: UUID | None = None) -> list[Near]:
    """The desk's claims nearest to the text, best first; none when they share no word with it."""
    words = terms(text)
    if not words:
        return []
    search = _search_sqlite if connection.vendor == "sqlite" else _search_postgresql
    hits = search(desk, words, limit=limit + 1)
    if leave_out:
        hits.pop(leave_out, None)
    claims = Claim.objects.filter(pk__in=hits).select_related("match_text")
    wanted = set(words)
    near = [Near(claim, hits[claim.pk], _shared(wanted, claim.match_text)) for claim in claims]
    return sorted(near, key=lambda hit: (-hit.score, hit.claim.pk))[:limit]


def _shared(words: set[str], row: MatchText) -> tuple[str, ...]:
    return tuple(word for word in terms(f"{row.text} {row.title} {row.body}") if word in words)


def _search_sqlite(desk: Desk, words: list[str], *, limit: int) -> dict[UUID, float]:
    # Each term is quoted: a bare one could be read as FTS5 syntax.
    query = " OR ".join(f'"{word}"' for word in words)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT claim_id, bm25({FTS_TABLE}, 0, 1.0, 1.0, 0.5) AS cost FROM {FTS_TABLE} "  # noqa: S608
            f"WHERE {FTS_TABLE} MATCH %s AND claim_id IN (SELECT id FROM claims_claim WHERE desk_id = %s) "
            "ORDER BY cost LIMIT %s",
            [query, desk.pk, limit],
        )
        return {UUID(key): -cost for key, cost in cursor.fetchall()}


def _search_postgresql(desk: Desk, words: list[str], *, limit: int) -> dict[UUID, float]:
    query = " | ".join(f"'{word}'" for word in words)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claim_id, ts_rank(claims_matchtext_vector(text, title, body), query) AS score "
            "FROM claims_matchtext, to_tsquery('english', %s) AS query "
            "WHERE claims_matchtext_vector(text, title, body) @@ query "
            "AND claim_id IN (SELECT id FROM claims_claim WHERE desk_id = %s) "
            "ORDER BY score DESC, claim_id LIMIT %s",
            [query, desk.pk, limit],
        )
        return dict(cursor.fetchall())


def holds_all(text: str, *, field: str) -> Q:
    """The condition that the claim in `field` matches every word of the text; no claim does when it has none.

    Words, stop words and stems are those of `nearest`, so both ways of searching agree.
    """
    words = terms(text)
    if not words:
        return Q(pk__in=[])
    if connection.vendor == "sqlite":
        # Each word is quoted: a bare one could be read as FTS5 syntax.
        query = " AND ".join(f'"{word}"' for word in words)
        sql = f"SELECT claim_id FROM {FTS_TABLE} WHERE {FTS_TABLE} MATCH %s"  # noqa: S608 - a constant name
    else:
        query = " & ".join(f"'{word}'" for word in words)
        sql = (
            "SELECT claim_id FROM claims_matchtext "
            "WHERE claims_matchtext_vector(text, title, body) @@ to_tsquery('english', %s)"
        )
    return Q(**{f"{field}__in": RawSQL(sql, [query])})  # noqa: S611 - constant SQL, the words are a parameter
