"""Random changes of the database in short; `python -m tests.verification.mutation_drill` is the long form."""

from typing import Any

import pytest

from reviews.verdict_log import comparing
from tests.desk import TestDesk
from tests.verification.building import log_of
from tests.verification.mutation_drill import run

ENTRIES = 20
MUTATIONS = 300


@pytest.fixture
def desk_with_log(desk: TestDesk) -> TestDesk:
    log_of(desk, ENTRIES, remember=True)
    return desk


def test_every_mutation_is_refused_or_found_and_located(desk_with_log: TestDesk) -> None:
    tally = run(MUTATIONS, seed=7)

    assert (tally.missed, tally.misplaced) == ([], [])
    assert tally.refused.total() + tally.found.total() == tally.done == MUTATIONS
    assert tally.found.keys() >= {"edit", "delete", "insert an entry", "truncate", "reorder", "backdate", "reword"}
    # With the triggers in place no version, entry or hash is changed or deleted at all.
    assert not {"truncate", "reorder", "backdate", "reword"} & {
        kind for kind in tally.found if tally.guarded[kind] < tally.found[kind]
    }


def test_control_without_the_comparison_of_documents_some_are_missed(
    desk_with_log: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "fault_of", lambda entry, records: None)
    assert run(40, seed=7).missed


def test_control_without_the_memory_of_signed_roots_a_truncated_log_looks_whole(
    desk_with_log: TestDesk, settings: Any
) -> None:
    (settings.LOG_KEY_DIR / "verdict-log.roots").unlink()
    missed = {what.split(" (")[0] for what in run(60, seed=7).missed}
    assert "truncate" in missed
    assert missed <= {"truncate", "backdate", "reword", "reorder"}
