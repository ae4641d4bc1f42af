"""What people have listed is masked or kept wherever it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.listed_word import ListedWord
from pipeline.masking.align import align
from pipeline.masking.plan import make_plan
from pipeline.reasons import Reason
from pipeline.reviewing.listed import SOURCE, apply_lists, left_unmasked
from pipeline.types import (
    CallCase,
    CharSpan,
    EntitySpan,
    Finding,
    MaskAction,
    MaskItem,
    MaskPolicy,
    Party,
    Transcript,
)
from tests.builders import recording, transcript, utterance

CALL = transcript(utterance("隣の長谷川さんと山田屋", 0.5), utterance("ハセガワは元気", 5.0))
MASK = ListedWord("長谷川", "ハセガワ", "PERSON", mask=True)
KEEP = ListedWord("山田屋", "ヤマダヤ", "PERSON", mask=False)


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one."""
    return load_reader()


def finding(words: str, party: Party = Party.THIRD_PARTY, kind: str = "PERSON", **more: object) -> Finding:
    """Some words that a recognizer found."""
    start = CALL.text.index(words)
    entity = EntitySpan(kind, CharSpan(start, start + len(words)), 0.9, "Honorific", **more)  # type: ignore[arg-type]
    return Finding(entity, party, Reason.NAME_OF_NOBODY, needs_review=True)


def items(found: tuple[Finding, ...], words: tuple[ListedWord, ...], reader: Reader) -> dict[str, MaskItem]:
    """The plan's items by their words."""
    listed = apply_lists(found, CALL, words, reader)
    aligned = align(listed, CALL, recording(), MaskPolicy())
    plan = make_plan(aligned, CALL, CallCase("c"), MaskPolicy())
    return {CALL.text[item.chars.start : item.chars.end]: item for item in plan.items}


def test_a_word_to_mask_is_masked_where_it_is_spelt_or_said_though_nobody_found_it(reader: Reader):
    """In either spelling, and nobody is asked: whoever listed it has decided."""
    found = items((), (MASK,), reader)
    assert set(found) == {"長谷川", "ハセガワ"}
    assert {(each.action, each.needs_review, each.source) for each in found.values()} == {
        (MaskAction.MASK, False, SOURCE)
    }


def test_a_word_to_keep_is_kept_whoever_it_was_taken_for(reader: Reader):
    """A third party's name by all that the program knows; other names stay masked."""
    found = items((finding("長谷川"), finding("山田屋")), (KEEP,), reader)
    assert {words: item.action for words, item in found.items()} == {
        "長谷川": MaskAction.MASK,
        "山田屋": MaskAction.KEEP,
    }
    assert not found["山田屋"].needs_review
    assert found["山田屋"].reasons[-1].reason is Reason.LISTED_TO_KEEP


def test_a_mask_wins_over_what_is_kept(reader: Reader):
    """The requester's own, and what is on both lists."""
    both = (MASK, ListedWord("長谷川", "ハセガワ", "PERSON", mask=False))
    found = items((finding("長谷川", Party.REQUESTER),), both, reader)
    assert found["長谷川"].action is MaskAction.MASK


def test_a_secret_is_kept_by_no_list(reader: Reader):
    """It is for the company's other list to give it up."""
    found = items((finding("山田屋", Party.COMPANY, "CONFIDENTIAL"),), (KEEP,), reader)
    assert found["山田屋"].action is MaskAction.MASK


def test_a_candidate_that_is_listed_is_no_question_any_more(reader: Reader):
    """Masked where it is to be masked, gone where it is to be kept."""
    masked = items((finding("長谷川", candidate=True),), (MASK,), reader)
    assert (masked["長谷川"].action, masked["長谷川"].needs_review) == (MaskAction.MASK, False)
    assert items((finding("山田屋", candidate=True),), (KEEP,), reader) == {}


def test_without_lists_nothing_is_read(reader: Reader):
    """The findings are the same."""
    found = (finding("長谷川"),)
    assert apply_lists(found, CALL, (), reader) == found
    assert isinstance(CALL, Transcript)


def plan_items(found: tuple[Finding, ...], **changes: object) -> tuple[MaskItem, ...]:
    """The plan's items, each changed alike."""
    aligned = align(found, CALL, recording(), MaskPolicy())
    made = make_plan(aligned, CALL, CallCase("c"), MaskPolicy()).items
    return tuple(replace(item, **changes) for item in made)  # type: ignore[arg-type]


def left(
    items_: tuple[MaskItem, ...], reader: Reader, words: tuple[ListedWord, ...] = (MASK, KEEP)
) -> list[str]:
    """What a word that was listed later has left to mask."""
    found = left_unmasked(items_, CALL, words, reader)
    return [CALL.text[each.entity.chars.start : each.entity.chars.end] for each in found]


def test_a_word_that_is_listed_later_is_looked_for_in_what_is_masked_already(reader: Reader):
    """Where nothing is masked, or the program alone has kept it; a mask that stands needs no other."""
    assert left((), reader) == ["長谷川", "ハセガワ"]
    assert left(plan_items((finding("長谷川"),)), reader) == ["ハセガワ"]
    assert left(plan_items((finding("長谷川"),), action=MaskAction.KEEP), reader) == ["長谷川", "ハセガワ"]
    assert left((), reader, (KEEP,)) == []


def test_what_a_person_has_decided_to_keep_is_not_asked_again(reader: Reader):
    """They knew the place, with a reason."""
    kept = plan_items((finding("長谷川"),), action=MaskAction.KEEP, decided=True)
    assert left(kept, reader) == ["ハセガワ"]
