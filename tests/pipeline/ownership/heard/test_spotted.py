"""Whose a finding is by what is heard in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.heard.spoken_forms import ENOUGH_WORTH, spoken_forms
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.reasons import Reason
from pipeline.sound.morae import morae
from pipeline.types import (
    CaseName,
    CharSpan,
    EntitySpan,
    Finding,
    Party,
    Posteriorgram,
    Transcript,
)
from tests.builders import transcript, utterance
from tests.posteriorgrams import CASE, STEP, heard


def judged(
    call: Transcript,
    reader: Reader,
    kind: str = "PERSON",
    chars: tuple[int, int] | None = None,
    said: Party | None = None,
) -> Finding:
    """What becomes of a finding that is nobody's by its words."""
    span = CharSpan(*(chars or (0, len(call.text))))
    entity = EntitySpan(kind, span, 0.9, "test", hint=said)
    (out,) = compare_sound([Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False)], call, CASE, reader)
    return out


@pytest.mark.parametrize("said", ["ニシムラハヤト", "ニシムラサマ", "ハヤトデス", "ニシムラトモウシマス"])
def test_the_requesters_name_is_theirs_whatever_is_written(reader: Reader, said: str) -> None:
    """Alone, called, or told."""
    found = judged(heard(said), reader)
    assert (found.party, found.needs_review) == (Party.REQUESTER, False)


@pytest.mark.parametrize(
    "said",
    [
        "ニシムラミチ",
        "ニシムラアキラサン",
        "タケムラハルト",
        "ノムラ",
        "ニシヤマ",
        "ハヤトトリク",
        "リクトハヤトデス",
        "ハヤトサンヤレン",
    ],
)
def test_another_name_stays_masked(reader: Reader, said: str) -> None:
    """A relative by the surname or beside them, however short the name, and names that are near."""
    assert judged(heard(said), reader).party is Party.THIRD_PARTY


def test_a_longer_surname_is_not_the_staffs(reader: Reader) -> None:
    """石 and かわ, which might be particles."""
    assert judged(heard("イシーサマ"), reader).party is Party.STAFF
    assert judged(heard("イシカワ"), reader).party is Party.THIRD_PARTY


@pytest.mark.parametrize(
    "said", ["ヒキノチョーイッチョーメニジューニバンサンビャクハチゴー", "イチノニジューニノサンビャクハチ"]
)
def test_their_address_is_theirs(reader: Reader, said: str) -> None:
    """With the town or without."""
    assert judged(heard(said), reader, "ADDRESS").party is Party.REQUESTER


@pytest.mark.parametrize(
    "said",
    [
        "フクヤマシヒキノチョー",
        "イチノニジューサンノサンビャクハチ",
        "ヒキノチョーニノニジューニノサンビャクハチ",
    ],
)
def test_a_neighbours_address_is_not(reader: Reader, said: str) -> None:
    """The same town, or a figure that differs."""
    assert judged(heard(said), reader, "ADDRESS").party is Party.THIRD_PARTY


def test_a_town_is_theirs_where_the_talk_says_so(reader: Reader) -> None:
    """What tells too little by itself."""
    found = judged(heard("フクヤマシヒキノチョー"), reader, "ADDRESS", said=Party.REQUESTER)
    assert found.party is Party.REQUESTER


def test_a_group_is_told_by_the_rest_of_its_number(reader: Reader) -> None:
    """070 where the other groups follow; not where they went before, for then another number begins."""
    whole = "ゼロナナゼロゼロゼロナナゼロハチゼロナナヨン"
    call = heard(whole, "えろななぜろ" + "はちろな" * 4)
    assert judged(call, reader, "PHONE_NUMBER", (0, 6)).party is Party.REQUESTER
    again = heard(whole + "ゼロナナゼロ", "あいうえおかきくけこさ" * 2 + "ぜろななぜろ")
    assert judged(again, reader, "PHONE_NUMBER", (23, 28)).party is Party.THIRD_PARTY


def test_a_single_group_tells_nothing_but_the_last(reader: Reader) -> None:
    """Many numbers begin alike, hardly two end so; and only where it is heard as it is."""
    assert judged(heard("ゼロゼロナナゼロ"), reader, "PHONE_NUMBER").party is Party.THIRD_PARTY
    assert judged(heard("ハチゼロナナヨン"), reader, "PHONE_NUMBER").party is Party.REQUESTER
    assert judged(heard("ハチゼロナナゴー"), reader, "PHONE_NUMBER").party is Party.THIRD_PARTY


@pytest.mark.parametrize(("written", "party"), [("080の", Party.THIRD_PARTY), ("はちの", Party.STAFF)])
def test_a_number_in_figures_says_no_name(reader: Reader, written: str, party: Party) -> None:
    """マルハチ is as near 石井 as it may be; a mail address that was taken for a number may hold a name."""
    assert judged(heard("イシーサマ", written), reader, "PHONE_NUMBER").party is party


def test_candidates_and_secrets_are_not_asked_about(reader: Reader) -> None:
    """They are not masked for whose they are."""
    assert judged(heard("ニシムラハヤト"), reader, "CONFIDENTIAL").party is Party.THIRD_PARTY


def test_without_posteriorgrams_nothing_changes(reader: Reader) -> None:
    """Words of another model, or from a file."""
    call = transcript(utterance("にしむら", 0.0))
    assert judged(call, reader).party is Party.THIRD_PARTY
    empty = replace(
        call, segments=(replace(call.segments[0], posteriorgrams=(Posteriorgram(90.0, STEP, ()),)),)
    )
    assert judged(empty, reader).party is Party.THIRD_PARTY


@pytest.mark.parametrize(
    ("kana", "party"),
    [
        ("ゼロナナゼロゼロゼロナナゼロハチゼロナナ", Party.REQUESTER),
        ("ゼロナナゼロゼロゼロナナゼロハチゼロナナサン", Party.THIRD_PARTY),  # another one
        ("ゼロナナゼロハチゼロナナ", Party.THIRD_PARTY),  # too little
    ],
)
def test_a_number_may_end_before_its_last_figure(reader: Reader, kana: str, party: Party) -> None:
    """The other side says はい into it."""
    assert judged(heard(kana), reader, "PHONE_NUMBER").party is party


def test_a_name_that_says_how_it_is_written_is_theirs(reader: Reader) -> None:
    """In katakana, however much of that is heard."""
    for said in ("ニシムラハヤトカタカナデイイデス", "ニシムラハヤトアタカナデ"):
        assert judged(heard(said), reader).party is Party.REQUESTER


def test_a_short_block_tells_little() -> None:
    """イチイチ, of 1丁目1番, is in many a telephone number."""
    case = replace(CASE, requester=replace(CASE.requester, addresses=(CaseName("福山市引野町1丁目1番9号"),)))
    forms = {form.sound: form.tells for form in spoken_forms(case, load_reader())}
    assert forms[morae("イチイチ")] < ENOUGH_WORTH
    assert forms[morae("イチノイチノキュウ")] == ENOUGH_WORTH


@pytest.mark.parametrize(("end", "party"), [(3, Party.THIRD_PARTY), (6, Party.REQUESTER)])
def test_a_name_that_hardly_reaches_into_a_finding_is_not_said_in_it(
    reader: Reader, end: int, party: Party
) -> None:
    """トモに、しむら…: of ニシムラ only ニ is the finding's."""
    assert judged(heard("トモニシムラガ", "ともにしむらが"), reader, chars=(0, end)).party is party


@pytest.mark.parametrize(
    ("said", "written", "first"),
    [
        ("ハヤトミチ", "はやと みち", Party.THIRD_PARTY),
        ("ハヤトノミチ", "はやとのみち", Party.REQUESTER),
        ("ニシムラミチ", "西村 路地", Party.REQUESTER),
    ],
)
def test_their_given_name_is_another_ones_where_that_goes_on(
    reader: Reader, said: str, written: str, first: Party
) -> None:
    """サクライ is nobody's サクラ; behind a particle it is somebody else; a surname is asked as before."""
    call = heard(said, written)
    names = CharSpan(0, 3 if said[0] == "ハ" else 2), CharSpan(len(written) - 2, len(written))
    findings = [
        Finding(EntitySpan("PERSON", at, 0.9, "test"), Party.THIRD_PARTY, Reason.NOT_GIVEN, False)
        for at in names
    ]
    assert compare_sound(findings, call, CASE, reader)[0].party is first


@pytest.mark.parametrize(
    ("said", "theirs"),
    [("ハヤトムケロ", True), ("ハヤトムケロタ", False), ("ニシムラム", True), ("ニシムラムケ", False)],
)
def test_hardly_more_than_their_name_is_heard(reader: Reader, said: str, theirs: bool) -> None:
    """Three morae more, behind a surname one: two are a relative's name."""
    assert (judged(heard(said), reader).party is Party.REQUESTER) is theirs
