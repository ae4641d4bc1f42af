"""Write the embedded recogniser's weights for the training of its adapter, which has torch and no recogniser.

    python -m models.training.adapter.base_weights --out base.npz

The file holds the model's arrays (the embedding narrowed as the product narrows it), the published numbers
of the tokens that are kept, which of them write katakana, and the numbers of the special ones.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from models.registry import embedded_asr, verified_bytes
from models.speech.whisper.narrow_vocabulary import kept_tokens
from models.speech.whisper.weights_file import arrays

KATAKANA = re.compile("[ァ-ヴー]")
"""A letter of it."""

SPECIAL = ("<|endoftext|>", "<|startoftranscript|>", "<|ja|>", "<|transcribe|>", "<|notimestamps|>")
"""As Whisper's tokenizer calls them; the times follow the last one, one for each .02 s."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    described = embedded_asr("base")
    if described is None:
        raise SystemExit("no embedded recogniser is registered")
    content = {file.name: verified_bytes(file) for file in described.files}
    vocabulary = content["vocabulary.txt"].decode().splitlines()
    kept = kept_tokens(vocabulary)
    tokenizer = Tokenizer.from_buffer(content["tokenizer.json"])
    whole: dict[str, Any] = {
        array.name: array.values()
        for array in arrays(content["model.bin"])
        if "/" in array.name and array.shape
    }
    katakana = np.array([bool(KATAKANA.search(tokenizer.decode([token]))) for token in kept.tolist()])
    whole["decoder/embeddings/weight"] = whole["decoder/embeddings/weight"][kept]
    special = np.array([tokenizer.token_to_id(name) for name in SPECIAL])
    sha256 = next(file.sha256 for file in described.files if file.name == "model.bin")
    np.savez(options.out, kept=kept, katakana=katakana, special=special, sha256=np.array(sha256), **whole)
    return 0


if __name__ == "__main__":
    sys.exit(main())
