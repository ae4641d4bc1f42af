"""What a second hearing wrote stands beside the line in whose time it lies."""

from __future__ import annotations

from dataclasses import replace

from pipeline.hearing.second_wording import with_second
from tests.builders import transcript, utterance


def test_words_go_to_the_line_that_holds_their_middle() -> None:
    """However the second hearing cut its lines; what the first wrote stays."""
    first = transcript(utterance("はまきさん", 0.0), utterance("ご住所", 1.0))
    second = transcript(utterance("長谷川さんご住所は", 0.05))
    made = with_second(first, second)
    assert [segment.again for segment in made.segments] == ["長谷川さん", "ご住所"]
    assert replace(made, segments=first.segments) == first


def test_the_other_channel_is_the_other_side() -> None:
    """And a line in whose time nothing was written has nothing."""
    first = transcript(utterance("もしもし", 0.0, 0), utterance("はい", 0.0, 1))
    made = with_second(first, transcript(utterance("もし", 0.0, 0)))
    assert {segment.channel: segment.again for segment in made.segments} == {0: "もし", 1: ""}


def test_no_words_of_it_are_in_a_repr() -> None:
    """As with all that was said."""
    made = with_second(transcript(utterance("はまき", 0.0)), transcript(utterance("はせがわ", 0.0)))
    assert made.segments[0].again
    assert "はせ" not in repr(made.segments)
