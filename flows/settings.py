"""What the surroundings decide: read from the environment here and nowhere else.

Every setting is ``KAIJI_<NAME>``; options of the command line come before it.
"""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["Settings", "prepare_prefect", "quiet_libraries"]

TALKATIVE = (
    "faster_whisper",
    "presidio-analyzer",
    "presidio_analyzer",
    "spacy",
    "ginza",
    "sudachipy",
    "httpx",
)
"""Loggers that at DEBUG or INFO repeat words of the call, or addresses they ask for."""


class Settings(BaseSettings):
    """Settings of this machine.

    Attributes:
        model: Speech model: an installed name, a folder, or a hub name.
        model_revision: Pins the revision of a hub name.
        device: ``auto`` takes CUDA where there is one.
        compute_type: ``auto`` is float16 on CUDA and int8 on a CPU.
        cpu_threads: Of the speech model; by default as many as help.
        work: Folder for the values between two tasks of a flow; shared where workers on several
            machines take the tasks of one run.
        prefect_start_seconds: How long the flow's own Prefect may take to start; its default of
            20 s is too short for two busy cores (facts.md section 4).
    """

    model_config = SettingsConfigDict(env_prefix="KAIJI_", extra="ignore", protected_namespaces=())

    model: str = "base"
    model_revision: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    compute_type: str = "auto"
    cpu_threads: int | None = Field(default=None, ge=1)
    work: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()) / f"kaiji-{os.getuid()}")
    prefect_start_seconds: int = Field(default=180, ge=1)


def prepare_prefect(home: Path, settings: Settings) -> None:
    """Set Prefect up before it is first imported: quiet, at home in ``home``, nothing kept.

    Where ``PREFECT_API_URL`` is set the runs go to that server; otherwise Prefect brings its
    own for as long as the process lives.  What the surroundings set comes first.

    Args:
        home: Folder for Prefect's database and profiles.
        settings: Of this machine.
    """
    defaults = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(settings.prefect_start_seconds),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        # What went wrong is in the run's state, and a line of ours on the terminal; no traceback beside it.
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def quiet_libraries() -> None:
    """Keep libraries that quote the call at WARNING, whatever the root logger is set to."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
