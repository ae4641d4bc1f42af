"""How much of a number is the requester's or the company's, figure by figure."""

from __future__ import annotations

from math import expm1, log1p

import pytest

from pipeline.ownership.evidence.numbers import block_in, figures_in

PHONE = "09012345678"


def counted(values: dict[str, float], *names: str) -> list[int]:
    """Numbers of figures."""
    return [round(expm1(values[name])) for name in names]


@pytest.mark.parametrize(
    ("said", "most", "own", "behind", "other"),
    [
        ("090-1234-5678", 11, 11, 8, 0),
        ("ゼロ90の1234の5678", 11, 11, 8, 0),
        ("5678", 4, 4, 4, 0),
        ("090", 3, 3, 0, 0),
        # Of 0901234 the first three figures are many a number's.
        ("0901234", 7, 7, 4, 0),
        ("0901299", 7, 5, 2, 2),
        ("8877", 4, 1, 1, 3),
        ("", 0, 0, 0, 0),
        ("はい", 0, 0, 0, 0),
    ],
)
def test_figures_in_common_are_counted(said: str, most: int, own: int, behind: int, other: int) -> None:
    """The longest run of figures that is theirs is counted, all of it and behind the prefix, and the rest."""
    values = dict(figures_in([said], [PHONE]))
    names = ("figures", "figures, own", "figures, own behind prefix", "figures, other")
    assert counted(values, *names) == [most, own, behind, other]


def test_figures_are_logarithms_of_their_number() -> None:
    """One figure more tells less and less."""
    values = figures_in(["5678"], [PHONE])
    assert values["figures"] == values["figures, own"] == pytest.approx(log1p(4))


@pytest.mark.parametrize(
    ("said", "off"),
    [
        ("090-1234-5678", 0.0),
        ("090-1234-5679", 1 / 6),
        ("090-1234-567", 1 / 6),
        ("090-1234-9999", 4 / 6),
        ("090-9999-9999", 1.0),
        # It may stand anywhere in what is said.
        ("1番の090-1234-5678", 0.0),
        # Six figures are compared, five are not.
        ("090123", 5 / 6),
        ("09012", 1.0),
        ("", 1.0),
    ],
)
def test_a_number_differs_by_some_figures(said: str, off: float) -> None:
    """Six and more are all the same."""
    assert figures_in([said], [PHONE])["figures, off"] == pytest.approx(off)


def test_five_figures_are_compared_with_no_number() -> None:
    """Not even where they are half of one."""
    assert figures_in(["01234"], ["0123456789"])["figures, off"] == 1.0
    assert figures_in(["012345"], ["0123456789"])["figures, off"] == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("said", "own", "other"),
    [
        ("090、1234、5678", 11, 0),
        ("090の1234の8888", 7, 4),
        ("777 8888", 0, 7),
        # A single figure is no group.
        ("090・1", 3, 0),
        ("090-1234,5678", 11, 0),
    ],
)
def test_groups_in_common_are_counted(said: str, own: int, other: int) -> None:
    """Each group is theirs whole, or another's."""
    values = dict(figures_in([said], [PHONE]))
    assert counted(values, "figures, own groups", "figures, other groups") == [own, other]


def test_a_number_may_be_written_in_several_ways() -> None:
    """The way that is nearest tells, but groups are those of the first."""
    values = dict(figures_in(["はちはち", "ゴーロクナナハチ"], ["5678"]))
    assert counted(values, "figures, own", "figures, own groups", "figures, other groups") == [4, 0, 2]


def test_of_several_numbers_the_nearest_tells() -> None:
    """Somebody may have two telephones."""
    values = dict(figures_in(["045-123-4567"], [PHONE, "0451234567"]))
    assert values["figures, off"] == 0.0
    assert counted(values, "figures, own", "figures, other") == [10, 0]


def test_without_a_number_all_figures_are_anothers() -> None:
    """A case may give none, and then they differ as much as can be."""
    values = dict(figures_in(["090-1234-5678"], []))
    assert counted(values, "figures", "figures, own", "figures, other", "figures, other groups") == [
        11,
        0,
        11,
        11,
    ]
    assert values["figures, off"] == 1.0


HOME, ROOM = "122308", "308"


@pytest.mark.parametrize(
    ("said", "digits", "begins", "same"),
    [
        ("1丁目22番308号", 6, 6, 6),
        ("1丁目22番", 3, 3, 3),
        ("22番308号", 5, 0, 5),
        ("1丁目23番", 3, 2, 0),
        ("308号室", 3, 0, 3),
        # More than theirs holds theirs.
        ("1丁目22番308号5", 7, 6, 6),
        ("9丁目", 1, 0, 0),
        ("", 0, 0, 0),
    ],
)
def test_a_block_begins_like_theirs_or_is_part_of_it(said: str, digits: int, begins: int, same: int) -> None:
    """Digits that begin alike are counted, and those of a number that is part of the other."""
    values = dict(block_in(said, [HOME], [ROOM]))
    assert counted(values, "block", "block, begins", "block, same") == [digits, begins, same]


@pytest.mark.parametrize(
    ("said", "off"),
    [
        ("1丁目22番308号", 0.0),
        # Also without the room it is theirs.
        ("1丁目22番", 0.0),
        ("1丁目23番", 1 / 4),
        ("1丁目24番309号", 2 / 4),
        ("8丁目99番", 3 / 4),
        ("8丁目99番7-6-5-4", 1.0),
        ("", 1.0),
    ],
)
def test_a_block_differs_by_some_figures(said: str, off: float) -> None:
    """Four and more are all the same."""
    assert block_in(said, [HOME], [ROOM])["block, off"] == pytest.approx(off)


@pytest.mark.parametrize(
    ("said", "rooms", "same", "off"),
    [
        ("コーポ308号室", [ROOM], 1.0, 0.0),
        ("コーポ309号室", [ROOM], 0.0, 1.0),
        ("1丁目22番308号", [ROOM], 1.0, 0.0),
        ("コーポ309号室", [ROOM, "309"], 1.0, 0.0),
        # Two figures are no room.
        ("コーポ08号室", [ROOM], 0.0, 0.0),
        ("22番", [ROOM], 0.0, 0.0),
        # Who lives in no building has none.
        ("コーポ309号室", [], 0.0, 0.0),
    ],
)
def test_the_last_three_figures_are_a_room(said: str, rooms: list[str], same: float, off: float) -> None:
    """It is theirs or another, where they live in a building."""
    values = block_in(said, [HOME], rooms)
    assert (values["room, same"], values["room, off"]) == (same, off)


@pytest.mark.parametrize(
    ("said", "rooms", "off"),
    [
        ("コーポ308号室", [ROOM], 0),
        ("コーポ309号室", [ROOM], 1),
        ("コーポ319号室", [ROOM], 2),
        ("コーポ412号室", [ROOM], 3),
        # Of several rooms the nearest tells, wherever it stands.
        ("コーポ412号室", [ROOM, "410"], 1),
        ("コーポ412号室", ["410", ROOM], 1),
        # What is no room is not off.
        ("コーポ08号室", [ROOM], 0),
        ("22番", [ROOM], 0),
        ("コーポ309号室", [], 0),
    ],
)
def test_a_room_differs_by_some_figures(said: str, rooms: list[str], off: int) -> None:
    """One may be misheard."""
    assert block_in(said, [HOME], rooms)["room, figures off"] == off


def test_of_several_addresses_the_nearest_tells() -> None:
    """And without any, nothing is theirs."""
    assert block_in("3の2の1", [HOME, "321"], [])["block, off"] == 0.0
    values = dict(block_in("3の2の1", [], []))
    assert counted(values, "block", "block, begins", "block, same") == [3, 0, 0]
    assert values["block, off"] == 1.0
