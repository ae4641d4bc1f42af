"""A picture of each measured call: where it leaks, seen at a glance.

One PNG per call and an ``index.html`` over them.  No word of the call is in either.
matplotlib is imported on the first plot only: nothing else needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.evaluate import AudioPair, CallFigures, Summary
from pipeline.truth import CallTruth

__all__ = ["plot_call", "write_index"]


def plot_call(path: Path, audio: AudioPair, truth: CallTruth, figures: CallFigures) -> None:
    """Draw one call: waveform, true spans, masked stretches, and where it leaks.

    Args:
        path: The PNG to write, by custom ``<out>/<stem>.png``.
        audio: The call and its masked copy.
        truth: What was said when.
        figures: The call's counts, for the title.
    """
    raise NotImplementedError


def write_index(directory: Path, summary: Summary) -> Path:
    """Write ``index.html`` (Japanese): the figures, and each call with its plot.

    Args:
        directory: Where the plots lie as ``<call_id>.png``; a call without one is listed too.
        summary: What ``summarise`` gave.

    Returns:
        The page written.
    """
    raise NotImplementedError
