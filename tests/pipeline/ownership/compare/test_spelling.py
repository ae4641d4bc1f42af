"""A name that is spelt as the case spells it."""

from __future__ import annotations

import pytest

from pipeline.ownership.compare.spelling import as_spelt
from pipeline.types import CallCase, CaseName, Party, Requester

CASE = CallCase(
    "R-1",
    Requester(names=(CaseName("山中 未来", "ヤマナカ ミク"),)),
    staff=(CaseName("阿部", "アベ"), CaseName("菅間", "スガマ"), CaseName("南")),
)


@pytest.mark.parametrize(
    ("text", "party", "doubtful"),
    [
        ("山中未来です", Party.REQUESTER, False),
        ("菅間", Party.STAFF, False),
        ("阿部さん", Party.STAFF, True),  # two morae are left of many a name
    ],
)
def test_it_is_theirs(text: str, party: Party, doubtful: bool) -> None:
    """However it is read; a short one has to be heard as theirs, too."""
    found = as_spelt(text, CASE)
    assert found is not None
    assert (found.party, found.doubtful) == (party, doubtful)


@pytest.mark.parametrize("text", ["南", "山中", "安部", "菅間野"])
def test_another_spelling_tells_nothing(text: str) -> None:
    """Nor does a single letter."""
    assert as_spelt(text, CASE) is None
