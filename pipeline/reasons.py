"""Reasons of findings, of their owners, and of masks: as values, never as text.

Passes compare these values, the judge of ownership is trained on their names, plans store them, and
``pipeline.reason_text`` alone renders them for people.  A stored name never changes its meaning and is never
removed: older plans hold it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Reason(enum.StrEnum):
    """A reason; files store its value."""

    NOT_GIVEN = enum.auto()
    """No reason: no pass has seen the finding yet, or a test or benchmark made it."""

    OLDER = enum.auto()
    """Text stored by an earlier version that matches no sentence of this one; kept in ``Why.detail``."""

    # --- Why a recognizer found personal data. ---

    ADDRESS_CUE_AND_BLOCK = enum.auto()
    ANSWERS_WHAT_ADDRESS = enum.auto()
    ANSWERS_WHAT_NAME = enum.auto()
    ANSWERS_WHAT_NUMBER = enum.auto()
    ANSWERS_WHICH_KANJI = enum.auto()
    AROUND_AT_SIGN = enum.auto()
    BEFORE_DOT_COM = enum.auto()
    BLOCK_SHAPE = enum.auto()
    BUILDING_AND_ROOM = enum.auto()
    CHECK_FIGURE_RIGHT = enum.auto()
    CITY_AND_TOWN = enum.auto()
    COMPANY_LIST = enum.auto()
    COMPANY_RECOGNIZER = enum.auto()
    COMPANY_RULE = enum.auto()
    """``Why.detail``: the rule's name in the company's file."""
    COMPANY_TERM_HEARD = enum.auto()
    COMPANY_TERM_WRITTEN = enum.auto()
    CONFIDENTIAL_HEARD = enum.auto()
    CONFIDENTIAL_WRITTEN = enum.auto()
    CONTEXT_WORD_NEAR = enum.auto()
    DATE_OF_SOMEBODYS_BIRTH = enum.auto()
    DICTIONARY_NAME = enum.auto()
    DOUBTFUL_WORDS = enum.auto()
    EXTENSION_NUMBER = enum.auto()
    FIGURES_LIKE_BLOCK = enum.auto()
    FOUR_FIGURES_ALONE = enum.auto()
    HOME_CUE_AND_PLACE = enum.auto()
    INTRODUCTION = enum.auto()
    KANJI_EXPLAINED = enum.auto()
    LANGUAGE_MODEL_ENTITY = enum.auto()
    LEARNED_CONTEXT = enum.auto()
    LONG_FIGURES = enum.auto()
    MAIL_SHAPE = enum.auto()
    NAME_BEFORE_TITLE = enum.auto()
    NAME_TOLD = enum.auto()
    NUMBER_CALLED_SO = enum.auto()
    NUMBER_ENDING = enum.auto()
    NUMBER_READ_BACK = enum.auto()
    PART_OF_EARLIER_NUMBER = enum.auto()
    PHONE_CUE_AND_FIGURES = enum.auto()
    PHONE_LENGTH = enum.auto()
    PHONE_LENGTH_NEARLY = enum.auto()
    PLACE_AND_BLOCK = enum.auto()
    PLACE_AND_FIGURES = enum.auto()
    PLATE_SHAPE = enum.auto()
    POSTAL_CODE = enum.auto()
    PREFECTURE_AND_CITY = enum.auto()
    READ_ONE_BY_ONE = enum.auto()
    SAME_SOUND_AS_EARLIER = enum.auto()
    SAME_AS_REGISTERED = enum.auto()
    SAME_SPELLING_AS_EARLIER = enum.auto()
    SECOND_HEARING = enum.auto()
    SPELT_ACCOUNT = enum.auto()
    WORKS_OR_STUDIES_THERE = enum.auto()

    # --- Whose a finding is. ---

    ADDRESS_BLOCK_ALONE_SAME = enum.auto()
    ADDRESS_BUILDING_SAME = enum.auto()
    ADDRESS_CLEARLY_OTHER = enum.auto()
    ADDRESS_NEXT_DOOR = enum.auto()
    ADDRESS_NOT_REGISTERED = enum.auto()
    ADDRESS_PLACE_AND_BLOCK_SAME = enum.auto()
    ADDRESS_PLACE_SAME = enum.auto()
    CONFIDENTIAL_TERM = enum.auto()
    EXPLAINS_OTHER_KANJI = enum.auto()
    EXPLAINS_REQUESTER_KANJI = enum.auto()
    HEARD_AS_COMPANY = enum.auto()
    HEARD_AS_REQUESTER = enum.auto()
    HEARD_AS_STAFF = enum.auto()
    JUDGED_TOGETHER = enum.auto()
    JUDGED_TOGETHER_COMPANY = enum.auto()
    JUDGED_TOGETHER_STAFF = enum.auto()
    MAIL_HOLDS_REQUESTER_NAME = enum.auto()
    NAME_OF_COLLEAGUE_ALONE = enum.auto()
    NAME_OF_NOBODY = enum.auto()
    NAME_OTHER_READING_REQUESTER = enum.auto()
    NAME_READS_LIKE_COMPANY = enum.auto()
    NAME_READS_LIKE_REQUESTER = enum.auto()
    NAME_READS_LIKE_STAFF = enum.auto()
    NAME_SAME_SPELLING_REQUESTER = enum.auto()
    NAME_SAME_SPELLING_STAFF = enum.auto()
    NAME_SOMEWHAT_LIKE = enum.auto()
    NAME_SPELT_AS_OTHER = enum.auto()
    NUMBER_CLEARLY_OTHER = enum.auto()
    NUMBER_NOT_REGISTERED = enum.auto()
    NUMBER_ONE_OR_TWO_OFF = enum.auto()
    NUMBER_PIECE_OF_REGISTERED = enum.auto()
    NUMBER_SAME = enum.auto()
    OWNER_UNKNOWN = enum.auto()
    POSTAL_CODE_OF_ADDRESS = enum.auto()
    RELATIVE = enum.auto()
    SAME_BUT_SAID_OF_ANOTHER = enum.auto()
    VALUE_DIFFERS = enum.auto()
    VALUE_DIFFERS_AND_TALK = enum.auto()
    VALUE_NOT_REGISTERED = enum.auto()
    VALUE_SAID_OF_ANOTHER = enum.auto()
    VALUE_SAME = enum.auto()
    VALUE_SAME_IN_PART = enum.auto()

    # --- Why it is masked, kept or shown all the same. ---

    ADDED_BY_ANALYST = enum.auto()
    CANDIDATE_LEFT = enum.auto()
    LEAK_MAY_SOUND_ALIKE = enum.auto()
    LEAK_NOT_UNDERSTOOD = enum.auto()
    LEAK_SOUNDS_AGAIN = enum.auto()
    LEAK_SOUNDS_ALIKE = enum.auto()
    LEAK_WRITTEN_AGAIN = enum.auto()
    LISTED_TO_KEEP = enum.auto()
    LISTED_TO_MASK = enum.auto()
    PART_OF_RUN = enum.auto()
    SOUNDS_LIKE_SURE_NAME = enum.auto()
    SPEECH_WITHOUT_WORDS = enum.auto()
    THIRD_SPEAKS = enum.auto()

    # --- Given by earlier versions only: plans that they stored hold them. ---

    ADDRESS_BLOCK_SAME = enum.auto()
    ADDRESS_CITY_AND_BLOCK_NEAR = enum.auto()
    ADDRESS_ONE_FIGURE_OFF = enum.auto()
    ADDRESS_OTHER_ROOM = enum.auto()
    ADDRESS_ROOM_ONE_FIGURE_OFF = enum.auto()
    BEFORE_HONORIFIC = enum.auto()
    BEFORE_INTRODUCTION = enum.auto()
    BEFORE_MISHEARD_HONORIFIC = enum.auto()
    EXPLAINS_NAME_BEFORE = enum.auto()
    EXPLAINS_REQUESTER_NAME = enum.auto()
    EXPLAINS_REQUESTER_SURNAME = enum.auto()
    HEARD_AS_REQUESTER_IN_PART = enum.auto()
    HEARD_OTHERWISE = enum.auto()
    MAIL_GOES_ON = enum.auto()
    NAME_AFTER_RELATION = enum.auto()
    NAME_AFTER_ROLE = enum.auto()
    NAME_BY_TALK_COMPANY = enum.auto()
    NAME_BY_TALK_REQUESTER = enum.auto()
    NAME_BY_TALK_STAFF = enum.auto()
    NAME_HOLDS_REQUESTER = enum.auto()
    NAME_IN_KATAKANA = enum.auto()
    NAME_READS_LIKE_COMPANY_BUT_TALK = enum.auto()
    NAME_READS_LIKE_REQUESTER_BUT_TALK = enum.auto()
    NAME_READS_LIKE_STAFF_BUT_TALK = enum.auto()
    NUMBER_AGAIN = enum.auto()
    NUMBER_BEFORE_AGAIN = enum.auto()
    NUMBER_GOES_ON = enum.auto()
    NUMBER_LIKE_COMPANY = enum.auto()
    NUMBER_NOT_REGISTERED_SHORT = enum.auto()
    NUMBER_THEN_OTHER_FIGURES = enum.auto()
    OTHER_NUMBER_FOLLOWS = enum.auto()
    POSTAL_CODE_OF_CITY = enum.auto()
    SECOND_HEARING_COMPANY = enum.auto()
    SECOND_HEARING_REQUESTER = enum.auto()
    SECOND_HEARING_STAFF = enum.auto()
    SOUND_ALLOWS_COMPANY = enum.auto()
    SOUND_ALLOWS_REQUESTER = enum.auto()
    SOUND_ALLOWS_STAFF = enum.auto()
    STAFF_INTRODUCTION = enum.auto()
    STAFF_WITHOUT_LIST = enum.auto()
    SURNAME_BEFORE_HONORIFIC = enum.auto()
    TALK_SAYS_REQUESTER_HALF_LIKE = enum.auto()
    TALK_SAYS_REQUESTER_UNLIKE = enum.auto()


@dataclass(frozen=True, slots=True)
class Why:
    """A reason with the detail that its sentence adds.

    Attributes:
        reason: The reason.
        detail: Name of a company's rule, or the text of an earlier version; else empty.
    """

    reason: Reason
    detail: str = field(default="", repr=False)
