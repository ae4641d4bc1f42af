"""What a plan was before people decided on it, through the revisions that their decisions make."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.desk.work.decisions import CONTENT, Decision, first_plan
from pipeline.reviewing.decisions import ReviewDecision, ReviewKind
from pipeline.reviewing.fold import fold
from pipeline.types import MaskAction
from tests.builders import item, plan
from tests.desk_builders import NOW

NAME = item(1.4, 2.0, chars=(2, 5))
CAME_UP = item(3.0, 3.5, item_id="h0001.1", chars=(8, 10), needs_review=True)
KEEP = ReviewDecision(1, ReviewKind.KEEP, ("m0000",), "", NOW, reason="本人の名")
FOUND = ReviewDecision(2, ReviewKind.FOUND, (), "", NOW, found=(CAME_UP,))
UNDO = ReviewDecision(3, ReviewKind.UNDO, (), "", NOW, undoes=2)

FIRST = plan(NAME)


def row(revision: int, made: ReviewDecision) -> Decision:
    """A decision as the desk stores it."""
    return Decision(revision, "", made.kind.value, 0, NOW, content=CONTENT.dump_json(made).decode())


def test_what_people_decided_is_taken_back_to_the_programs_own_plan():
    """Over as many revisions as there are, with what came up on the way."""
    second = fold(FIRST, (KEEP, FOUND))
    third = fold(second, ())
    rows = (row(1, KEEP), row(1, FOUND))
    first = first_plan(((1, FIRST), (2, second), (3, third)), rows, 3)

    assert third.items[0].action is MaskAction.KEEP
    assert first.items == (NAME, CAME_UP)


def test_what_came_up_and_was_undone_is_nothing():
    """As if it had never been made."""
    made = (KEEP, FOUND, UNDO)
    second = fold(FIRST, made)

    assert first_plan(((1, FIRST), (2, second)), [row(1, each) for each in made], 2).items == (NAME,)


def test_a_call_that_was_masked_again_begins_anew():
    """What people decided on an earlier plan of the program is nothing to the next one."""
    again = replace(FIRST, items=(replace(NAME, score=0.4),))

    assert first_plan(((1, FIRST), (2, again)), (row(1, KEEP),), 2) == again
    assert first_plan(((1, FIRST), (2, again)), (row(1, KEEP),), 1) == FIRST


def test_a_revision_that_is_none_is_refused():
    """Nothing can be said of it."""
    with pytest.raises(ValueError, match="no revision 0"):
        first_plan(((1, FIRST),), (), 0)
