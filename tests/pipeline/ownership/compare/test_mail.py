"""How near a name before the @ has to be: on each side of both bounds, a name that it decides."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.compare.mail import whose_mail
from pipeline.ownership.compare.name import KnownName
from pipeline.types import Party

HANAKO = KnownName(Party.REQUESTER, "スズキハナコ", ("スズキ", "ハナコ"))
KENICHIRO = KnownName(Party.REQUESTER, "ニシムラケンイチロウ", ("ニシムラ", "ケンイチロウ"))
RITSU = KnownName(Party.REQUESTER, "ウメザワリツ", ("ウメザワ", "リツ"))


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


@pytest.mark.parametrize(
    ("name", "local", "theirs"),
    [
        (HANAKO, "ハナク", True),
        (HANAKO, "タナコ", False),
        (KENICHIRO, "ケンイチロ", True),
        (KENICHIRO, "ケンジロウ", False),  # somebody else's, who may be nobody's brother
        # Beside the surname the given name may be heard worse.
        (HANAKO, "スズキドットマナコ", True),
        (HANAKO, "スズキドットヨナコ", False),
    ],
)
def test_a_name_before_the_sign_is_theirs_where_it_is_near_enough(
    name: KnownName, local: str, theirs: bool, reader: Reader
) -> None:
    """A case holds no mail address."""
    verdict = whose_mail(f"{local}アットマーク", (name,), reader)
    assert (verdict.party is Party.REQUESTER) is theirs


@pytest.mark.parametrize("joint", ["-", "_", "."])
def test_the_halves_of_a_written_address_are_read_each_by_itself(joint: str, reader: Reader) -> None:
    """Else the u of umezawa would draw the vowel before it, and nothing of it be a surname."""
    verdict = whose_mail(f"ritsu{joint}umezawa@example.com", (RITSU,), reader)
    assert verdict.party is Party.REQUESTER
