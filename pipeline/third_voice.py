"""The voice of a third person who takes the phone: how it is named, and what of it is given.

Who hears it knows more than its words tell, so the voice itself is a finding, whatever is said.
"""

from __future__ import annotations

import enum
from typing import Final

__all__ = ["THIRD", "THIRD_VOICE", "Remains"]

THIRD: Final = "third"
"""``Segment.speaker`` of a line that a third person says."""

THIRD_VOICE: Final = "THIRD_VOICE"
"""Entity type of the stretch in which a third person speaks."""


class Remains(enum.StrEnum):
    """What of a masked voice is given all the same.

    NOTHING: neither its sound nor its words.
    TEXT: its words, under the masks of what is said in it; its sound is masked.
    IN_PERSON: its sound, but only where the requester listens in person; a copy that leaves the house holds
        neither sound nor words.
    """

    NOTHING = "nothing"
    TEXT = "text"
    IN_PERSON = "in_person"
