"""Who listened to a call beside the words: what a manifest, a run and the command line tell of it.

The ears (``models.speech.ears``) find names that the words have lost.  They read the embedded model's
encoder with its adapter, whoever writes the words, and fall silent only where its packages are not installed.
Whether they listened changes what is found, so it is never left unsaid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.speech.listening_encoder import ListeningEncoder
    from models.speech.transcriber import FasterWhisperRecogniser

ENCODER: Final = "base"
"""The embedded model whose encoder the ears read (``models.speech.listening_encoder.EMBEDDED``)."""

BESIDE_WORDS: Final = "beside_words"
"""A speech model recognised the words, and what the ears hear is evidence beside them."""

AGAINST_FILE: Final = "against_file"
"""Words from a file are held against what the ears hear and laid on it.  Whose a finding is and where it
sounds rests on that as well; that it is one, on the words alone (``pipeline.given.aligned_words``)."""

UNHEARD_LINE: Final = (
    "付属のモデル base のパッケージがないので、耳（音を聞く網）が働きません。"
    "名前の見落としが増えます。manifest に記録します"
)
"""For the terminal, once a command."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What listened to one call.

    Attributes:
        heard: Whether the ears did.
        encoder_sha256: Of the ``model.bin`` of the embedded model, whose encoder was, or would have been,
            read, with its adapter (``networks`` of a manifest); what wrote the words stands apart from it
            (``models.asr``).
        role: ``BESIDE_WORDS`` or ``AGAINST_FILE``.
        why: Code of why not (``models.speech.ears.NoEarsReason``), where they did not.
    """

    heard: bool
    encoder_sha256: str
    role: str
    why: str = ""

    def record(self) -> dict[str, object]:
        """As a manifest has it."""
        told: dict[str, object] = {
            "heard": self.heard,
            "encoder": ENCODER,
            "encoder_sha256": self.encoder_sha256,
            "role": self.role,
        }
        return told if self.heard else told | {"why": self.why}


def beside_words(recogniser: FasterWhisperRecogniser) -> Listener:
    """The listener of a call whose words a speech model recognised."""
    why = recogniser.unheard
    return Listener(why is None, recogniser.encoder_sha256, BESIDE_WORDS, why or "")


def against_file(ears: FasterWhisperRecogniser | ListeningEncoder) -> Listener:
    """The listener of a call whose words came from a file.

    Args:
        ears: Those against whose morae they were held.
    """
    return Listener(heard=True, encoder_sha256=ears.encoder_sha256, role=AGAINST_FILE)
