"""The verdict log: every version is an entry, anybody can recompute it, and a change is found and located."""

import hashlib
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from claims.rules import Invalid
from reviews import corrections, verdict_log
from reviews import workflow as reviews
from reviews.models import LogEntry, LogNode, Publication, Verdict
from reviews.verdict_log import LogUnusable, checkpoints, entries, nodes, tree, verifying
from tests.desk import TEXTS, TestDesk
from tests.protection import lifted


def recomputed_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    halves = recomputed_root(leaves[:split]) + recomputed_root(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


def corrected(desk: TestDesk, times: int) -> None:
    claim = desk.published()
    for number in range(times):
        corrections.propose_correction(
            claim, by=desk.ana, at=desk.tick(), kind="update", reason=f"Update {number}.", **TEXTS
        )
        corrections.correct(claim, by=desk.dov, at=desk.tick())


def difference() -> str:
    return str(verifying.first_difference(checkpoints.all_signed()))


# --- Appending ---------------------------------------------------------------------------------------------


def test_every_version_is_an_entry_in_order(desk: TestDesk) -> None:
    corrected(desk, 6)
    logged = [entry.entry.encode() for entry in LogEntry.objects.order_by("index")]
    assert len(logged) == Verdict.objects.count() == 7
    for size in range(8):
        assert verdict_log.root(size) == recomputed_root(logged[:size])
    assert verifying.first_difference() is None


def test_the_entry_is_the_canonical_document(desk: TestDesk) -> None:
    desk.published()
    verdict = Verdict.objects.get()
    assert LogEntry.objects.get().entry == verdict.document
    assert verdict_log.canonical(json.loads(verdict.document)) == verdict.document


def test_appending_takes_five_statements_at_every_size(desk: TestDesk) -> None:
    claim = desk.published()
    asked = set()
    for number in range(2, 10):
        corrections.propose_correction(claim, by=desk.ana, at=desk.tick(), kind="update", reason="Again.", **TEXTS)
        with CaptureQueriesContext(connection) as queries:
            corrections.correct(claim, by=desk.dov, at=desk.tick())
        asked.add(sum("reviews_log" in query["sql"] for query in queries))
        assert Verdict.objects.filter(number=number).exists()
    # Read the size, read the edge, write the entry, write the hashes; reading the entry back for what is served.
    assert asked == {5}


def test_a_document_too_long_for_the_log_is_refused_naming_what_to_shorten(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim, justification="أ" * 40_000)
    opened = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi)
    with pytest.raises(
        Invalid, match=r"justification: .* takes 65,535\. .* “justification” with 80,0\d\d bytes"
    ) as told:
        desk.publish(opened)
    assert told.value.field == "justification"
    assert not Verdict.objects.exists()


def test_the_longest_entry_fits_and_one_byte_more_does_not() -> None:
    fitting = verdict_log.canonical({"summary": "é" + "e" * (entries.ENTRY_MAX - len('{"summary":"é"}'.encode()))})
    entries.check_fits(fitting)
    with pytest.raises(Invalid, match="shorten it by 1 or more"):
        entries.check_fits(fitting.replace("e", "ee", 1))


def test_an_append_to_a_tree_that_was_cut_is_refused(desk: TestDesk) -> None:
    corrected(desk, 1)
    checkpoints.checkpoint()
    with lifted():
        Publication.objects.all().delete()
        LogEntry.objects.filter(index=1).delete()
        LogNode.objects.filter(index=1).delete()
        LogNode.objects.filter(level=1).delete()
    with pytest.raises(LogUnusable, match="holds 1 log entries, but a checkpoint over 2 was signed"):
        desk.published()


def test_an_append_to_a_tree_that_was_changed_is_refused(desk: TestDesk) -> None:
    corrected(desk, 1)
    checkpoints.checkpoint()
    with lifted():
        LogNode.objects.filter(level=1).update(hash="0" * 64)
    with pytest.raises(LogUnusable, match="first 2 entries are not the ones that were signed"):
        desk.published()


def test_an_append_to_a_tree_with_a_hole_is_refused(desk: TestDesk) -> None:
    desk.published()
    with lifted():
        LogNode.objects.all().delete()
    with pytest.raises(LogUnusable, match="lacks the hash 0/0"):
        desk.published()


# --- Verifying ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mutate", "found"),
    [
        (lambda: Verdict.objects.filter(number=2).update(document="{}"), "entry 1 is not its version's document"),
        (lambda: LogEntry.objects.filter(index=1).update(entry="{}"), "entry 1 has another leaf hash"),
        (lambda: LogEntry.objects.filter(index=1).update(leaf_hash="0" * 64), "entry 1 has another leaf hash"),
        (lambda: LogNode.objects.filter(level=1, index=0).update(hash="0" * 64), "entry 1 completes the subtree 1/0"),
        (lambda: LogEntry.objects.filter(index=2).delete(), "entry 2 is absent"),
        (lambda: LogEntry.objects.filter(index=3).delete(), "entry 3 is absent: a checkpoint over 4"),
        (lambda: LogNode.objects.create(level=3, index=0, hash="0" * 64), "subtree 3/0, which no entry completes"),
        (lambda: Verdict.objects.filter(number=3).update(summary="Other."), "entry 2 has another summary"),
        (lambda: Verdict.objects.filter(number=3).update(signatures=[]), "entry 2 has other signatures"),
        (lambda: Verdict.citations.through.objects.filter(verdict__number=3).delete(), "entry 2 relies on other"),
        (lambda: Publication.objects.update(etag="x"), "entry 3 is served with another validator"),
        (lambda: Publication.objects.update(status="withdrawn"), "entry 3 is published with another id, claim, status"),
    ],
)
def test_a_change_behind_the_triggers_is_found_and_located(
    desk: TestDesk, mutate: Callable[[], object], found: str
) -> None:
    corrected(desk, 3)
    checkpoints.checkpoint()
    with lifted():
        mutate()
    assert found in difference()


def test_verification_asks_the_same_number_of_queries_for_a_batch_whatever_it_holds(desk: TestDesk) -> None:
    asked = []
    for times in (1, 4):
        corrected(desk, times)
        with CaptureQueriesContext(connection) as queries:
            assert verifying.first_difference() is None
        asked.append(len(queries))
    assert asked[1] - asked[0] <= 2  # one for each further level of the tree


def test_what_is_published_while_the_log_is_verified_is_no_difference(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    corrected(desk, 1)
    left_over = verifying.Verification._left_over

    def meanwhile(verification: verifying.Verification) -> verifying.Difference | None:
        desk.published()
        return left_over(verification)

    monkeypatch.setattr(verifying.Verification, "_left_over", meanwhile)
    assert verifying.first_difference() is None


# --- Arithmetic --------------------------------------------------------------------------------------------


@given(st.integers(min_value=0, max_value=5000))
def test_the_full_subtrees_cover_every_entry_once(size: int) -> None:
    covered = [
        entry for level, index in tree.full_subtrees((0, size)) for entry in range(index << level, (index + 1) << level)
    ]
    assert covered == list(range(size))


@given(st.integers(min_value=1, max_value=200), st.data())
def test_every_span_of_a_proof_is_made_of_subtrees_that_are_complete(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    old = data.draw(st.integers(min_value=1, max_value=size))
    for span in [*tree.inclusion_spans(index, size), *tree.consistency_spans(old, size)]:
        places = tree.full_subtrees(span)
        assert places[0][1] << places[0][0] == span[0]
        assert all(tree.last_entry_of(place) < size for place in places)
        assert tree.last_entry_of(places[-1]) == span[1] - 1


def test_the_root_of_nothing_is_the_hash_of_nothing(db: None) -> None:
    assert nodes.root(0) == hashlib.sha256(b"").digest()
