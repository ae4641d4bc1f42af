"""The voice of a third person who takes the phone: its names, and the parts of it that may be disclosed.

A listener recognises more in a voice than its words, so the voice itself is a finding, whatever is said.
"""

from __future__ import annotations

import enum
from typing import Final

THIRD: Final = "third"
"""``Segment.speaker`` of a third person's line."""

THIRD_VOICE: Final = "THIRD_VOICE"
"""Entity type of a stretch in which a third person speaks."""


class Remains(enum.StrEnum):
    """Part of a masked voice that is disclosed all the same.

    NOTHING: neither its sound nor its words.
    TEXT: its words, under the masks of the data in them; its sound is masked.
    IN_PERSON: its sound, but only where the requester listens in person; a copy that leaves the house holds
        neither its sound nor its words.
    """

    NOTHING = "nothing"
    TEXT = "text"
    IN_PERSON = "in_person"
