from __future__ import annotations

import logging

from flows.quiet import quiet_libraries


def test_talkative_libraries_stay_at_warning():
    """Their DEBUG lines repeat words of the call, so the root logger's level does not reach them."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    try:
        quiet_libraries()
        for name in ("faster_whisper", "presidio-analyzer", "spacy"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    finally:
        root.setLevel(before)
