"""Features by which the judge decides the owner of a finding, each with its role.

    role            meaning                                                       effect on the log odds
    AGREES          the value agrees with the case's data of a claimant           may only rise
    DISAGREES       it differs from that, or would fit many people                may only fall
    SIZE            length and type of the value; whether there is a listener     may rise or fall
    SPEAKS_FOR      the conversation or nearby findings support the claimant      may only rise
    SPEAKS_AGAINST  the conversation or nearby findings contradict the claimant   may only fall
    SETTING         the speaker, the question before it                           may rise or fall
    GATE            hidden from the trees; may only withhold                      none
    PROVES          hidden from the trees; gives what no gate withholds           none

The first three are content, the others context. *Content gives, context only withholds*: content and context
together never raise the log odds above content alone (``models.weighing.owner``).  The monotone constraints
of the trees hold every feature to its role; ``pipeline.ownership.verdicts`` applies the gates.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Self


class Role(enum.Enum):
    """Effect of a feature on the log odds.

    The value is the sign of its monotone constraint, and whether it is content.
    """

    AGREES = (1, True)
    DISAGREES = (-1, True)
    SIZE = (0, True)
    SPEAKS_FOR = (1, False)
    SPEAKS_AGAINST = (-1, False)
    SETTING = (0, False)
    GATE = (None, False)
    PROVES = (None, None)

    @property
    def sign(self) -> int:
        """1 where the feature may only raise the log odds, -1 where it may only lower them, else 0."""
        return self.value[0] or 0

    @property
    def is_content(self) -> bool:
        """Whether the feature compares the value with the case; the others are context."""
        return bool(self.value[1])

    @property
    def is_learned(self) -> bool:
        """Whether the trees see the feature."""
        return self.value[0] is not None


class Feature(enum.StrEnum):
    """Name of a value of a finding and a claimant; a missing value is 0."""

    role: Role

    def __new__(cls, name: str, role: Role) -> Self:
        """Make a member whose value is its name, with its role."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.role = role
        return member

    @classmethod
    def named(cls, name: str) -> Feature:
        """Return the feature of a name.

        Raises:
            KeyError: when no feature has that name.
        """
        return _BY_NAME[name]

    # Type of the finding, claimant, length.
    TYPE_PERSON = "type: PERSON", Role.SIZE
    TYPE_ADDRESS = "type: ADDRESS", Role.SIZE
    TYPE_PHONE = "type: PHONE_NUMBER", Role.SIZE
    TYPE_MAIL = "type: EMAIL_ADDRESS", Role.SIZE
    OF_REQUESTER = "claimant: requester", Role.SETTING
    OF_ON_CALL = "claimant: on call", Role.SETTING
    OF_COLLEAGUES = "claimant: colleagues", Role.SETTING
    OF_COMPANY = "claimant: company", Role.SETTING
    LISTENED = "listened", Role.SIZE
    WRITTEN_MORAE = "written morae", Role.SIZE
    HEARD_MORAE = "heard morae", Role.SIZE
    FIGURES = "figures", Role.SIZE
    HEARD_FIGURES = "heard: figures", Role.SIZE
    BLOCK_FIGURES = "block", Role.SIZE
    EXPLAINS = "explains", Role.SIZE

    # All pieces of one value: the finding, and the pieces before and after it.
    CLEARLY_OTHER = "clearly other", Role.DISAGREES
    NAMES_KNOWN = "names known", Role.DISAGREES
    COMMONNESS = "commonness", Role.DISAGREES

    # Names, by reading and letters.
    ALIKE = "alike", Role.AGREES
    ALIKE_OTHER_READING = "alike, other reading", Role.AGREES
    ALIKE_HEARD = "alike, heard", Role.AGREES
    LETTERS = "letters", Role.AGREES
    LETTERS_OF_THEIRS = "letters, of theirs", Role.AGREES
    KANJI_THEIRS = "kanji theirs", Role.AGREES
    KANJI_ANOTHERS = "kanji another's", Role.DISAGREES
    RELATIVE = "relative", Role.DISAGREES

    # Explanations of kanji.
    EXPLAINS_WRITTEN = "explains, written", Role.AGREES
    EXPLAINS_WRITTEN_KANJI = "explains, written kanji", Role.AGREES
    EXPLAINS_WRITTEN_DENSITY = "explains, written density", Role.AGREES
    EXPLAINS_HEARD = "explains, heard", Role.AGREES
    EXPLAINS_HEARD_KANJI = "explains, heard kanji", Role.AGREES
    EXPLAINS_HEARD_DENSITY = "explains, heard density", Role.AGREES
    EXPLAINS_THEIRS = "explains kanji of theirs", Role.AGREES
    EXPLAINS_ANOTHERS = "explains kanji of another", Role.DISAGREES

    # Similarity of the case's forms to the written and to the heard value (``nearness``).
    WRITTEN_WHOLE_NAME = "written whole name", Role.AGREES
    WRITTEN_SURNAME = "written surname", Role.AGREES
    WRITTEN_GIVEN_NAME = "written given name", Role.AGREES
    WRITTEN_REGION = "written region", Role.AGREES
    WRITTEN_TOWN = "written town", Role.AGREES
    WRITTEN_BUILDING = "written building", Role.AGREES
    WRITTEN_BLOCK = "written block", Role.AGREES
    WRITTEN_NUMBER_BEGINS = "written number begins", Role.AGREES
    WRITTEN_NUMBER = "written number", Role.AGREES
    WRITTEN_WHOLE_NAME_WORTH = "written whole name, worth", Role.AGREES
    WRITTEN_SURNAME_WORTH = "written surname, worth", Role.AGREES
    WRITTEN_GIVEN_NAME_WORTH = "written given name, worth", Role.AGREES
    WRITTEN_REGION_WORTH = "written region, worth", Role.AGREES
    WRITTEN_TOWN_WORTH = "written town, worth", Role.AGREES
    WRITTEN_BUILDING_WORTH = "written building, worth", Role.AGREES
    WRITTEN_BLOCK_WORTH = "written block, worth", Role.AGREES
    WRITTEN_NUMBER_BEGINS_WORTH = "written number begins, worth", Role.AGREES
    WRITTEN_NUMBER_WORTH = "written number, worth", Role.AGREES
    WRITTEN_COVERED = "written covered", Role.AGREES
    WRITTEN_LEFT_BEFORE = "written left before", Role.DISAGREES
    WRITTEN_LEFT_BEHIND = "written left behind", Role.DISAGREES
    HEARD_WHOLE_NAME = "heard whole name", Role.AGREES
    HEARD_SURNAME = "heard surname", Role.AGREES
    HEARD_GIVEN_NAME = "heard given name", Role.AGREES
    HEARD_REGION = "heard region", Role.AGREES
    HEARD_TOWN = "heard town", Role.AGREES
    HEARD_BUILDING = "heard building", Role.AGREES
    HEARD_BLOCK = "heard block", Role.AGREES
    HEARD_NUMBER_BEGINS = "heard number begins", Role.AGREES
    HEARD_NUMBER = "heard number", Role.AGREES
    HEARD_WHOLE_NAME_WORTH = "heard whole name, worth", Role.AGREES
    HEARD_SURNAME_WORTH = "heard surname, worth", Role.AGREES
    HEARD_GIVEN_NAME_WORTH = "heard given name, worth", Role.AGREES
    HEARD_REGION_WORTH = "heard region, worth", Role.AGREES
    HEARD_TOWN_WORTH = "heard town, worth", Role.AGREES
    HEARD_BUILDING_WORTH = "heard building, worth", Role.AGREES
    HEARD_BLOCK_WORTH = "heard block, worth", Role.AGREES
    HEARD_NUMBER_BEGINS_WORTH = "heard number begins, worth", Role.AGREES
    HEARD_NUMBER_WORTH = "heard number, worth", Role.AGREES
    HEARD_COVERED = "heard covered", Role.AGREES
    HEARD_LEFT_BEFORE = "heard left before", Role.DISAGREES
    HEARD_LEFT_BEHIND = "heard left behind", Role.DISAGREES
    TOGETHER_COVERED = "together: covered", Role.AGREES

    # Digits of telephone numbers: in the words, in the sound, and of all pieces of one number.
    FIGURES_OWN = "figures, own", Role.AGREES
    FIGURES_OWN_BEHIND_PREFIX = "figures, own behind prefix", Role.AGREES
    FIGURES_OTHER = "figures, other", Role.DISAGREES
    HEARD_FIGURES_OWN = "heard: figures, own", Role.AGREES
    HEARD_FIGURES_OWN_BEHIND_PREFIX = "heard: figures, own behind prefix", Role.AGREES
    HEARD_FIGURES_OTHER = "heard: figures, other", Role.DISAGREES
    TOGETHER_FIGURES_OWN = "together: figures, own", Role.AGREES
    TOGETHER_FIGURES_OTHER = "together: figures, other", Role.DISAGREES

    # Digits of a block or a room.
    BLOCK_SAME = "block, same", Role.AGREES
    BLOCK_OTHER = "block, other", Role.DISAGREES
    ROOM_SAME = "room, same", Role.AGREES
    TOGETHER_BLOCK_SAME = "together: block, same", Role.AGREES
    TOGETHER_BLOCK_OTHER = "together: block, other", Role.DISAGREES

    # The conversation.
    TALK_THEIRS = "talk: theirs", Role.SPEAKS_FOR
    TALK_ANOTHERS = "talk: another's", Role.SPEAKS_AGAINST
    TALK_NOBODYS = "talk: nobody's", Role.SPEAKS_AGAINST
    READ = "read", Role.SETTING
    READ_AS_THEIRS = "read as theirs", Role.SPEAKS_FOR
    READ_AS_THIRD = "read as third", Role.SPEAKS_AGAINST
    IN_GROUP = "in group", Role.SPEAKS_FOR
    SAID_BY_STAFF = "said by: op", Role.SETTING
    SAID_BY_CALLER = "said by: cu", Role.SETTING
    SAID_BY_THIRD = "said by: third", Role.SPEAKS_AGAINST
    HONORIFIC = "honorific", Role.SETTING
    KANJI_ASKED = "kanji asked", Role.SETTING
    NUMBER_ASKED = "number asked", Role.SETTING
    WHERE_ASKED = "where asked", Role.SETTING
    SECONDS = "seconds", Role.SETTING
    LENGTH = "length", Role.SETTING

    # Owners of the findings around.
    BEFORE_SAME_TYPE = "before, same type", Role.SPEAKS_FOR
    BEFORE_SAME_TYPE_NOT = "before, same type, not", Role.SPEAKS_AGAINST
    BEFORE_OTHER_TYPE = "before, other type", Role.SPEAKS_FOR
    BEFORE_OTHER_TYPE_NOT = "before, other type, not", Role.SPEAKS_AGAINST
    BEFORE_NEAR = "before, near", Role.SPEAKS_FOR
    BEHIND_SAME_TYPE = "behind, same type", Role.SPEAKS_FOR
    BEHIND_SAME_TYPE_NOT = "behind, same type, not", Role.SPEAKS_AGAINST
    BEHIND_OTHER_TYPE = "behind, other type", Role.SPEAKS_FOR
    BEHIND_OTHER_TYPE_NOT = "behind, other type, not", Role.SPEAKS_AGAINST
    BEHIND_NEAR = "behind, near", Role.SPEAKS_FOR
    NAME_BEFORE = "name before", Role.SPEAKS_FOR
    NAME_BEFORE_NOT = "name before, not", Role.SPEAKS_AGAINST
    ADDRESS_NEAR = "address near", Role.SPEAKS_FOR
    ADDRESS_NEAR_NOT = "address near, not", Role.SPEAKS_AGAINST
    ALIKE_ELSEWHERE = "alike elsewhere", Role.SPEAKS_FOR
    ALIKE_ELSEWHERE_NOT = "alike elsewhere, not", Role.SPEAKS_AGAINST
    OTHERS = "others", Role.SPEAKS_FOR

    # Features that only withhold.
    POSTAL_CODE = "postal code", Role.GATE
    SURNAME_SHARED = "surname shared", Role.GATE
    STRANGER_BEFORE = "stranger before", Role.GATE

    # Features that give.
    WHOLE_BLOCK = "whole block", Role.PROVES


LEARNED = tuple(feature for feature in Feature if feature.role.is_learned)
"""Input columns of the trees, in order."""

_BY_NAME = {feature.value: feature for feature in Feature}

FeatureValues = Mapping[Feature, float]
"""Features of one finding for one claimant."""
