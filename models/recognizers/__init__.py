"""One witness per file; each is a Presidio recognizer of its own."""

from __future__ import annotations

from models.artifacts import CallRecognizer

__all__ = ["all_recognizers"]


def all_recognizers() -> tuple[CallRecognizer, ...]:
    """Every witness, freshly made; order does not matter."""
    from models.recognizers.address import AddressRecognizer
    from models.recognizers.confidential_term import ConfidentialTermRecognizer
    from models.recognizers.ginza_entities import GinzaEntityRecognizer
    from models.recognizers.honorific_name import HonorificNameRecognizer
    from models.recognizers.introduced_name import IntroducedNameRecognizer
    from models.recognizers.spoken_number import SpokenNumberRecognizer

    return (
        GinzaEntityRecognizer(),
        HonorificNameRecognizer(),
        IntroducedNameRecognizer(),
        SpokenNumberRecognizer(),
        AddressRecognizer(),
        ConfidentialTermRecognizer(),
    )
