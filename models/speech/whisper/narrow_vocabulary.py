"""A Whisper model without the tokens that no Japanese call needs: a third less work for the same text.

Whisper writes a hundred languages with 50 257 tokens, and scores each of them at every step.  Japanese needs
the few thousand that spell kana, kanji, digits, punctuation and single letters.  The rest, mostly English, is
removed from the embedding before the model is loaded:

    embedding   [51 865 x 512]  ->  [about 8 000 x 512]        the other 211 arrays unchanged
    outside     token numbers as published                     (``NarrowWhisper`` converts them)

Every text can still be written: each byte has a token of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.speech.whisper.weights_file import Array, rewritten

LETTERS = 2
"""Greatest number of Latin letters in a kept token: a call holds no whole English words, and spelt-out text
(a mail address, a product's name) is still written, in shorter pieces."""

SPECIAL = re.compile(r"<\|.*\|>")
"""Tokens that are no text: languages, tasks, times."""

_OTHER_SCRIPT = re.compile(r"[^\u0000-\u024f\u2000-\u33ff\u3400-\u9fff\uf900-\ufaff\ufe30-\uffef]")
_LETTER = r"A-Za-z\u00aa-\u024f"
_MORE_LETTERS = re.compile(rf"(?:[^{_LETTER}]*[{_LETTER}]){{{LETTERS + 1}}}")


def kept_tokens(vocabulary: Sequence[str]) -> NDArray[np.int64]:
    """Choose the tokens that Japanese needs.

    Args:
        vocabulary: Every token in the byte-level alphabet of GPT-2, in order, as in ``vocabulary.txt``.

    Returns:
        Numbers of the kept tokens, ascending: all special ones, all single bytes and incomplete characters,
            and
        tokens of kana, kanji, digits, punctuation and at most ``LETTERS`` letters.
    """
    # Map characters outside the alphabet to a value that is no byte.
    bytes_of = dict.fromkeys(range(256), 256) | {ord(char): byte for char, byte in _alphabet().items()}
    return np.array([n for n, token in enumerate(vocabulary) if _needed(token, bytes_of)], dtype=np.int64)


def without_layers(part: str) -> Callable[[str], bool]:
    """Select the arrays of a model of which one part is not used.

    CTranslate2 loads no Whisper model without an encoder and a decoder, so the first layer of the part is
    kept.

    Args:
        part: ``encoder`` or ``decoder``.

    Returns:
        Predicate over array names: ``wanted`` of ``narrowed_weights``.
    """
    unused = re.compile(rf"{part}/layer_[1-9]")
    return lambda name: not unused.match(name)


def narrowed_weights(
    model: bytes,
    kept: NDArray[np.int64],
    tokens: int,
    change: Callable[[Array], Array] = lambda array: array,
    wanted: Callable[[str], bool] = lambda _: True,
) -> Iterator[bytes | memoryview]:
    """Remove the embeddings of all but the kept tokens from a converted model.

    Args:
        model: ``model.bin`` of CTranslate2's binary version 6.
        kept: Kept tokens, from ``kept_tokens``.
        tokens: Number of all tokens.
        change: Further change of each array but the embedding.
        wanted: Predicate over array names: whether an array is written at all.

    Yields:
        The pieces of the narrower file, in order.

    Raises:
        ValueError: the file is of another version, or no array has a row for each token.
    """
    cut = 0

    def narrow(array: Array) -> Array:
        nonlocal cut
        if array.shape[:1] != (tokens,):
            return change(array)
        cut += 1
        return array.replaced(array.values()[kept])

    yield from rewritten(model, narrow, wanted)
    if not cut:
        msg = "a model without an embedding of its tokens"
        raise ValueError(msg)


def narrowed_config(config: Mapping[str, Any], kept: NDArray[np.int64]) -> str:
    """Renumber the tokens in ``config.json``.

    Args:
        config: Parsed content of the file.
        kept: Kept tokens, from ``kept_tokens``.

    Returns:
        Content of the narrower model's file, without removed tokens.
    """
    new = _numbers(kept)
    renumbered = {
        key: [new[token] for token in config[key] if token in new]
        for key in ("suppress_ids", "suppress_ids_begin", "lang_ids")
        if key in config
    }
    return json.dumps({**config, **renumbered})


@dataclass(frozen=True, slots=True)
class _Result:
    """Result of a narrow model, in the token numbers of the full one."""

    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float


class NarrowWhisper:
    """A narrow model that takes and returns the full model's token numbers, as faster-whisper expects.

    Args:
        model: ``ctranslate2.models.Whisper`` of the narrowed files.
        kept: Kept tokens, from ``kept_tokens``.
    """

    def __init__(self, model: Any, kept: NDArray[np.int64]) -> None:
        self._model = model
        self._kept = kept.tolist()
        self._new = _numbers(kept)

    def __getattr__(self, name: str) -> Any:
        """Delegate everything without tokens: ``encode``, ``device``, ``detect_language``."""
        return getattr(self._model, name)

    def generate(self, features: Any, prompts: Sequence[Sequence[int]], **options: Any) -> list[_Result]:
        """Generate as ``ctranslate2.models.Whisper.generate``.

        Raises:
            KeyError: a prompt holds a removed token.
        """
        if suppressed := options.get("suppress_tokens"):
            # -1 stands for the tokens that the model's own file names.
            new = {-1: -1, **self._new}
            options["suppress_tokens"] = [new[token] for token in suppressed if token in new]
        results = self._model.generate(features, [self._narrow(prompt) for prompt in prompts], **options)
        return [
            _Result([[self._kept[t] for t in ids] for ids in r.sequences_ids], r.scores, r.no_speech_prob)
            for r in results
        ]

    def align(
        self,
        features: Any,
        start_sequence: Sequence[int],
        text_tokens: Sequence[Sequence[int]],
        num_frames: int | list[int],
        **options: Any,
    ) -> Any:
        """Align as ``ctranslate2.models.Whisper.align``; the results refer to tokens by position, not number.

        Raises:
            KeyError: the text holds a removed token.
        """
        texts = [self._narrow(text) for text in text_tokens]
        return self._model.align(features, self._narrow(start_sequence), texts, num_frames, **options)

    def _narrow(self, tokens: Iterable[int]) -> list[int]:
        return [self._new[token] for token in tokens]


def _numbers(kept: NDArray[np.int64]) -> dict[int, int]:
    return {old: new for new, old in enumerate(kept.tolist())}


def _alphabet() -> dict[str, int]:
    """Return the byte that each character of GPT-2's alphabet stands for."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + n): byte for n, byte in enumerate(hidden)}


def _needed(token: str, bytes_of: Mapping[int, int]) -> bool:
    if SPECIAL.fullmatch(token):
        return True
    try:
        text = token.translate(bytes_of).encode("latin-1").decode()
    except UnicodeError:
        return True  # in no byte-level alphabet, or of a kanji a part, or of anything
    if len(text) == 1:
        return True
    return not _MORE_LETTERS.match(text) and not _OTHER_SCRIPT.search(text)
