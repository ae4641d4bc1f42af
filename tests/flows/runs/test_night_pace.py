"""What a night tells of a long call while it lasts."""

from __future__ import annotations

import logging

import pytest

from flows.desk.work.backlog import Backlog
from flows.runs import nightly
from flows.runs.nightly import Night


def test_a_long_call_is_told_of_and_a_short_one_is_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """Once a minute, with the minutes that are left at this pace."""
    clock = [0.0]
    monkeypatch.setattr(nightly.time, "monotonic", lambda: clock[0])
    night = Night(0, 1e9, began=0.0)
    with caplog.at_level(logging.INFO, "kaiji.night"):
        night.begin("c1", Backlog(("c1", "c2"), (), {"c1": 3600.0, "c2": 1200.0}))
        for clock[0], share in ((59.0, 0.1), (300.0, 0.5), (301.0, 0.51)):
            night.reached(share)
    # Three eighths of both calls are done after five minutes.
    assert caplog.messages == ["いまの通話は50% 残りおよそ9分"]
    clock[0] = 600.0
    with caplog.at_level(logging.INFO, "kaiji.night"):
        night.show(1)
    assert caplog.messages[-1] == "0 件を処理、残り 1 件(確認待ちへ 0 件)、残りおよそ4分"
