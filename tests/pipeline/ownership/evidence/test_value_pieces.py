"""Which findings are pieces of one number, address or mail address."""

from __future__ import annotations

import pytest

from pipeline.ownership.evidence.value_pieces import pieces_of_values
from pipeline.types import CharSpan, EntitySpan

PHONE, PLACE, NAME, MAIL = "PHONE_NUMBER", "ADDRESS", "PERSON", "EMAIL_ADDRESS"


def groups(text: str, *said: tuple[str, str]) -> tuple[tuple[int, ...], ...]:
    """The values of some findings of a text, by type and words, in order."""
    entities, at = [], 0
    for kind, each in said:
        at = text.index(each, at)
        entities.append(EntitySpan(kind, CharSpan(at, at + len(each)), 0.9, "T"))
        at += len(each)
    return pieces_of_values(entities, text)


@pytest.mark.parametrize(
    ("between", "together"),
    [
        ("", True),
        ("の", True),
        ("、はい、えっと、", True),
        # Six characters that are no fillers, and seven.
        ("きしきしきし", True),
        ("きしきしきしき", False),
        ("きしはいきしですねきしの", True),
        # Fillers are no longer than a short turn: 24 characters, and 25.
        ("はい" * 12, True),
        ("はい" * 12 + "、", False),
    ],
)
@pytest.mark.parametrize("kind", [PHONE, PLACE, "EMAIL_ADDRESS"])
def test_pieces_stand_close_together(kind: str, between: str, together: bool) -> None:
    """Fillers, answers and a few other characters may be said between them."""
    found = groups(f"0070{between}8074", (kind, "0070"), (kind, "8074"))
    assert found == (((0, 1), (0, 1)) if together else ((0,), (1,)))


def test_a_name_is_a_value_of_its_own_and_parts_others() -> None:
    """What is said of two types is two values."""
    said = ((PHONE, "070"), (NAME, "西村"), (PHONE, "0070"), (PLACE, "福山"), (NAME, "森"), (NAME, "林"))
    assert groups("070西村0070福山森林", *said) == ((0,), (1,), (2,), (3,), (4,), (5,))


def test_a_number_has_eleven_figures_at_most() -> None:
    """With more, another one has begun: pieces belong to the number that they complete."""
    said = ("090", "1234", "5678", "080", "8765", "4321")
    assert groups("の".join(said), *((PHONE, each) for each in said)) == (*[(0, 1, 2)] * 3, *[(3, 4, 5)] * 3)
    assert groups("の".join(said), *((MAIL, each) for each in said)) == ((0, 1, 2, 3, 4, 5),) * 6


@pytest.mark.parametrize(
    ("said", "found"),
    [
        # A place, its numbers, its building are one address.
        (("町田市", "成瀬", "5の11", "コーポ桜201"), ((0, 1, 2, 3),) * 4),
        # Behind its numbers another one begins, or it is said again.
        (("成瀬5の11", "原町田3丁目"), ((0,), (1,))),
        (("町田市成瀬5の11", "町田市成瀬5の11"), ((0,), (1,))),
        # More numbers than a block and a room have are another one's.
        (("6丁目16の13", "7の10の26"), ((0,), (1,))),
        (("成瀬6丁目", "16の13", "7の10の26"), ((0, 1), (0, 1), (2,))),
        (("成瀬6丁目16の13", "208"), ((0, 1), (0, 1))),
        (("成瀬6丁目16の13", "コーポ桜208", "512"), ((0, 1), (0, 1), (2,))),
        (("コーポ桜912号室", "第二コーポ桜の512"), ((0,), (1,))),
        (("コーポ桜912号室", "の方"), ((0, 1), (0, 1))),
        # A postal code before it is none of it.
        (("194-0011", "町田市"), ((0,), (1,))),
    ],
)
def test_an_address_ends_where_another_begins(
    said: tuple[str, ...], found: tuple[tuple[int, ...], ...]
) -> None:
    """Two people's addresses may stand in one line."""
    assert groups("、".join(said), *((PLACE, each) for each in said)) == found


def test_nothing_is_said_in_no_finding() -> None:
    """A call may have none."""
    assert pieces_of_values([], "はい") == ()


def test_a_code_is_a_value_of_its_own() -> None:
    """Whole, in two pieces, or at the beginning of what is found as an address."""
    said = "成瀬5丁目11番30号、194-0011、福山市引野町1丁目。郵便番号のほうは850の、2954、甲府市蓬沢町5丁目"
    found = groups(
        said,
        (PLACE, "成瀬5丁目11番30号"),
        (PLACE, "194-0011"),
        (PLACE, "福山市引野町1丁目"),
        (PLACE, "850"),
        (PLACE, "2954、甲府市蓬沢町5丁目"),
    )
    assert found == ((0,), (1,), (2,), (3, 4), (3, 4))
    said = "成瀬5丁目11番30号、717、8714、スカガワシ"
    assert groups(said, (PLACE, "成瀬5丁目11番30号"), (PLACE, "717、8714、スカガワシ")) == ((0,), (1,))


def test_a_lot_after_two_numbers_is_the_next_address() -> None:
    """Nobody says 番地 behind a 番; after a 丁目 alone it may go on."""
    said = "8丁目12番3号で向こうは2075番地"
    assert groups(said, (PLACE, "8丁目12番3号"), (PLACE, "2075番地")) == ((0,), (1,))
    assert groups("8丁目の、12番地", (PLACE, "8丁目"), (PLACE, "12番地")) == ((0, 1), (0, 1))
