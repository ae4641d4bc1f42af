from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import ValidationError

import flows.desk.sealing.shape
from flows.desk.sealing.shape import Shape


@dataclass(frozen=True)
class Told:
    """A value of two fields."""

    name: str
    days: tuple[int, ...] = ()


def test_what_was_written_is_read_again():
    """As JSON, and as plain values."""
    shape: Shape[Told] = Shape(Told)
    value = Told("山本", (1, 2))

    assert shape.validate_json(shape.dump_json(value)) == value
    assert shape.dump_python(value, mode="json") == {"name": "山本", "days": [1, 2]}
    assert shape.validate_python({"name": "山本", "days": [1, 2]}) == value


@pytest.mark.parametrize("told", ['{"name": 1}', "{}", '{"name": "a", "days": ["x"]}', "[]", ""])
def test_another_shape_is_refused(told: str):
    """Nothing is guessed."""
    with pytest.raises(ValidationError):
        Shape(Told).validate_json(told)


def test_what_nobody_uses_costs_nothing(monkeypatch: pytest.MonkeyPatch):
    """A reader is made at the first use, and once."""
    asked = []
    real = flows.desk.sealing.shape.TypeAdapter

    def adapter(kind: object) -> object:
        asked.append(kind)
        return real(kind)

    monkeypatch.setattr(flows.desk.sealing.shape, "TypeAdapter", adapter)
    shape: Shape[tuple[int, ...]] = Shape(tuple[int, ...])
    assert asked == []

    assert (shape.validate_json("[1]"), shape.validate_json("[2, 3]")) == ((1,), (2, 3))
    assert asked == [tuple[int, ...]]
