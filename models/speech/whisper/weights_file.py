"""Read and rewrite the arrays of a converted model (``model.bin`` of CTranslate2's binary version 6).

    version, name and revision of the specification, number of arrays
    each array: name, rank, shape, type, bytes, content
    aliases (two names of one array)

Source of the format: ``ctranslate2/specs/model_spec.py``, ``_serialize``.  A model is rewritten piece by
piece, so that it is in memory once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_VERSION: Final = 6
_TYPES: Final[dict[int, np.dtype[Any]]] = {
    0: np.dtype(np.float32),
    1: np.dtype(np.int8),
    2: np.dtype(np.int16),
    3: np.dtype(np.int32),
    4: np.dtype(np.float16),
}
"""CTranslate2's type numbers that have a numpy type."""


@dataclass(frozen=True, slots=True)
class Array:
    """One array of a model.

    Attributes:
        name: For example ``decoder/layer_0/ffn/linear_0/weight``.
        shape: Shape of the content; empty for a scalar.
        kind: CTranslate2's type number.
        content: Bytes, little-endian, row by row.
    """

    name: str
    shape: tuple[int, ...]
    kind: int
    content: bytes | memoryview = field(repr=False)

    def values(self) -> NDArray[Any]:
        """Return the content as a numpy array.

        Raises:
            ValueError: the type has no numpy type.
        """
        if self.kind not in _TYPES:
            msg = f"an array of type {self.kind}"
            raise ValueError(msg)
        return np.frombuffer(self.content, _TYPES[self.kind]).reshape(self.shape)

    def replaced(self, values: NDArray[Any]) -> Array:
        """Return the array with other values, converted to its type; the shape may differ."""
        written = np.ascontiguousarray(values, dtype=_TYPES[self.kind])
        return Array(self.name, written.shape, self.kind, memoryview(written.tobytes()))


def arrays(model: bytes) -> Iterator[Array]:
    """Yield a model's arrays in order.

    Args:
        model: Content of ``model.bin``.

    Raises:
        ValueError: the file is of another version or ends early.
    """
    reader = _Reader(model)
    for _ in range(_header(reader)):
        yield _array(reader)


def rewritten(
    model: bytes, change: Callable[[Array], Array], kept: Callable[[str], bool] = lambda _: True
) -> Iterator[bytes | memoryview]:
    """Yield a model with changed arrays.

    Args:
        model: Content of ``model.bin``.
        change: Maps each array, in order, to its replacement; the name stays.
        kept: Predicate over array names: whether an array is written at all.

    Yields:
        The pieces of the new file, in order.

    Raises:
        ValueError: the file is of another version or ends early.
    """
    left = sum(kept(array.name) for array in arrays(model))
    reader = _Reader(model)
    count = _header(reader)
    yield reader.since(0, reader.at - 4)
    yield struct.pack("<I", left)
    for _ in range(count):
        array = _array(reader)
        if not kept(array.name):
            continue
        new = change(array)
        name, rank = new.name.encode(), len(new.shape)
        head = (len(name) + 1, name, rank, *new.shape, new.kind, len(new.content))
        yield struct.pack(f"<H{len(name) + 1}sB{rank}IBI", *head)
        yield new.content
    yield reader.since(reader.at, len(model))


def _header(reader: _Reader) -> int:
    """Read the header and return the number of arrays."""
    (version,) = reader.numbers("I")
    if version != _VERSION:
        msg = f"a model of binary version {version}, not {_VERSION}"
        raise ValueError(msg)
    reader.text()  # the specification's name
    reader.numbers("I")  # its revision
    return int(reader.numbers("I")[0])


def _array(reader: _Reader) -> Array:
    name = reader.text()
    (rank,) = reader.numbers("B")
    shape = reader.numbers(f"{rank}I")
    kind, size = reader.numbers("BI")
    return Array(name, shape, kind, reader.take(size))


class _Reader:
    """Cursor over a file in memory."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self.at = 0

    def numbers(self, form: str) -> tuple[int, ...]:
        """Read integers, little-endian, without padding."""
        found: tuple[int, ...] = struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))
        return found

    def text(self) -> str:
        """Read a text: its length, its bytes, a zero byte."""
        return bytes(self.take(self.numbers("H")[0])).rstrip(b"\0").decode()

    def take(self, count: int) -> memoryview:
        """Read ``count`` bytes."""
        if self.at + count > len(self._content):
            msg = "a model that ends early"
            raise ValueError(msg)
        self.at += count
        return self._content[self.at - count : self.at]

    def since(self, start: int, end: int | None = None) -> memoryview:
        """Return the bytes from ``start`` to ``end``, by default up to the cursor."""
        return self._content[start : self.at if end is None else end]
