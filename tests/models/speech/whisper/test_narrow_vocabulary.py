from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from models.registry import embedded_asr, verified_bytes
from models.speech.whisper.narrow_vocabulary import (
    NarrowWhisper,
    kept_tokens,
    narrowed_config,
    narrowed_weights,
    without_layers,
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The small files of the embedded model."""
    described = embedded_asr("base")
    assert described is not None
    small = ("vocabulary.txt", "config.json", "tokenizer.json")
    return {file.name: verified_bytes(file) for file in described.files if file.name in small}


@pytest.fixture(scope="module")
def vocabulary(files: dict[str, bytes]) -> list[str]:
    """Its tokens."""
    return files["vocabulary.txt"].decode().splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "お名前は長谷川健一様でよろしいでしょうか。",
        "東京都千代田区霞が関3-1-1、〒100-8916です。",
        "0901234567、〇九〇の1234、カードは4111 1111。",
        "ＡＢＣ株式会社のIDはkaiji-2024@example.co.jp、URLはhttps://…",
        "髙橋﨑彅塚邉彌麤を「ヴィオラ」と読む〜!?・ー",
        "ﾊﾝｶｸｶﾅ㈱ｱｲｳ",
    ],
)
def test_whatever_a_call_says_can_still_be_written(
    text: str, files: dict[str, bytes], vocabulary: list[str]
) -> None:
    """Names, addresses, numbers and mail addresses are spelt with what is kept."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode())
    kept = set(kept_tokens(vocabulary).tolist())
    numbers = tokenizer.encode(text, add_special_tokens=False).ids
    # Of English words the pieces of one or two letters are left.
    lost = [vocabulary[token] for token in numbers if token not in kept]
    assert all(piece.removeprefix("Ġ").isascii() and piece.removeprefix("Ġ").isalpha() for piece in lost)
    single = {byte for token in kept if (byte := vocabulary[token]) and len(byte) == 1}
    assert len(single) == 256


def test_what_is_no_text_is_kept(vocabulary: list[str]) -> None:
    """Languages, tasks and times have their tokens, and in order."""
    kept = kept_tokens(vocabulary)
    assert kept.tolist() == sorted(kept.tolist())
    assert {n for n, token in enumerate(vocabulary) if token.startswith("<|")} <= set(kept.tolist())
    assert len(kept) < len(vocabulary) / 5


def test_other_languages_are_left_out(vocabulary: list[str]) -> None:
    """English, Russian and Korean words are none of a Japanese call."""
    kept = {vocabulary[token] for token in kept_tokens(vocabulary)}
    assert not {"Ġthe", "Ġpeople", "tion"} & kept


def test_named_tokens_are_renumbered() -> None:
    """What is left out is named no more."""
    config = {"alignment_heads": [[3, 1]], "suppress_ids": [1, 2, 7], "lang_ids": [7]}
    assert json.loads(narrowed_config(config, np.array([0, 2, 7]))) == {
        "alignment_heads": [[3, 1]],
        "suppress_ids": [1, 2],
        "lang_ids": [2],
    }


def model(*arrays: tuple[str, np.ndarray], version: int = 6) -> bytes:
    """A file of CTranslate2 with these arrays and an alias."""
    out = struct.pack("<IH", version, 2) + b"S\0" + struct.pack("<II", 3, len(arrays))
    for name, array in arrays:
        raw = name.encode() + b"\0"
        out += struct.pack("<H", len(raw)) + raw + struct.pack("<B", array.ndim)
        out += (
            struct.pack(f"<{array.ndim}I", *array.shape)
            + struct.pack("<BI", 4, array.nbytes)
            + array.tobytes()
        )
    return out + struct.pack("<IH", 1, 2) + b"p\0" + struct.pack("<H", 2) + b"e\0"


def test_only_the_rows_of_tokens_are_cut() -> None:
    """An array with a row for each token loses those of the others; all else is as it was."""
    embedding, other = (
        np.arange(10, dtype=np.float16).reshape(5, 2),
        np.arange(6, dtype=np.float16).reshape(2, 3),
    )
    whole = model(("e", embedding), ("scalar", np.float16(3)), ("w", other))
    kept = np.array([0, 3, 4])
    assert b"".join(narrowed_weights(whole, kept, 5)) == model(
        ("e", embedding[kept]), ("scalar", np.float16(3)), ("w", other)
    )


@pytest.mark.parametrize(
    "broken",
    [
        model(("e", np.zeros((5, 2), np.float16)), version=5),
        model(("w", np.zeros((4, 2), np.float16))),
        model(("e", np.zeros((5, 2), np.float16)))[:40],
    ],
)
def test_what_is_no_such_model_is_refused(broken: bytes) -> None:
    """Another version, no embedding, or an end too early."""
    with pytest.raises((ValueError, struct.error)):
        list(narrowed_weights(broken, np.array([0]), 5))


class Narrow:
    """Takes the calls of a narrow model and answers in its numbers."""

    device = "cpu"

    def generate(self, _: object, prompts: list[list[int]], **options: object) -> list[object]:
        """The prompt, and what was suppressed."""
        self.prompts, self.options = prompts, options

        class Result:
            sequences_ids, scores, no_speech_prob = prompts, [-1.0], 0.25

        return [Result()]

    def align(self, _: object, start: list[int], texts: list[list[int]], frames: int, **__: object) -> object:
        """The numbers that it was given."""
        return start, texts, frames


def test_numbers_are_the_whole_models_outside() -> None:
    """Prompts, texts and suppressed tokens go in as published, and what was generated comes out so."""
    inner = Narrow()
    outer = NarrowWhisper(inner, np.array([0, 5, 9]))
    (result,) = outer.generate(None, [[5, 9]], suppress_tokens=[-1, 9, 7], beam_size=2)
    assert (inner.prompts, inner.options) == ([[1, 2]], {"suppress_tokens": [-1, 2], "beam_size": 2})
    assert (result.sequences_ids, result.scores, result.no_speech_prob) == ([[5, 9]], [-1.0], 0.25)
    assert outer.align(None, [0], [[9], []], 100) == ([0], [[2], []], 100)
    assert outer.device == "cpu"
    with pytest.raises(KeyError):
        outer.align(None, [0], [[7]], 100)


def test_of_an_unused_part_the_first_layer_is_kept() -> None:
    """And all that is no layer of it, and the other part whole."""
    wanted = without_layers("encoder")
    kept = ("encoder/layer_0/ffn/linear_0/weight", "encoder/layer_norm/beta", "encoder/conv1/bias")
    assert all(map(wanted, (*kept, "decoder/layer_5/ffn/linear_0/weight")))
    assert not any(map(wanted, ("encoder/layer_1/ffn/linear_0/weight", "encoder/layer_10/ffn/linear_0/bias")))
