"""The shape of a value that is kept as JSON: how it is written, and how it is checked when it is read."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


class Shape(Generic[T]):
    """The shape of all values of a type.

    pydantic's adapter is made at the first use: the desk's modules declare two dozen shapes, a command uses a
    few of them, and each takes a millisecond or two to make.

    Args:
        kind: The type: a class, or a type expression that pydantic can read, such as ``tuple[Passage, ...]``.
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._kind)

    def dump_json(self, value: T) -> bytes:
        """Write a value as JSON."""
        return self._adapter.dump_json(value)

    def dump_python(self, value: T, *, mode: Literal["json", "python"] = "python") -> Any:
        """Return a value as plain dictionaries and lists; with ``mode="json"``, of JSON types only."""
        return self._adapter.dump_python(value, mode=mode)

    def validate_json(self, told: str | bytes) -> T:
        """Read a value from JSON.

        Raises:
            ValidationError: when it has another shape.
        """
        return self._adapter.validate_json(told)

    def validate_python(self, told: Any) -> T:
        """Read a value from plain dictionaries and lists.

        Raises:
            ValidationError: when it has another shape.
        """
        return self._adapter.validate_python(told)
