"""The recognizers of the page: they look at every word that a person writes."""

from __future__ import annotations

import threading
from functools import cached_property

from flows.loaded_models import Models
from flows.masking.new_words import Corrections, items_in
from flows.settings import Settings
from pipeline.types import MaskItem


class Watch:
    """The recognizers, loaded when they are first needed and used by one request at a time.

    Args:
        settings: The settings of this machine.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()

    @cached_property
    def _models(self) -> Models:
        # Not those of a release: a reader of Japanese is for one thread.
        return Models(self._settings.model, self._settings)

    def warm(self) -> None:
        """Load the recognizers before the first correction waits for them."""
        with self._lock:
            _ = (self._models.analyzer, self._models.reader, self._models.owner)

    def look(self, words: Corrections) -> tuple[MaskItem, ...]:
        """Find data in new words.

        Args:
            words: The new words in their call.

        Returns:
            New items of the plan (``flows.masking.new_words``).
        """
        with self._lock:
            return items_in(words, self._models)
