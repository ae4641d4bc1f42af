"""What the conversation around a finding says of whose it is."""

from __future__ import annotations

from math import log, log1p

import pytest

from pipeline.ownership.evidence.talk import in_group_anywhere, owner_in_talk, setting
from pipeline.ownership.known.claimant import Claimant
from pipeline.types import CharSpan, EntitySpan, Party
from tests.builders import transcript, utterance

NAME = "西村"


def told(before: str, said: str = NAME, behind: str = "です", kind: str = "PERSON") -> dict[str, float]:
    """What is told of a finding in a line of the requester's."""
    call = transcript(utterance(before + said + behind, 0.0, speaker="cu"))
    entity = EntitySpan(kind, CharSpan(len(before), len(before + said)), 0.9, "T")
    return dict(setting(entity, call))


def test_type_speaker_and_length_are_told() -> None:
    """A finding has one type, and one side says it."""
    values = told("はい、")
    assert values["type: PERSON"] == values["said by: cu"] == 1.0
    assert [name for name in values if name.startswith(("type", "said by"))] == [
        "type: PERSON",
        "said by: cu",
    ]
    assert values["length"] == pytest.approx(log1p(2))
    assert "type: ADDRESS" in told("はい、", kind="ADDRESS")


def test_who_says_it_is_told_of_its_own_line() -> None:
    """The other side may ask right before; on one channel nobody may be known."""
    call = transcript(
        utterance("お名前は", 0.0, speaker="op"),
        utterance("西村です", 2.0, channel=1, speaker="cu"),
        utterance("西村様", 4.0),
    )
    said = []
    for at in (0, 5, 10):
        values = setting(EntitySpan("PERSON", CharSpan(at, at + 2), 0.9, "T"), call)
        said += [name for name in values if name.startswith("said by")]
    assert said == ["said by: op", "said by: cu"]


@pytest.mark.parametrize(
    ("said", "behind", "there"),
    [(NAME, "様です", 1.0), (NAME + "さん", "です", 1.0), (NAME, "です", 0.0), ("様方", "です", 0.0)],
)
def test_an_honorific_ends_it_or_follows_it(said: str, behind: str, there: float) -> None:
    """Nobody calls themselves 様."""
    assert told("はい、", said, behind)["honorific"] == there


@pytest.mark.parametrize(
    ("name", "asked", "chars"),
    [("kanji asked", "漢字", 12), ("number asked", "〒", 16), ("where asked", "住所", 40)],
)
def test_what_was_asked_is_looked_for_so_far_before(name: str, asked: str, chars: int) -> None:
    """Just as far, and one character more."""
    near = asked + "ら" * (chars - len(asked))
    assert told(near)[name] == 1.0
    assert told("ら" * 60 + near)[name] == 1.0
    assert told(asked + "ら" * (chars - len(asked) + 1))[name] == 0.0
    assert told("")[name] == 0.0


@pytest.mark.parametrize(
    ("name", "inside"),
    [("kanji asked", "西村という字"), ("number asked", "郵便番号"), ("where asked", "住所")],
)
def test_what_is_said_in_a_finding_may_tell_too(name: str, inside: str) -> None:
    """But where somebody lives is asked before, and nothing behind a finding is looked at."""
    assert told("", inside)[name] == (0.0 if name == "where asked" else 1.0)
    assert told("", "ら", inside)[name] == 0.0


@pytest.mark.parametrize(
    "asked",
    [
        "漢字は",
        "感じは",
        "字は",
        "字が",
        "字を",
        "字、",
        "じは",
        "という字",
        "って書",
        "と書",
        "にんべん",
        "さんずいへん",
        "かんむり",
    ],
)
def test_kanji_are_asked_for_in_many_words(asked: str) -> None:
    """漢字 is often heard as 感じ."""
    assert told(asked)["kanji asked"] == 1.0


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("郵便番号は", 1.0),
        ("指番号", 1.0),
        ("ヴィンバン号が", 1.0),
        ("〒", 1.0),
        ("電話番号は", 0.0),
        ("番地は", 0.0),
    ],
)
def test_a_postal_code_is_asked_for_however_it_is_heard(asked: str, there: float) -> None:
    """A telephone number is another matter."""
    assert told(asked)["number asked"] == there


@pytest.mark.parametrize("asked", ["ご住所は", "お住まいは", "ところは", "お届け先は", "送り先は"])
def test_a_place_is_asked_for_in_many_words(asked: str) -> None:
    """Where somebody lives, and where something goes."""
    assert told(asked)["where asked"] == 1.0


@pytest.mark.parametrize(
    ("hint", "claimant", "name"),
    [
        (Party.REQUESTER, Claimant.REQUESTER, "talk: theirs"),
        (Party.STAFF, Claimant.ON_CALL, "talk: theirs"),
        (Party.STAFF, Claimant.COLLEAGUES, "talk: theirs"),
        (Party.STAFF, Claimant.REQUESTER, "talk: another's"),
        (Party.REQUESTER, Claimant.COMPANY, "talk: another's"),
        (Party.THIRD_PARTY, Claimant.REQUESTER, "talk: nobody's"),
        (Party.THIRD_PARTY, Claimant.COMPANY, "talk: nobody's"),
    ],
)
def test_a_hint_of_the_talk_is_one_of_three(hint: Party, claimant: Claimant, name: str) -> None:
    """It gives a finding to a party, to another one, or to nobody that the case knows."""
    entity = EntitySpan("PERSON", CharSpan(0, 2), 0.9, "T", hint=hint)
    assert owner_in_talk(entity, claimant) == {name: 1.0}


@pytest.mark.parametrize(
    ("claimant", "own"),
    [
        (Claimant.REQUESTER, 0.6),
        (Claimant.ON_CALL, 0.3),
        (Claimant.COLLEAGUES, 0.3),
        (Claimant.COMPANY, 0.0),
    ],
)
def test_what_is_read_of_the_words_is_told_against_a_third_party(claimant: Claimant, own: float) -> None:
    """A hundredth is added to both, so that what is never the case tells no more."""
    entity = EntitySpan("PERSON", CharSpan(0, 2), 0.9, "T", owners=(0.1, 0.6, 0.3, 0.0))
    values = owner_in_talk(entity, claimant)
    told = {"read": 1.0, "read as theirs": log((own + 0.01) / 0.11), "read as third": log(0.11 / 0.91)}
    assert values == pytest.approx(told | ({"in group": own} if claimant.party is Party.STAFF else {}))


def test_without_a_word_of_the_talk_nothing_is_told() -> None:
    """Neither hint nor probabilities."""
    assert owner_in_talk(EntitySpan("PERSON", CharSpan(0, 2), 0.9, "T"), Claimant.REQUESTER) == {}


@pytest.mark.parametrize(
    ("said", "chances"),
    [
        # (how it reads, the chance read there, whether it is bare)
        ([("ヤマモト", 0.9, True), ("ヤマモト", 0.1, False)], [0.9, 0.9]),
        ([("ヤマモト", 0.1, False), ("ヤマモト", 0.9, True)], [0.9, 0.9]),
        ([("ヤマモト", 0.3, True), ("ヤマモト", 0.5, False)], [0.3, 0.5]),
        ([("ヤマモト", 0.9, False), ("ヤマモト", 0.1, True)], [0.9, 0.1]),
        ([("ヤマモト", 0.9, True), ("ヤマダ", 0.1, False)], [0.9, 0.1]),
        ([("ヤマモト", 0.9, True), ("ヤマモト", 0.1, False), ("ヤマモトケンタ", 0.0, True)], [0.9, 0.1, 0.0]),
        ([("ヤマモト", 0.9, True), ("ヤマモト", 0.1, False), ("ヤマモトハナコ", 0.0, True)], [0.9, 0.9, 0.0]),
        ([("", 0.9, True), ("", 0.1, False)], [0.9, 0.1]),
        ([], []),
    ],
)
def test_a_bare_name_passes_on_that_it_is_a_colleagues(
    said: list[tuple[str, float, bool]], chances: list[float]
) -> None:
    """To the same name with an honorific; not where the call names a stranger with that surname."""
    readings, read, bare = zip(*said, strict=True) if said else ((), (), ())
    assert in_group_anywhere(readings, read, bare, {"ヤマモトハナコ"}) == chances
