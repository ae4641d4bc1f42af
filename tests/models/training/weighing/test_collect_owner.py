"""What the judge of parties learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.training.calls.stored import stored_calls, unheard_words
from models.training.weighing import collect_owner
from models.training.weighing.collect_owner import _Row, _whose, main
from models.training.weighing.shown import NEAR, OWN, OWNERS, STRANGER
from models.training.weighing.unspoken import ReadCall
from pipeline.ownership.evidence.beside import Told
from pipeline.ownership.known.names import KNOWN_PARTIES
from pipeline.types import CallCase, CharSpan, EntitySpan
from tests.posteriorgrams import heard

SAMPLES = Path(__file__).parents[4] / "sample_audio"
SCRIPT = Path(__file__).parents[4] / "models" / "training" / "scripts" / "m1.script.txt"


def test_each_character_is_somebodys_as_long_as_it_is_said() -> None:
    """No character is two owners', and all of what is said is there."""
    (call,) = stored_calls([SAMPLES], ["clinic-kanji"], exact=True)
    seconds = dict(zip(OWNERS, _whose(call.transcript, call.truth), strict=True))
    spans = call.truth.spans
    own, third = seconds["requester"], seconds["third"]
    assert own.sum() == pytest.approx(sum(s.time.duration for s in spans if s.must_keep), rel=0.1)
    assert third.sum() == pytest.approx(sum(s.time.duration for s in spans if s.must_mask), rel=0.1)
    assert np.all(sum((each > 0).astype(int) for each in seconds.values()) <= 1)


def test_to_what_is_only_read_nobody_listened() -> None:
    """The words stay."""
    call = heard("ニシムラ", "西村")
    read = unheard_words(call)
    assert read.text == call.text
    assert not any(segment.posteriorgrams for segment in read.segments)


def test_a_call_is_shown_with_its_own_case_a_strangers_and_one_made_near(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only beside its own is anything somebody's that the case knows."""
    shown: list[tuple[str, bool]] = []

    def observed(call: ReadCall, case: CallCase, _: object, *, own: bool) -> list[_Row]:
        shown.append((case.case_id, own))
        names = [name.text for name in case.requester.names]
        assert (names == [name.text for name in call.case.requester.names]) is own
        entity = EntitySpan("PERSON", CharSpan(0, 2), 0.9, "T")
        values = {party: {"alike": 1.0} for party in KNOWN_PARTIES}
        return [_Row(values, (0.0,) * 4, Told(entity, "ア", explains=False))]

    monkeypatch.setattr(collect_owner, "_observed", observed)
    monkeypatch.setattr(collect_owner, "load_analyzer", lambda: None)
    out = tmp_path / "data.npz"
    assert main([str(SAMPLES), "--exact", "--out", str(out), "--share", "0/14"]) == 0
    (own, *others) = shown
    assert own[1]
    assert [mine for _, mine in others] == [False, False]
    assert len({case for case, _ in shown}) == 3
    names = [str(call).split("/") for call in np.load(out)["calls"]]
    assert {call for call, *_ in names} == {own[0].removeprefix("R-").rpartition("-")[0]}
    assert [kind for _, kind, _ in names] == [f"{OWN}0", f"{STRANGER}0", f"{NEAR}0"]


def test_scripts_that_nobody_speaks_teach_too(tmp_path: Path) -> None:
    """Each casting is a call of its own, shown with three cases; the same seed gives the same."""
    data = []
    for name in ("one", "other"):
        out = tmp_path / f"{name}.npz"
        options = ["--copies", "2", "--seed", "5", "--share", "0/14"]
        assert main(["--scripts", str(SCRIPT), *options, "--out", str(out)]) == 0
        data.append(dict(np.load(out)))
    one, other = data
    assert all(np.array_equal(one[name], other[name]) for name in one)
    shown = {str(call) for call in one["calls"]}
    assert len({call.rpartition("/")[2] for call in shown}) == 2
    assert len(shown) == 6
    beside_own = np.array([f"/{OWN}0/" in str(call) for call in one["calls"]])
    assert one["seconds"][beside_own][:, OWNERS.index("requester")].sum() > 1
    assert one["seconds"][~beside_own][:, : OWNERS.index("third")].sum() == 0
