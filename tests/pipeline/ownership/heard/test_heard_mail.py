"""Whose a mail address is by what is heard."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.reasons import Reason
from pipeline.types import CallCase, CaseName, CharSpan, EntitySpan, Finding, Party, Requester
from tests.posteriorgrams import heard


@pytest.mark.parametrize(
    ("said", "party"),
    [
        ("ウエダドットリナアットマークメール", Party.REQUESTER),
        ("リナアンダーバーウエダットマークメール", Party.REQUESTER),
        ("ウエダハイフンリナットマーク", Party.REQUESTER),
        ("ウエダドットミオアットマークメール", Party.UNKNOWN),
        ("ミヤタドットリナアットマークメール", Party.UNKNOWN),
        ("リナアットマークメール", Party.UNKNOWN),
    ],
)
def test_both_halves_of_their_name_before_the_sign_make_it_theirs(
    said: str, party: Party, reader: Reader
) -> None:
    """A given name of two morae is in every second sentence, but not behind a surname and a dot."""
    call = heard(said, "上段ドッドリナー")
    entity = EntitySpan("EMAIL_ADDRESS", CharSpan(0, len(call.text)), 0.9, "Test")
    case = CallCase("R-1", Requester((CaseName("上田里奈", "ウエダリナ"),)))
    (found,) = compare_sound([Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, True)], call, case, reader)
    assert found.party is party


@pytest.mark.parametrize(("between", "theirs"), [(17, True), (18, False)])
def test_the_sign_follows_a_name_within_three_seconds(between: int, theirs: bool, reader: Reader) -> None:
    """A mora is .16 s here: behind eighteen others it is another address's."""
    said = "ハヤト" + ("ムケロタ" * 5)[:between] + "アットマーク"
    call = heard(said, "ら" * len(said))
    entity = EntitySpan("EMAIL_ADDRESS", CharSpan(0, len(call.text)), 0.9, "Test")
    case = CallCase("R-1", Requester((CaseName("西村隼人", "ニシムラハヤト"),)))
    (found,) = compare_sound([Finding(entity, Party.UNKNOWN, Reason.NOT_GIVEN, True)], call, case, reader)
    assert (found.party is Party.REQUESTER) is theirs
