"""Device of a speech model, and the number of windows that it processes at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

MOST_THREADS: Final = 4
"""Default for the greatest number of windows recognised at once: each has its own working memory."""


@dataclass(frozen=True, slots=True)
class Processor:
    """Device and threads of a model.

    Attributes:
        device: ``cuda`` or ``cpu``, as in CTranslate2.
        threads: Number of threads.  On a CPU each recognises a window of its own, as two threads on one
            window are no faster than one.
    """

    device: str
    threads: int

    @property
    def at_once(self) -> int:
        """Number of windows that a model processes at the same time."""
        return 1 if self.device == "cuda" else self.threads

    @property
    def threads_each(self) -> int:
        """Number of CPU threads for one window."""
        return self.threads if self.device == "cuda" else 1

    def precision(self, compute_type: str = "auto") -> str:
        """Return CTranslate2's compute type; ``auto`` is float16 on CUDA and int8 on a CPU."""
        if compute_type != "auto":
            return compute_type
        return "float16" if self.device == "cuda" else "int8"

    def of_whisper(self, compute_type: str) -> dict[str, Any]:
        """Return the arguments of ``faster_whisper.WhisperModel``."""
        return {
            "device": self.device,
            "compute_type": self.precision(compute_type),
            "cpu_threads": self.threads_each,
            "num_workers": self.at_once,
        }


def choose_processor(device: str = "auto", cpu_threads: int | None = None) -> Processor:
    """Choose the device and the number of threads.

    Args:
        device: ``cpu``, ``cuda``, or ``auto`` for CUDA where there is one.
        cpu_threads: Default: the machine's cores, at most ``MOST_THREADS``.
    """
    import ctranslate2

    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    return Processor(device, cpu_threads or min(MOST_THREADS, _cores()))


def _cores() -> int:
    """Return the number of cores that this process may use; a container or batch system may limit them."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
