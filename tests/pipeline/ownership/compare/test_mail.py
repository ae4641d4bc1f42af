"""How near a name before the @ has to be: on each side of both bounds, a name that it decides."""

from __future__ import annotations

import pytest

from models.language.readings import Reader, load_reader
from pipeline.ownership.compare.mail import whose_mail
from pipeline.ownership.compare.name import KnownName
from pipeline.types import Party

HANAKO = KnownName(Party.REQUESTER, "スズキハナコ", ("スズキ", "ハナコ"))


@pytest.fixture(scope="module")
def reader() -> Reader:
    """The real one: it is quick."""
    return load_reader()


@pytest.mark.parametrize(
    ("local", "theirs"),
    [
        ("タナコ", True),
        ("ヒナコ", False),
        # Beside the surname the given name may be heard worse.
        ("スズキドットマナコ", True),
        ("スズキドットヨナコ", False),
    ],
)
def test_a_name_before_the_sign_is_theirs_where_it_is_near_enough(
    local: str, theirs: bool, reader: Reader
) -> None:
    """A case holds no mail address."""
    verdict = whose_mail(f"{local}アットマーク", (HANAKO,), reader)
    assert (verdict.party is Party.REQUESTER) is theirs
