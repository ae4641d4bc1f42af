"""Learned weights of the evidence for a third person on the telephone."""

from __future__ import annotations

import json
from pathlib import Path

from models.registry import registered_bytes
from pipeline.errors import ModelError
from pipeline.speaking.third import EVIDENCE, Weights

ALONE = "alone"
"""Key of the intercept in the file, beside the kinds of evidence."""


def load_third() -> Weights:
    """Load the weights that lie beside this module.

    Raises:
        ModelError: their bytes are not the registered ones, or they weigh other evidence.
    """
    raw = json.loads(registered_bytes("voices", "third", Path(__file__).with_name("third.json")))
    if tuple(raw) != (*EVIDENCE, ALONE):
        msg = "third.json does not weigh what pipeline.speaking.third looks at"
        raise ModelError(msg)
    return Weights(tuple(raw[name] for name in EVIDENCE), raw[ALONE])
