from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flows.desk.kinds.values import JAPAN
from flows.intake.file_pattern import PatternError, compile_pattern

START = datetime(2026, 10, 1, 9, 30, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("pattern", "path", "said"),
    [
        ("{start:%Y%m%d-%H%M%S}_{customer}.wav", "sub/20261001-093000_M-7_7.wav", ("", "M-7_7", "", ())),
        (
            "{start:%Y%m%d%H%M}-{number}-{number}.mp3",
            "202610010930-090-0120.mp3",
            ("", "", "", ("090", "0120")),
        ),
        ("{operator}/{_}/{id}_{start:%y%m%d%H%M}.wav", "山本/x/77_2610010930.wav", ("77", "", "山本", ())),
        ("{start:%Y%m%d%H%M}(1).wav", "202610010930(1).wav", ("", "", "", ())),
    ],
)
def test_fields_of_a_name(pattern: str, path: str, said: tuple[object, ...]):
    """Names, or the whole path below the folder where the pattern has a slash."""
    fields = compile_pattern(pattern).match(path)

    assert fields is not None
    assert fields.start == START
    assert (fields.id, fields.customer, fields.operator, fields.numbers) == said


def test_a_zone_in_the_name_is_kept():
    """Without one it is Japan's time."""
    fields = compile_pattern("{start:%Y%m%dT%H%M%S%z}.wav").match("20261001T093000Z.wav")

    assert fields is not None
    assert fields.start == datetime(2026, 10, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "path", ["20261301_x.wav", "20260231_x.wav", "2026101_x.wav", "20261001_x.wav.bak", "_x.wav"]
)
def test_other_names_are_not_of_the_pattern(path: str):
    """Nor dates that the calendar lacks."""
    assert compile_pattern("{start:%Y%m%d}_{_}.wav").match(path) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{customer}.wav", "開始日時の欄が要ります"),
        ("{start}.wav", "start には要ります"),
        ("{start:%Y}{id:%Y}.wav", "書けるのは start だけ"),
        ("{start:%Y}_{start:%m}.wav", "2回あります"),
        ("{start:%B}.wav", "書式に使えるのは"),
        ("{start:%Y", "対応が合っていません"),
        ("{start:%Y}_{name}.wav", "使える欄は"),
    ],
)
def test_a_malformed_pattern_is_refused(pattern: str, said: str):
    """With what would be right."""
    with pytest.raises(PatternError, match=said):
        compile_pattern(pattern)
