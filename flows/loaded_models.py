"""What guesses, loaded when it is first needed and kept for the calls that follow."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from flows.settings import Settings
from pipeline.errors import ModelError

if TYPE_CHECKING:
    from models.analysis.analyzer import CallAnalyzer
    from models.company.recognizers import Company
    from models.language.readings import Reader
    from models.speech.listener import ClipListener
    from models.speech.listening_encoder import ListeningEncoder
    from models.speech.transcriber import FasterWhisperRecogniser
    from models.voices.voice import Voices
    from models.weighing.owner.owner import Owner

__all__ = ["Models"]


class Models:
    """The models of one machine.

    Args:
        name: Name or path of the speech model.
        settings: Of this machine.
    """

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings

    @functools.cached_property
    def recogniser(self) -> FasterWhisperRecogniser:
        """The speech model; ``ModelError`` when it is missing or is not the one it must be."""
        from models.speech.transcriber import load_transcriber

        return load_transcriber(
            self._name,
            revision=self._settings.model_revision,
            device=self._settings.device,
            compute_type=self._settings.compute_type,
            cpu_threads=self._settings.cpu_threads,
        )

    @functools.cached_property
    def mora_listener(self) -> FasterWhisperRecogniser | ListeningEncoder:
        """The ears, for words that no model of ours wrote; ``ModelError`` where there are none.

        The embedded model has them on its own encoder.  Of another model only the ears beside it are loaded.
        """
        from models.speech.listening_encoder import EMBEDDED, ListeningEncoder, load_listening_encoder
        from models.speech.whisper.processor import choose_processor

        if self._name == EMBEDDED and self.recogniser.hears_morae:
            return self.recogniser
        ears = load_listening_encoder(choose_processor(self._settings.device, self._settings.cpu_threads))
        if not isinstance(ears, ListeningEncoder):
            raise ModelError("付属のモデル base のパッケージがなく、渡された文字起こしを音声と照らせません")
        return ears

    @functools.cached_property
    def analyzer(self) -> CallAnalyzer:
        """The recognizers of personal data."""
        from models.analysis.analyzer import load_analyzer

        return load_analyzer(company=self.company.recognizers if self.company else ())

    @functools.cached_property
    def company(self) -> Company | None:
        """The company's own recognizers; ``RecognizerFileError`` where their file has a mistake."""
        from models.company.recognizers import load_company

        path = self._settings.recognizers
        return None if path is None else load_company(path)

    @functools.cached_property
    def reader(self) -> Reader:
        """Text to kana."""
        from models.language.readings import load_reader

        return load_reader()

    @functools.cached_property
    def owner(self) -> Owner:
        """The judge of parties."""
        from models.weighing.owner.owner import load_owner

        return load_owner(self.reader)

    @functools.cached_property
    def voices(self) -> Voices:
        """What tells voices apart, for calls on one channel."""
        from models.voices.voice import load_voices

        return load_voices()

    @functools.cached_property
    def listen(self) -> ClipListener:
        """Recognises clips otherwise than the first time, so that not the same error is made."""
        from models.speech.listener import ClipListener

        return ClipListener(self.recogniser.in_batches(listened=False))
