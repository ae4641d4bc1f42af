"""The loop on a real sample call, with Whisper base's words (``models.training.calls.hear``)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from models.language.readings import Reader, load_reader
from pipeline.reviewing.queue import is_candidate
from pipeline.types import MaskAction
from tests.bench.planted import Ears, MadeCall, calls, covered, loop, repeated

SAMPLES = Path(__file__).parents[2] / "sample_audio"
HEARD = Path(__file__).parent / "heard"
STEM = "neighbour-parcel"


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The dictionary."""
    return load_reader()


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> MadeCall:
    """The sample call and its recognition."""
    folder = tmp_path_factory.mktemp("calls")
    for kind in ("wav", "truth.json", "case.json"):
        shutil.copy(SAMPLES / f"{STEM}.{kind}", folder)
    shutil.copy(HEARD / f"{STEM}.heard.json", folder)
    (made,) = calls([folder], reader)
    return made


def test_a_mention_taken_from_the_plan_is_masked_by_the_loop(call: MadeCall, reader: Reader):
    """Each mention that is left out comes back, but for the one whose first mora another mask cuts off."""
    found = {}
    for item in repeated(call, reader):
        less = replace(call.plan, items=tuple(each for each in call.plan.items if each is not item))
        end = loop(call, less, reader, Ears())
        assert not end.refused
        found[item.item_id] = covered(call, end.plan, item, MaskAction.MASK) >= 0.5

    assert found == {"t002": True, "t003": True, "t004": True, "t009": False}


def test_the_whole_plan_masks_no_more(call: MadeCall, reader: Reader):
    """Where nothing is missing nothing is masked beside it; of its minute an analyst is shown a likeness."""
    end = loop(call, call.plan, reader, Ears())
    assert not end.refused
    assert end.plan.masked == call.plan.masked
    added = [item for item in end.plan.items if item not in call.plan.items]
    assert all(is_candidate(item) for item in added)
    assert len(added) <= 1
