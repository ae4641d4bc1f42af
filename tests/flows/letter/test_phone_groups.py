from __future__ import annotations

import pytest

from flows.letter.phone_groups import grouped


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("0120444444", "0120-444-444"),
        ("08001234567", "0800-123-4567"),
        ("08012345678", "080-1234-5678"),
        ("0570064000", "0570-064-000"),
        ("05012345678", "050-1234-5678"),
        ("0312345678", "03-1234-5678"),
        ("0612345678", "06-1234-5678"),
        ("0451234567", "045-123-4567"),
        ("0226123456", "0226123456"),
        ("0120-444-444", "0120-444-444"),
        ("110", "110"),
    ],
)
def test_a_number_is_told_in_its_groups(number: str, told: str):
    """Where the number alone says which; nothing is guessed."""
    assert grouped(number) == told
