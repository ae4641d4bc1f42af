"""Tests of pipeline.measuring.name_kinds: what each name of a truth is."""

from __future__ import annotations

import pytest

from pipeline.measuring.name_kinds import with_name_kinds
from pipeline.measuring.truth import CallTruth, TruthSpan
from pipeline.types import TimeSpan

SURNAMES = {
    "石井": ("イシイ", 900),
    "堀": ("ホリ", 300),
    "匠": ("タクミ", 1),
    "ヤマノウチ": ("ヤマノウチ", 90),
}
GIVEN = {"夏樹": ("ナツキ", 50), "匠": ("タクミ", 80), "さくら": ("サクラ", 300)}


def bearers(written: str, reading: str) -> tuple[float, float]:
    """A lexicon of a few names."""
    surname, given = (
        float(number) if reading in {"", sound} else 0.0
        for sound, number in (SURNAMES.get(written, ("", 0)), GIVEN.get(written, ("", 0)))
    )
    return surname, given


def name(surface: str, reading: str = "", party: str = "third", kind: str = "NAME") -> TruthSpan:
    """A name said by the caller."""
    return TruthSpan(TimeSpan(0, 1), "cu", kind, party, surface, reading)


def kinds(*spans: TruthSpan) -> list[str]:
    """What each is, in one call."""
    return [span.name_kind for span in with_name_kinds(CallTruth("c", "mono", 1.0, spans, ()), bearers).spans]


@pytest.mark.parametrize(
    ("surface", "reading", "kind"),
    [
        ("石井夏樹", "イシイナツキ", "full"),
        ("石井　夏樹", "", "full"),
        ("石井", "イシイ", "surname"),
        ("夏樹", "ナツキ", "given"),
        ("匠", "タクミ", "given"),
        ("さくら", "", "given"),
        ("エリカ", "", "katakana"),
        ("マイケル・スミス", "マイケルスミス", "katakana"),
        ("リー", "リー", "katakana"),
        ("堀", "ホリ", "short"),
        ("陳", "チン", "short"),
        ("凛", "りん", "short"),
        ("石井ユキ", "", "other"),
        ("山の内", "ヤマノウチ", "surname"),
        ("タ、グ、チ", "タグチ", "spelled"),
        ("うかんむりの宏", "ウカンムリノヒロシ", "spelled"),
        ("洋服の洋、紹介の介", "ヨウフクノヨウショウカイノカイ", "spelled"),
        ("某", "ソレガシ", "other"),
        ("", "", "other"),
    ],
)
def test_what_a_name_is(surface: str, reading: str, kind: str) -> None:
    """By its writing, its length in morae, and those who bear it."""
    assert kinds(name(surface, reading)) == [kind]


def test_a_fuller_name_of_the_call_tells_its_parts() -> None:
    """A name in no lexicon is a surname where the full name begins with it, a given name where it ends."""
    spans = (name("某野誰雄", "ボウノダレオ"), name("某野", "ボウノ"), name("誰雄", "ダレオ"))
    assert kinds(*spans) == ["other", "surname", "given"]


def test_a_company_is_no_fuller_name() -> None:
    """誰雄商会 does not make 誰雄 a surname."""
    assert kinds(name("誰雄", "ダレオ"), name("誰雄商会", "ダレオショウカイ", "company"))[0] == "other"


def test_what_the_truth_says_wins_and_other_data_have_no_kind_of_name() -> None:
    """``name_kind`` of the truth stays; an address is no name."""
    told = TruthSpan(TimeSpan(0, 1), "cu", "NAME", "third", "石井", "イシイ", "given")
    assert kinds(told, name("石井町", "イシイチョウ", kind="ADDRESS")) == ["given", ""]
