"""A made Whisper model of another shape than the embedded one, with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec

from models.registry import embedded_asr, verified_bytes

WIDTH, MELS = 96, 128
"""Values of a step of its encoder, and mel bins of its spectrogram; the embedded model has 512 and 80."""

HEADS, STEPS, TOKENS_LONG = 2, 1500, 448


def write_tiny_whisper(folder: Path) -> Path:
    """Write a model as CTranslate2's converter would, with the tokenizer of the embedded one.

    Args:
        folder: Made here.

    Returns:
        The folder.
    """
    base = embedded_asr("base")
    assert base is not None
    files = {file.name: verified_bytes(file) for file in base.files if file.name != "model.bin"}
    tokens = files["vocabulary.txt"].decode().splitlines()
    random = np.random.default_rng(1)

    def weights(*shape: int) -> np.ndarray:
        return random.normal(0, 0.3, shape).astype(np.float32)

    spec = WhisperSpec(1, HEADS, 1, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = weights(WIDTH, MELS, 3), weights(WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = weights(WIDTH, WIDTH, 3), weights(WIDTH)
    encoder.position_encodings.encodings = weights(STEPS, WIDTH)
    decoder.position_encodings.encodings = weights(TOKENS_LONG, WIDTH)
    decoder.embeddings.weight = weights(len(tokens), WIDTH)
    decoder.projection.weight = decoder.embeddings.weight
    decoder.scale_embeddings = False
    for layer in (*encoder.layer, *decoder.layer):
        _attention(layer.self_attention, weights, 3)
        _linear(layer.ffn.linear_0, weights, 4 * WIDTH, WIDTH)
        _linear(layer.ffn.linear_1, weights, WIDTH, 4 * WIDTH)
        _norm(layer.ffn.layer_norm)
    _attention(decoder.layer[0].attention, weights, 1)
    for norm in (encoder.layer_norm, decoder.layer_norm):
        _norm(norm)
    spec.register_vocabulary(tokens)
    spec.validate()
    folder.mkdir()
    spec.save(str(folder))
    # CTranslate2 reads the heads that time words without asking whether there are any of these numbers.
    heads = [[0, head] for head in range(HEADS)]
    config = json.loads(files["config.json"]) | {"alignment_heads": heads}
    files["config.json"] = json.dumps(config).encode()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "preprocessor_config.json").write_text(f'{{"feature_size": {MELS}}}', encoding="utf-8")
    return folder


def _attention(spec: Any, weights: Any, together: int) -> None:
    """Of one text (queries, keys and values as one matrix), or of another (queries, then the two)."""
    _norm(spec.layer_norm)
    shapes = (3,) if together == 3 else (1, 2)
    for linear, parts in zip(spec.linear, (*shapes, 1), strict=True):
        _linear(linear, weights, parts * WIDTH, WIDTH)


def _linear(spec: Any, weights: Any, rows: int, columns: int) -> None:
    spec.weight, spec.bias = weights(rows, columns), np.zeros(rows, np.float32)


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
