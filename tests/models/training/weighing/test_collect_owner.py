"""What the judge of parties learns from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.calls.hearings import char_times
from models.training.calls.stored import stored_calls, unheard_words
from models.training.weighing import collect_owner
from models.training.weighing.collect_owner import _claimants, _Row, _spans, main
from models.training.weighing.shown import NOBODY, Shown
from models.training.weighing.unspoken import ReadCall
from pipeline.measuring.truth import TruthSpan
from pipeline.ownership.evidence.feature import Feature
from pipeline.ownership.evidence.neighbours import Neighbour
from pipeline.ownership.known.claimant import Claimant
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, TimeSpan
from tests.posteriorgrams import heard

SAMPLES = Path(__file__).parents[4] / "sample_audio"
SCRIPT = Path(__file__).parents[4] / "models" / "training" / "scripts" / "m1.script.txt"


def test_each_character_is_somebodys_as_long_as_it_is_said() -> None:
    """All of what is said is there, and is of one span."""
    (call,) = stored_calls([SAMPLES], ["clinic-kanji"], exact=True)
    starts, ends = char_times(call.transcript)
    lasts, spans = np.nan_to_num(ends - starts), call.truth.spans
    which = _spans(call.transcript, call.truth)
    for at, span in enumerate(spans):
        assert lasts[which == at].sum() == pytest.approx(span.time.duration, rel=0.1, abs=0.1)


def test_to_what_is_only_read_nobody_listened() -> None:
    """The words stay."""
    call = heard("ニシムラ", "西村")
    read = unheard_words(call)
    assert read.text == call.text
    assert not any(segment.posteriorgrams for segment in read.segments)


def test_a_call_is_shown_with_its_own_case_and_with_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only beside its own, crowded or not, is anything somebody's that the case knows."""
    shown: list[tuple[CallCase, bool]] = []

    def observed(call: ReadCall, _: object, case: CallCase, __: object, *, own: bool) -> list[_Row]:
        shown.append((case, own))
        assert (case.requester == call.case.requester) is own
        entity = EntitySpan("PERSON", CharSpan(0, 2), 0.9, "T")
        values = {claimant: {Feature.ALIKE: 1.0} for claimant in Claimant}
        return [_Row(values, (0.0,) * 5, Neighbour(entity, "ア", explains=False))]

    monkeypatch.setattr(collect_owner, "_observed", observed)
    out = tmp_path / "data.npz"
    assert main([str(SAMPLES), "--exact", "--out", str(out), "--share", "0/14"]) == 0
    names = [str(call).split("/")[1] for call in np.load(out)["calls"]]
    assert [*map(Shown, names)] == list(Shown)
    (own, plain, crowded, namesake, *_), mine = zip(*shown, strict=True)
    assert mine == (True, True, True, True, False, False)
    assert own.on_call
    assert (plain.on_call, plain.staff) == ((), own.staff)
    assert crowded.on_call == own.on_call
    assert len(crowded.staff) > len(own.staff)
    assert namesake.staff == namesake.on_call != own.on_call


def test_who_of_the_staff_a_span_is_about() -> None:
    """Whoever bears the name that is said; nobody where none of the case does."""
    case = CallCase(
        "R-1",
        staff=(CaseName("石井", "イシイ"), CaseName("牧子", "マキコ")),
        on_call=(CaseName("石井", "イシイ"),),
    )

    def claimants(reading: str, party: str = "operator") -> frozenset[Claimant]:
        return _claimants(TruthSpan(TimeSpan(0, 1), "op", "NAME", party, reading, reading), case)

    assert claimants("イシイ") == {Claimant.ON_CALL}
    assert claimants("マキ") == {Claimant.COLLEAGUES}
    assert claimants("イシノイシ") == {Claimant.ON_CALL}
    assert claimants("イシイ", "requester") == {Claimant.REQUESTER}
    assert claimants("イシイ", "third") == frozenset()


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
    whose = [Shown(str(call).split("/")[1]) for call in one["calls"]]
    assert set(whose) >= {Shown.OWN, Shown.PLAIN, Shown.CROWDED, Shown.STRANGER, Shown.NEAR}
    own = np.array([each.is_own for each in whose])
    assert one["seconds"][own][:, list(Claimant).index(Claimant.REQUESTER)].sum() > 1
    assert one["seconds"][~own][:, :NOBODY].sum() == 0
