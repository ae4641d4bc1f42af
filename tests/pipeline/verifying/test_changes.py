from __future__ import annotations

from dataclasses import replace

from pipeline.types import MaskAction, Party, TimeSpan
from pipeline.verifying.changes import EXPLAINED_WITHIN_SECONDS, Changes
from tests.builders import item, plan

A, B = item(5.0, 6.0), item(20.0, 21.0, item_id="m0001")


def near(changes: Changes, at: float) -> bool:
    """Whether a tenth of a second there is near what changed."""
    return changes.near(TimeSpan(at, at + 0.1))


def test_nothing_changed():
    """The same plan: nothing is to be verified again."""
    assert not any(near(Changes(plan(A, B), plan(A, B)), at) for at in range(30))


def test_where_an_item_is_added_or_taken_away():
    """Within a second of it, and nowhere else."""
    for changes in (Changes(plan(A), plan(A, B)), Changes(plan(A, B), plan(A))):
        assert [at for at in range(30) if near(changes, at)] == [19, 20, 21, 22]
        assert near(changes, 20.0 - EXPLAINED_WITHIN_SECONDS - 0.1)
        assert not near(changes, 20.0 - EXPLAINED_WITHIN_SECONDS - 0.2)


def test_where_an_item_grew_both_what_it_was_and_what_it_is_count():
    """A mask that moved leaves a place behind."""
    changes = Changes(plan(A), plan(replace(A, time=TimeSpan(9.0, 9.5))))
    assert [at for at in range(30) if near(changes, at)] == [4, 5, 6, 7, 8, 9, 10]


def test_other_channels_and_other_decisions_are_changes():
    """They change what is heard, or what explains a likeness."""
    assert near(Changes(plan(A), plan(replace(A, channels=(0, 1)))), 5)
    assert near(Changes(plan(A), plan(replace(A, action=MaskAction.KEEP, party=Party.REQUESTER))), 5)


def test_what_only_waits_for_an_analyst_changes_nothing():
    """A candidate is neither masked nor an explanation; nor does a flag change a sound."""
    shown = item(15.0, 16.0, item_id="v1", action=MaskAction.KEEP, party=Party.UNKNOWN, needs_review=True)
    assert not any(near(Changes(plan(A), plan(A, shown)), at) for at in range(30))
    assert not near(Changes(plan(A), plan(replace(A, needs_review=True))), 5)
