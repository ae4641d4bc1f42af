"""Where a speech model runs, and how many windows it takes at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["MOST_THREADS", "Place", "place"]

MOST_THREADS: Final = 4
"""Windows recognised at once where nothing else is said: each has its own working memory."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model runs.

    Attributes:
        device: ``cuda`` or ``cpu``, as CTranslate2 calls it.
        threads: On a CPU each takes a window of its own: two threads on one window are as slow as one.
    """

    device: str
    threads: int

    @property
    def at_once(self) -> int:
        """Windows that a model takes at the same time."""
        return 1 if self.device == "cuda" else self.threads

    @property
    def threads_each(self) -> int:
        """CPU threads that work on one window."""
        return self.threads if self.device == "cuda" else 1

    def precision(self, compute_type: str = "auto") -> str:
        """CTranslate2's compute type; ``auto`` is float16 on CUDA and int8 on a CPU."""
        if compute_type != "auto":
            return compute_type
        return "float16" if self.device == "cuda" else "int8"

    def of_whisper(self, compute_type: str) -> dict[str, Any]:
        """Arguments of ``faster_whisper.WhisperModel``."""
        return {
            "device": self.device,
            "compute_type": self.precision(compute_type),
            "cpu_threads": self.threads_each,
            "num_workers": self.at_once,
        }


def place(device: str = "auto", cpu_threads: int | None = None) -> Place:
    """Choose where models run.

    Args:
        device: ``auto`` takes CUDA where there is one.
        cpu_threads: Default: the machine's cores, at most ``MOST_THREADS``.
    """
    import ctranslate2

    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    return Place(device, cpu_threads or min(MOST_THREADS, _cores()))


def _cores() -> int:
    """Cores that this process may use: a container or a batch system may grant it fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
