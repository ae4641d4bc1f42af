"""Numbers outside the truth's spans, and which of them a plan masks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.training.calls.exact import exact_words
from pipeline.masking.plan import transcript_sha256
from pipeline.measuring.truth import read_truth
from pipeline.types import CharSpan, MaskAction, MaskItem, MaskPlan, MaskPolicy, Party, TimeSpan
from tests.bench.nobodys import masked_numbers, numbers_outside

TRUTH = read_truth(
    {
        "call_id": "c",
        "layout": "mono",
        "duration": 9.0,
        "script": [
            {"speaker": "cu", "start": 0.0, "end": 3.0, "text": "3月15日に、14,820円。"},
            {"speaker": "op", "start": 4.0, "end": 8.0, "text": "会員番号1234で、4471の2098とTK2208です。"},
        ],
        "spans": [
            {
                "start": 4.5,
                "end": 5.0,
                "speaker": "op",
                "kind": "CUSTOMER_NUMBER",
                "party": "third",
                "surface": "1234",
                "reading": "",
            }
        ],
    }
)
TRANSCRIPT = exact_words(TRUTH, "0" * 64)


def test_a_date_an_amount_and_an_order_are_one_each() -> None:
    """What a span holds is somebody's."""
    said = [TRANSCRIPT.text[start:end] for start, end in numbers_outside(TRUTH)]
    assert said == ["3月15", "14,820", "4471の2098", "TK2208"]


@pytest.mark.parametrize(("masks", "hit"), [("", 0), ("2098", 1), ("1234", 0), ("会員番号1234で、4471", 1)])
def test_a_number_is_masked_in_part_or_whole(masks: str, hit: int) -> None:
    """A mask that ends before it does not count; a kept item does not either."""
    start = TRANSCRIPT.text.index(masks)
    item = MaskItem(
        "i",
        "CUSTOMER_NUMBER",
        CharSpan(start, start + len(masks)),
        TimeSpan(0.0, 1.0),
        (0,),
        Party.UNKNOWN,
        MaskAction.MASK,
        (),
        "r",
        0.9,
        needs_review=False,
        ground=2,
    )
    sha = transcript_sha256(TRANSCRIPT)
    plan = MaskPlan("c", 0, "0" * 64, sha, MaskPolicy(), (item,))
    assert masked_numbers(TRANSCRIPT.text, TRUTH, plan) == (hit, 4)
    kept = replace(plan, items=(replace(item, action=MaskAction.KEEP),))
    assert masked_numbers(TRANSCRIPT.text, TRUTH, kept) == (0, 4)


def test_only_exact_words_can_be_counted() -> None:
    """In recognised words nobody knows which number is whose."""
    plan = MaskPlan("c", 0, "0" * 64, "0" * 64, MaskPolicy(), ())
    with pytest.raises(ValueError, match="not exact words"):
        masked_numbers("3月15日", TRUTH, plan)
