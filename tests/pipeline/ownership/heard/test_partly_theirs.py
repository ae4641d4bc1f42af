"""An address that is the requester's in part, and what tells whose figures are."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.heard.heard_stretch import figures_beside
from pipeline.ownership.heard.spotted import compare_sound
from pipeline.reasons import Reason
from pipeline.types import CharSpan, EntitySpan, Finding, Party, Transcript
from tests.posteriorgrams import CASE, heard


def said(kana: str) -> Transcript:
    """A call in which something was said, and a ら written for each mora of it."""
    return heard(kana, "ら" * len([char for char in kana if char not in "ャュョ"]))


def found(kana: str, reader: Reader, kind: str = "ADDRESS") -> list[tuple[str, Party]]:
    """What becomes of a finding that holds all of it: the kana of each piece, and whose it is."""
    call = said(kana)
    entity = EntitySpan(kind, CharSpan(0, len(call.text)), 0.9, "test")
    pieces = compare_sound([Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False)], call, CASE, reader)
    assert [each.entity.chars.start for each in pieces[1:]] == [each.entity.chars.end for each in pieces[:-1]]
    assert all(
        each.reason == Reason.HEARD_AS_REQUESTER_IN_PART
        for each in pieces
        if each.party is Party.REQUESTER and len(pieces) > 1
    )
    return [(str(each.entity.chars.end - each.entity.chars.start), each.party) for each in pieces]


def test_what_is_theirs_stays_and_the_rest_does_not(reader: Reader) -> None:
    """The town and the block, and behind them a house that nobody knows."""
    pieces = found("ヒキノチョーイッチョーメニジューニバンアオゾラコスモタワー", reader)
    own = sum(int(width) for width, party in pieces if party is Party.REQUESTER)
    assert own >= 14
    assert pieces[0][1] is Party.REQUESTER
    assert (int(pieces[-1][0]), pieces[-1][1]) == (pytest.approx(10, abs=2), Party.THIRD_PARTY)


def test_other_figures_beside_theirs_make_it_another_address(reader: Reader) -> None:
    """Next door has the same street and another number."""
    pieces = found("ヒキノチョーイッチョーメニジューニバンサンヒャクキューゴウ", reader)
    assert all(party is Party.THIRD_PARTY for _, party in pieces)


def test_a_figure_before_their_block_is_another_houses(reader: Reader) -> None:
    """7-1-22 holds their 1-22, and none of it is cut out."""
    assert found("ナナイチノニジューニデス", reader) == [("11", Party.THIRD_PARTY)]


def test_a_town_alone_is_not_cut_out(reader: Reader) -> None:
    """Others live there, too."""
    assert found("ヒキノチョーノアオゾラコスモタワー", reader) == [("16", Party.THIRD_PARTY)]


@pytest.mark.parametrize(
    ("kana", "party"),
    [
        ("ハヤトニジューニアットマークホシドットエグザンプル", Party.REQUESTER),
        ("ミドリニジューニアットマークホシドットエグザンプル", Party.THIRD_PARTY),
        ("ニシムラアットマークホシドットエグザンプル", Party.THIRD_PARTY),  # the whole family's
        ("ハヤトニジューニャットマークホシドットエグザンプル", Party.REQUESTER),  # its ア is swallowed
        ("ハヤトハイフンニシムラートマコホシドットエグザンプル", Party.REQUESTER),  # no @ at all
        ("ミドリハイフンニシムラートマコホシドットエグザンプル", Party.THIRD_PARTY),
        ("ハヤトハイフンカワイートマコホシドットエグザンプル", Party.THIRD_PARTY),
    ],
)
def test_a_mail_address_is_whose_name_stands_before_the_sign(reader: Reader, kana: str, party: Party) -> None:
    """As it is heard; to be looked at."""
    call = said(kana)
    entity = EntitySpan("EMAIL_ADDRESS", CharSpan(0, len(call.text)), 0.9, "test")
    (told,) = compare_sound([Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False)], call, CASE, reader)
    assert told.party is party
    assert (told.reason == Reason.MAIL_HOLDS_REQUESTER_NAME) is (party is Party.REQUESTER)


@pytest.mark.parametrize(
    ("kana", "figures"),
    [
        ("ジュー", True),
        ("サンヨン", True),
        ("ノナナ", True),
        ("ゴーシ", False),
        ("チョーメ", False),
        ("ノダイニスミレソー", False),  # the second Sumire-so
    ],
)
def test_what_figures_are(kana: str, figures: bool) -> None:
    """Tens, too; not what only counts them."""
    assert figures_beside(kana, before=False, behind=True) is figures


@pytest.mark.parametrize(
    ("kana", "before", "behind"),
    [
        ("ゴトーノミセバンゴーワ", False, True),  # theirs begin behind 番号は
        ("カイシャノアパートノニ", True, False),
        ("ニノアパートノカイシャ", False, True),
        ("バンナナ", True, True),
    ],
)
def test_only_what_stands_beside_theirs_is_another_figure(kana: str, before: bool, behind: bool) -> None:
    """A single mora is a figure in every second word."""
    assert figures_beside(kana, before=True, behind=False) is before
    assert figures_beside(kana, before=False, behind=True) is behind


TOWN_AND_BLOCK = "ヒキノチョーイッチョーメニジューニバン"
TOWER = "アオゾラコスモタワー"


@pytest.mark.parametrize(("behind", "cut"), [(22, True), (26, False)])
def test_a_third_of_a_finding_has_to_be_theirs(behind: int, cut: bool, reader: Reader) -> None:
    """Of a long address a little more than a third, or all of it is masked."""
    pieces = found(TOWN_AND_BLOCK + (TOWER * 3)[:behind], reader)
    assert (len(pieces) > 1) is cut


@pytest.mark.parametrize(
    ("written", "own"),
    [
        (6, [3]),  # of a word of five morae, hardly more than half is theirs
        (12, [7]),  # of a word of two morae and a half, two thirds are theirs
        (26, [4, 10]),  # of one of a single mora, half
    ],
)
def test_most_of_a_word_has_to_be_theirs(written: int, own: list[int], reader: Reader) -> None:
    """Else it goes with what is behind it, or before."""
    call = heard(TOWN_AND_BLOCK + TOWER, "ら" * written)
    entity = EntitySpan("ADDRESS", CharSpan(0, written), 0.9, "test")
    pieces = compare_sound([Finding(entity, Party.THIRD_PARTY, Reason.NOT_GIVEN, False)], call, CASE, reader)
    kept = [each.entity.chars for each in pieces if each.party is Party.REQUESTER]
    assert [each.end - each.start for each in kept] == own
