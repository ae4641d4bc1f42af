"""Models are read and rewritten array by array."""

from __future__ import annotations

import numpy as np
import pytest

from models.registry import embedded_asr, verified_bytes
from models.speech.whisper.weights_file import Array, arrays, rewritten


@pytest.fixture(scope="module")
def model() -> bytes:
    """The embedded one."""
    described = embedded_asr("base")
    assert described is not None
    return verified_bytes(next(file for file in described.files if file.name == "model.bin"))


def test_what_is_not_changed_is_the_same_file(model: bytes) -> None:
    """To the byte."""
    assert b"".join(rewritten(model, lambda array: array)) == model


def test_one_array_is_changed_and_no_other(model: bytes) -> None:
    """Its shape may be another."""
    name = "decoder/layer_0/ffn/linear_1/bias"

    def change(array: Array) -> Array:
        return array.replaced(array.values()[:7] + 1) if array.name == name else array

    before = {array.name: array for array in arrays(model)}
    after = {array.name: array for array in arrays(b"".join(rewritten(model, change)))}
    assert before.keys() == after.keys()
    assert after[name].shape == (7,)
    np.testing.assert_array_equal(after[name].values(), before[name].values()[:7] + np.float16(1))
    others = before.keys() - {name}
    assert all(bytes(before[each].content) == bytes(after[each].content) for each in others)


@pytest.mark.parametrize("damage", [lambda model: model[:-200_000_00], lambda model: b"\x05" + model[1:]])
def test_another_file_is_refused(model: bytes, damage) -> None:
    """One that ends early, one of another version."""
    with pytest.raises(ValueError, match="a model"):
        list(arrays(damage(model)))


def test_a_type_that_numpy_lacks_is_refused() -> None:
    """It cannot be changed, only handed on."""
    with pytest.raises(ValueError, match="type 5"):
        Array("x", (1,), 5, b"\0\0").values()
