"""Who listened to a call beside the words: what a manifest, a run and the command line tell of it.

The ears (``models.speech.ears``) find names that the words have lost, but only in the output of the encoder
that they have learned to read.  Whether they listened changes what is found, so it is never left unsaid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.speech.transcriber import FasterWhisperRecogniser

__all__ = ["AGAINST_FILE", "BESIDE_WORDS", "UNHEARD_LINE", "Listener", "against_file", "beside_words"]

BESIDE_WORDS: Final = "beside_words"
"""The ears listen to what the words were recognised from, and what they hear is evidence beside the words."""

AGAINST_FILE: Final = "against_file"
"""The embedded model's morae are what words from a file are held against; nothing else is found by them."""

UNHEARD_LINE: Final = (
    "このモデルでは耳（音を聞く網）が働きません。名前の見落としが増えます。manifest に記録します"
)
"""For the terminal, once a command."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What listened to one call.

    Attributes:
        heard: Whether the ears did.
        encoder_sha256: Of the ``model.bin`` of the speech model whose encoder was, or would have been, read.
        role: ``BESIDE_WORDS`` or ``AGAINST_FILE``.
        why: Code of why not (``models.speech.ears.Unheard``), where they did not.
    """

    heard: bool
    encoder_sha256: str
    role: str
    why: str = ""

    def record(self) -> dict[str, object]:
        """As a manifest has it."""
        told: dict[str, object] = {
            "heard": self.heard,
            "encoder_sha256": self.encoder_sha256,
            "role": self.role,
        }
        return told if self.heard else told | {"why": self.why}


def beside_words(recogniser: FasterWhisperRecogniser) -> Listener:
    """The listener of a call whose words a speech model recognised."""
    why = recogniser.unheard
    return Listener(why is None, recogniser.sha256, BESIDE_WORDS, why or "")


def against_file(embedded: FasterWhisperRecogniser) -> Listener:
    """The listener of a call whose words came from a file.

    Args:
        embedded: The model with whose ears they were held against the sound.
    """
    return Listener(heard=True, encoder_sha256=embedded.sha256, role=AGAINST_FILE)
