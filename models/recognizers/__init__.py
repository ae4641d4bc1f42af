"""One Presidio recognizer in each module."""

from __future__ import annotations

from models.calls.artifacts import CallRecognizer
from models.weighing.tagger.tagger import Tagger

__all__ = ["all_recognizers"]


def all_recognizers(tagger: Tagger) -> tuple[CallRecognizer, ...]:
    """Make all recognizers; their order has no effect.

    Args:
        tagger: The tagger for ``LearnedRecognizer``.
    """
    from models.abroad.recognizer import ForeignNameRecognizer
    from models.calls.second_hearing import SecondHearingRecognizer
    from models.recognizers.address import AddressRecognizer
    from models.recognizers.asked_for import AskedForRecognizer
    from models.recognizers.confidential_term import ConfidentialTermRecognizer
    from models.recognizers.ginza_entities import GinzaEntityRecognizer
    from models.recognizers.identifiers.account import AccountRecognizer
    from models.recognizers.identifiers.affiliation import AffiliationRecognizer
    from models.recognizers.identifiers.bank_place import BankPlaceRecognizer
    from models.recognizers.identifiers.birth import BirthRecognizer
    from models.recognizers.identifiers.figures import CalledNumberRecognizer
    from models.recognizers.identifiers.own_values import OwnValueRecognizer
    from models.recognizers.identifiers.plate import PlateRecognizer
    from models.recognizers.identifiers.unnamed_numbers import UnnamedNumberRecognizer
    from models.recognizers.kanji_description import KanjiDescriptionRecognizer
    from models.recognizers.learned import LearnedRecognizer
    from models.recognizers.repeated_mention import RepeatedMentionRecognizer
    from models.recognizers.spoken_email import SpokenEmailRecognizer
    from models.recognizers.spoken_number import SpokenNumberRecognizer
    from models.recognizers.sudachi_name import SudachiNameRecognizer

    return (
        LearnedRecognizer(tagger),
        GinzaEntityRecognizer(),
        SudachiNameRecognizer(),
        ForeignNameRecognizer(),
        AskedForRecognizer(),
        KanjiDescriptionRecognizer(),
        SpokenNumberRecognizer(),
        SpokenEmailRecognizer(),
        AddressRecognizer(),
        CalledNumberRecognizer(),
        BankPlaceRecognizer(),
        BirthRecognizer(),
        PlateRecognizer(),
        AccountRecognizer(),
        AffiliationRecognizer(),
        OwnValueRecognizer(),
        UnnamedNumberRecognizer(),
        ConfidentialTermRecognizer(),
        SecondHearingRecognizer(),
        RepeatedMentionRecognizer(),
    )
