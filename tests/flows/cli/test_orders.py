"""What a terminal shows while calls are masked."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.cli.orders import reported, told_pace
from flows.masking.mask_calls import Outcome
from flows.masking.pace import Pace
from pipeline.hearing.progress import follower


class Terminal(io.StringIO):
    """A terminal that keeps what was written."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_the_bar_moves_within_a_call_and_tells_what_is_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The second call is three times as long: half of it is five eighths of all."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    calls = [tmp_path / "a.wav", tmp_path / "b.wav"]
    for call, size in zip(calls, (100, 300), strict=True):
        call.write_bytes(bytes(size))
    shares: list[str] = []

    def outcomes() -> Iterator[Outcome]:
        for call in calls:
            follower()(0.5)
            yield Outcome(call)

    def note(pace: Pace) -> str:
        shares.append(f"{pace.done}/{pace.total} {pace.share}")
        return ""

    monkeypatch.setattr("flows.cli.orders.told_pace", note)
    assert [each.audio for each in reported(outcomes(), calls, quiet=True)] == calls
    assert shares == ["0/2 0.0", "0/2 0.125", "1/2 0.25", "1/2 0.625", "2/2 1.0"]


def test_nothing_is_drawn_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """In a log a bar would be rubbish."""
    call = tmp_path / "a.wav"
    reported(iter([Outcome(call)]), [call], quiet=True)
    assert capsys.readouterr().err == ""


def test_what_stands_before_the_bar():
    """Calls done and to come, and minutes once they can be told."""
    pace = Pace().begun(60.0, (60.0,), 0.0)
    assert told_pace(pace) == "通話 0/2 件済み"
    assert told_pace(pace.reached(0.5, 600.0)) == "通話 0/2 件済み 残りおよそ30分"
