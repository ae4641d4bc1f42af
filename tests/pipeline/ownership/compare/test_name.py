"""Where the bounds of likeness lie: on each side of every one of them, a name that it decides."""

from __future__ import annotations

import pytest

from pipeline.ownership.compare.name import KnownName, whose_name
from pipeline.types import Party

YAMANAKA = (
    KnownName(Party.REQUESTER, "ヤマナカヨウコ", ("ヤマナカ", "ヨウコ")),
    KnownName(Party.STAFF, "サトウ", ()),
)
SUZUKI = (
    KnownName(Party.REQUESTER, "スズキアキ", ("スズキ", "アキ")),
    KnownName(Party.STAFF, "ヤマモト", ()),
    KnownName(Party.COMPANY, "アオゾラツウシン", ()),
)
HASEGAWA = (
    KnownName(Party.REQUESTER, "ハセガワケンタロウ", ("ハセガワ", "ケンタロウ")),
    KnownName(Party.STAFF, "イトウ", ()),
)
MORI = (KnownName(Party.REQUESTER, "モリユウマ", ("モリ", "ユウマ")),)

OWN, STAFF, OTHERS, UNKNOWN = Party.REQUESTER, Party.STAFF, Party.THIRD_PARTY, Party.UNKNOWN


@pytest.mark.parametrize(
    ("known", "heard", "talk", "party"),
    [
        # How alike a short name has to be, and a long one.
        (YAMANAKA, "サトオ", None, STAFF),
        (YAMANAKA, "カトウサマ", None, OTHERS),
        (YAMANAKA, "ヤマナマキ", OWN, UNKNOWN),  # of the family
        (YAMANAKA, "ハセガアデス", OWN, OTHERS),
        # Surname and given name, each by itself.
        (YAMANAKA, "ヤマカワヨーコサン", OTHERS, OWN),
        (YAMANAKA, "ハセガアユウキ", None, OTHERS),
        (YAMANAKA, "ヤマナユウキ", OTHERS, OWN),
        (YAMANAKA, "タマナカユマ", None, UNKNOWN),
        (YAMANAKA, "アセガワヨーコ", None, OWN),
        (YAMANAKA, "モリタユウキ", OTHERS, OTHERS),
        (HASEGAWA, "ヤバナカケンタロウ", None, OWN),
        (MORI, "ツズキユウマ", None, OTHERS),
        # What may be the name, and what is where the talk says so.
        (YAMANAKA, "アトウマキ", OTHERS, UNKNOWN),
        (YAMANAKA, "サトウユウマ", None, OTHERS),
        (YAMANAKA, "サトウリョウコ", STAFF, STAFF),
        (YAMANAKA, "サトヨウコ", STAFF, OTHERS),
        # A name within more, and how much more.
        (YAMANAKA, "ロノヤマナカサマ", None, OWN),
        (SUZUKI, "ロノスズキサマ", None, OTHERS),
        (YAMANAKA, "ロノアヤマナカ", None, OWN),
        (YAMANAKA, "ロノアキヤマナカ", None, OTHERS),
    ],
)
def test_whose_a_name_is_that_is_just_alike_and_just_not(
    known: tuple[KnownName, ...], heard: str, talk: Party | None, party: Party
) -> None:
    """By its sound, and by whom the talk names."""
    assert whose_name(heard, known, talk).party is party


@pytest.mark.parametrize(
    ("heard", "clear"), [("アオゾラツウシンユウコ", True), ("アオゾラユウガサン", False)]
)
def test_an_analyst_looks_at_what_is_hardly_alike(heard: str, clear: bool) -> None:
    """Either is the company's, the second with less of its name."""
    verdict = whose_name(heard, SUZUKI)
    assert (verdict.party, verdict.doubtful) == (Party.COMPANY, not clear)


def test_staff_that_no_list_names_is_staff_where_the_talk_says_so() -> None:
    """A case may name nobody of it; then no sound speaks for it, and none against it."""
    nobody = (KnownName(Party.REQUESTER, "ヤマナカヨウコ", ("ヤマナカ", "ヨウコ")),)
    assert whose_name("カワムラ", nobody, STAFF).party is STAFF
    assert whose_name("カワムラ", YAMANAKA, STAFF).party is OTHERS
