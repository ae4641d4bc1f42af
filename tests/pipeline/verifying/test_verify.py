from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.analysis.anonymiser import anonymised_lines
from pipeline.audio.g711 import quantise
from pipeline.audio.recording import Recording, read_recording, to_samples
from pipeline.audio.wav import open_wav, write_wav
from pipeline.masking.audio import mask_audio, masked_windows
from pipeline.masking.text import as_json, as_text, mask_text
from pipeline.reasons import Reason, Why
from pipeline.types import CharSpan, MaskAction, MaskPlan, TimeSpan, Transcript
from pipeline.verifying.verify import kept_values, values, verify_audio, verify_second_opinion, verify_text
from tests.audio_files import white
from tests.strategies import make_item, make_plan, make_transcript, plans, transcripts_with_plans

RATE = 8000
SECONDS = 4.0

PART = (Why(Reason.PART_OF_RUN),)


def recording(samples: np.ndarray, law: str = "pcm16") -> Recording:
    """A recording of these samples."""
    return Recording(samples, RATE, law, "")


CALL = recording(white(RATE, SECONDS, 2))
PLAN = make_plan(make_item(1, 2, channels=(0,)), make_item(2.5, 3, item_id="i1", channels=(0, 1)))


def masked(plan: MaskPlan = PLAN) -> np.ndarray:
    """The product that a plan asks for."""
    return mask_audio(CALL.samples, RATE, plan)


def kinds(product: np.ndarray, plan: MaskPlan = PLAN) -> list[tuple[str, str | None]]:
    """What is found in a product."""
    return [(leak.kind, leak.item_id) for leak in verify_audio(CALL, recording(product), plan)]


@given(plans(SECONDS, 2), st.sampled_from(["pcm16", "mulaw", "alaw"]))
def test_a_right_product_is_clean(plan: MaskPlan, law: str) -> None:
    """What mask_audio makes passes, in every law.

    These plans were made without looking for copies on the other channel.  Noise is taken for a copy once in
    a thousand stretches (``pipeline.masking.faint_copy.FALSE_ALARM_RATE``).
    """
    call = recording(quantise(CALL.samples, law), law)
    product = recording(mask_audio(call.samples, RATE, plan, law), law)
    assert [leak for leak in verify_audio(call, product, plan) if leak.kind != "CROSSTALK"] == []


def test_a_right_file_is_clean(tmp_path: Path) -> None:
    """The same, written and read back."""
    write_wav(tmp_path / "call.wav", masked(), RATE, "pcm16")
    assert verify_audio(CALL, read_recording(tmp_path / "call.wav"), PLAN) == ()


@given(st.data())
def test_one_wrong_sample_is_found(data: st.DataObject) -> None:
    """A single sample off by one, anywhere, is a leak of the right kind at the right place."""
    channel = data.draw(st.integers(0, 1))
    at = data.draw(st.integers(0, CALL.length - 1))
    product = masked()
    product[channel, at] ^= 1
    (leak,) = verify_audio(CALL, recording(product), PLAN)
    windows = masked_windows(PLAN, channel, RATE, CALL.length)
    inside = [start <= at < end for start, end in windows]
    assert leak.kind == ("AUDIO_UNCHANGED" if any(inside) else "OUTSIDE_CHANGED")
    start, end = to_samples(leak.where, RATE, CALL.length)
    assert start <= at < end
    if not any(inside):
        assert (start, end) == (at, at + 1)


def test_the_call_itself_is_a_leak_of_every_item() -> None:
    """Nothing masked: each masked item is named."""
    assert kinds(CALL.samples) == [("AUDIO_UNCHANGED", "i0"), ("AUDIO_UNCHANGED", "i1")]


@pytest.mark.parametrize("kind", ["half", "faded", "quiet", "the other fill", "late by a sample"])
def test_what_only_looks_masked_is_a_leak(kind: str) -> None:
    """Speech attenuated, faded, half silenced or masked late is not masked."""
    product = masked()
    said = CALL.samples[0, RATE : 2 * RATE]
    product[0, RATE : 2 * RATE] = {
        "half": np.where(np.arange(RATE) < RATE // 2, product[0, RATE : 2 * RATE], said),
        "faded": (said * np.linspace(1, 0, RATE)).astype(np.int16),
        "quiet": said // 100,
        "the other fill": np.zeros(RATE, np.int16),
        "late by a sample": np.concatenate([said[:1], product[0, RATE : 2 * RATE - 1]]),
    }[kind]
    assert kinds(product) == [("AUDIO_UNCHANGED", "i0")]


@pytest.mark.parametrize(
    "item",
    [make_item(1, 1), make_item(9, 10), make_item(1, 2, channels=()), make_item(1, 2, channels=(0, 2))],
    ids=["no length", "after the end", "no channel", "a channel too many"],
)
def test_an_item_that_masks_nothing_is_a_leak(item: object) -> None:
    """A plan that silently masks nothing does not pass."""
    plan = make_plan(item)
    product = CALL.samples.copy()
    for channel in range(2):
        for start, end in masked_windows(plan, channel, RATE, CALL.length):
            product[channel, start:end] = masked(make_plan(make_item(1, 2, channels=(channel,))))[
                channel, start:end
            ]
    assert kinds(product, plan) == [("AUDIO_UNCHANGED", "i0")]


def test_a_product_left_in_its_file_is_judged_as_one_in_memory(tmp_path: Path) -> None:
    """What is wrong with it is the same, read a stretch at a time."""
    wrong = masked()
    wrong[0, 9000] += 1
    wrong[1, 100] += 1
    for samples in (masked(), wrong):
        write_wav(tmp_path / "call.wav", samples, RATE, "pcm16")
        found = verify_audio(CALL, open_wav(tmp_path / "call.wav"), PLAN)
        assert found == verify_audio(CALL, recording(samples), PLAN)
    assert len(found) == 2


@pytest.mark.parametrize(
    "product",
    [
        recording(masked()[:, :-1]),
        recording(masked()[:1]),
        replace(recording(masked()), rate=16000),
        replace(recording(masked()), law="mulaw"),
    ],
    ids=["shorter", "one channel", "another rate", "another law"],
)
def test_another_shape_is_a_leak(product: Recording) -> None:
    """Rate, channels, length and law are the input's."""
    assert [leak.kind for leak in verify_audio(CALL, product, PLAN)] == ["SHAPE"]


# --- text ----------------------------------------------------------------------------------

TEXT = """\
[00:01] 担当者: 隣の[氏名]さんですね
[01:05] お客様: はい、鈴木です。０９０－１２３４
[01:09] 担当者: 5678ですね
"""


@pytest.mark.parametrize(
    ("value", "kept", "second"),
    [
        ("佐藤", (), None),
        ("鈴木", (), 65.0),
        ("鈴 木", (), 65.0),
        ("鈴木", ("鈴木花子",), None),
        ("鈴木", ("鈴",), 65.0),
        ("090-1234", (), 65.0),
        ("090 1234 5678", (), 0.0),
        ("木", (), None),
        ("氏名", (), None),
        ("担当者", (), None),
        ("、。", (), None),
        ("", (), None),
    ],
)
def test_verify_text(value: str, kept: tuple[str, ...], second: float | None) -> None:
    """A value is found whatever its width and punctuation, unless a kept item says it."""
    leaks = verify_text(TEXT, (("i0", value),), tuple((f"k{n}", each) for n, each in enumerate(kept)))
    if second is None:
        assert leaks == ()
    else:
        assert [(leak.kind, leak.item_id, leak.where.start) for leak in leaks] == [("TEXT", "i0", second)]


def test_a_kept_value_explains_itself_once() -> None:
    """A requester's surname said once by a kept item and left twice in the text is a leak."""
    text = "[00:01] お客様: 鈴木です\n[00:09] お客様: 夫の鈴木は\n"
    assert [leak.item_id for leak in verify_text(text, (("i0", "鈴木"),), (("k0", "鈴木"),))] == ["i0"]
    assert verify_text(text, (("i0", "鈴木"),), (("k0", "鈴木"), ("k1", "鈴木"))) == ()


def test_values() -> None:
    """Masked values are all given; a kept one that a mask touches is not, because it is masked there."""
    call = make_transcript((0, None, (("鈴木", 0, 1), ("花子", 1, 2), ("佐藤", 3, 4))))
    plan = make_plan(
        make_item(0, 2, item_id="k", chars=(0, 4), action=MaskAction.KEEP),
        make_item(3, 4, item_id="k2", chars=(4, 6), action=MaskAction.KEEP),
        make_item(1, 2, item_id="m", chars=(2, 4)),
    )
    assert values(call, plan, MaskAction.MASK) == (("m", "花子"),)
    assert values(call, plan, MaskAction.KEEP) == (("k2", "佐藤"),)


def test_a_kept_address_in_pieces_is_one_value() -> None:
    """What stands across two kept items stays, and is no leak of a masked value that reads alike."""
    call = make_transcript((0, None, (("本町1", 0, 1), ("、", 1, 1.1), ("の16", 1.1, 2), ("1の16", 3, 4))))
    plan = make_plan(
        make_item(0, 1, item_id="k1", chars=(0, 3), action=MaskAction.KEEP),
        make_item(1.1, 2, item_id="k2", chars=(4, 7), action=MaskAction.KEEP),
        make_item(3, 4, item_id="m", chars=(7, 11)),
    )
    assert kept_values(call, plan) == (("k1", "本町1、の16"),)
    text = as_text(mask_text(call, plan))
    masked = values(call, plan, MaskAction.MASK)
    assert verify_text(text, masked, kept_values(call, plan)) == ()
    assert verify_text(text, masked, values(call, plan, MaskAction.KEEP)) != ()


def test_parts_of_one_finding_are_one_value() -> None:
    """Under the likeliest part's id; another finding beside them is one of its own."""
    call = make_transcript((0, None, (("中の", 0, 1), ("、", 1, 1.1), ("ハトリ", 1.1, 2), ("5の2", 2, 3))))
    plan = make_plan(
        replace(make_item(0, 1, item_id="p1", chars=(0, 2)), score=0.4, reasons=PART),
        replace(make_item(1.1, 2, item_id="p2", chars=(3, 6)), score=0.8, reasons=PART),
        replace(make_item(2, 3, item_id="m", chars=(6, 9), entity_type="ADDRESS"), reasons=PART),
    )
    assert values(call, plan, MaskAction.MASK) == (("p2", "中の、ハトリ"), ("m", "5の2"))


def test_an_honorific_by_itself_is_no_value() -> None:
    """Masked beside a name, it is said to everybody else; with a name it is looked for."""
    call = make_transcript((0, None, (("りな", 0, 1), ("さま", 1, 2), ("です", 3, 4))))
    alone, whole = make_item(1, 2, item_id="a", chars=(2, 4)), make_item(0, 2, item_id="b", chars=(0, 4))

    assert values(call, make_plan(alone), MaskAction.MASK) == ()
    assert values(call, make_plan(whole), MaskAction.MASK) == (("b", "りなさま"),)


@given(transcripts_with_plans())
def test_a_right_text_is_clean(pair: tuple[Transcript, MaskPlan]) -> None:
    """What mask_text makes passes."""
    transcript, plan = pair
    text = as_text(mask_text(transcript, plan))
    masked = values(transcript, plan, MaskAction.MASK)
    assert verify_text(text, masked, values(transcript, plan, MaskAction.KEEP)) == ()
    assert verify_text(text, masked, kept_values(transcript, plan)) == ()


@given(transcripts_with_plans())
def test_a_forgotten_item_is_found(pair: tuple[Transcript, MaskPlan]) -> None:
    """The text made from a plan without one of its items gives that item away."""
    transcript, plan = pair
    for item in plan.masked:
        value = transcript.text[item.chars.start : item.chars.end]
        without = replace(plan, items=tuple(each for each in plan.items if each is not item))
        text = as_text(mask_text(transcript, without))
        if len(value) >= 2 and value in text:
            assert item.item_id in {
                leak.item_id for leak in verify_text(text, values(transcript, plan, MaskAction.MASK))
            }


def products(transcript: Transcript, plan: MaskPlan) -> tuple[dict[str, Any], str]:
    """The two text files as they are read back."""
    made = mask_text(transcript, plan)
    return json.loads(json.dumps(as_json(made))), as_text(made)


@given(transcripts_with_plans())
def test_two_opinions_on_a_right_text_agree(pair: tuple[Transcript, MaskPlan]) -> None:
    """What mask_text leaves is in what Presidio's anonymizer leaves of the same plan."""
    transcript, plan = pair
    opinion = anonymised_lines(transcript.text, (item.chars for item in plan.masked))
    assert verify_second_opinion(*products(transcript, plan), opinion) == ()


@given(transcripts_with_plans())
def test_a_second_opinion_finds_a_forgotten_item(pair: tuple[Transcript, MaskPlan]) -> None:
    """A text made without one of the plan's items says what the other opinion does not."""
    transcript, plan = pair
    opinion = anonymised_lines(transcript.text, (item.chars for item in plan.masked))
    for item in plan.masked:
        without = replace(plan, items=tuple(each for each in plan.items if each is not item))
        document, text = products(transcript, without)
        value = transcript.text[item.chars.start : item.chars.end]
        found = verify_second_opinion(document, text, opinion)
        assert bool(found) == any(char in text for char in value)
        assert {(leak.kind, leak.item_id) for leak in found} <= {("TEXT", None)}


ONE = make_transcript((0, None, (("佐藤", 0, 1), ("です", 1, 2))), (0, None, (("はい", 3, 4),)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("話者: [氏名]です", "話者: 佐藤です"),
        ("話者: はい", "話者: "),
        ("はい\n", "はい\n[00:09] 話者: 佐藤\n"),
        ("[00:03] 話者: はい\n", ""),
    ],
)
def test_the_two_files_say_the_same(old: str, new: str) -> None:
    """A line more, one less, or another than in the other file is a leak."""
    plan = make_plan(make_item(0, 1, chars=(0, 2)))
    document, text = products(ONE, plan)
    opinion = anonymised_lines(ONE.text, [CharSpan(0, 2)])
    assert verify_second_opinion(document, text, opinion) == ()
    assert verify_second_opinion(document, text.replace(old, new), opinion)
    assert verify_second_opinion(document, text, opinion[:1])
    assert verify_second_opinion(document, text, (*opinion, ""))


def test_where_is_a_second_of_the_call() -> None:
    """The line's stamp tells where to look."""
    (leak,) = verify_text("[75:03] 話者: 佐藤です\n", (("i0", "佐藤"),))
    assert leak.where == TimeSpan(4503.0, 4504.0)
