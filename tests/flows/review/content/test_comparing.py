"""What is said beside what is registered: compared with the case as it is now, and looked up once."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from flows.review.content.comparing import Comparing, shown_reasons
from models.language.readings import load_reader
from pipeline.ownership.compared.comparison import Likeness
from pipeline.reasons import Reason, Why
from pipeline.types import CallCase, Requester
from tests.strategies import make_item

CASE = CallCase("R-1", Requester(phones=("070-0537-2833",)))
REASONS = (Why(Reason.PHONE_LENGTH), Why(Reason.NUMBER_NOT_REGISTERED), Why(Reason.PART_OF_RUN))
NUMBER = replace(make_item(1.0, 2.0, chars=(0, 11), entity_type="PHONE_NUMBER"), reasons=REASONS)


def test_what_is_amended_is_compared_anew():
    """The comparison with the former number is forgotten."""
    comparing = Comparing(contextlib.nullcontext(load_reader()))
    amended = replace(CASE, requester=Requester(phones=("070-0537-2834",)))

    before, again, after = (comparing.of("07005372834", NUMBER, case) for case in (CASE, CASE, amended))

    assert before is not None
    assert after is not None
    assert (before.likeness, after.likeness) == (Likeness.NUMBER_DIFFERS, Likeness.NUMBER_SAME)
    assert again is before


def test_the_sentence_stands_apart_from_the_chain_of_detectors():
    """What the analyst is asked to do stands apart from both."""
    shown = shown_reasons(NUMBER, None)

    assert shown == {
        "content": "登録のある、どの番号とも一致しません",
        "to_do": "ひと続きの所見の一部。部分ごとに決めてください",
        "reason": "電話番号の桁数。登録のない番号。ひと続きの所見の一部。部分ごとに決めてください",
        "comparison": None,
    }
