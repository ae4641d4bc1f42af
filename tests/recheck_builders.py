"""Calls that an earlier program released, for tests of what today's would mask of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.desk.answers.releases import Release
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Call
from flows.masking import mask_case_call as worker
from pipeline.reasons import Reason
from pipeline.types import CallCase, Finding, Party, Transcript
from tests.fakes import FakeModels
from tests.release_builders import approve_reviewed, asked, released, reviewed


@dataclass(frozen=True)
class SureJudge:
    """Says of everything that it is one party's."""

    party: Party

    def decide(
        self, findings: Sequence[Finding], transcript: Transcript, case: CallCase
    ) -> tuple[Finding, ...]:
        """All are this party's, without doubt."""
        return tuple(
            replace(each, party=self.party, reason=Reason.NOT_GIVEN, needs_review=False) for each in findings
        )


@dataclass
class JudgedModels(FakeModels):
    """The fakes, with a judge that is sure."""

    party: Party = Party.THIRD_PARTY

    @property
    def owner(self) -> SureJudge:
        """Sure of one party."""
        return SureJudge(self.party)


def masked_by(desk: Desk, folder: Path, monkeypatch, models: FakeModels, **more: object) -> Call:
    """A call in review, masked by other models than the fakes."""
    monkeypatch.setattr(worker, "load_models", lambda _: models)
    return reviewed(desk, folder, asked(desk), **more)


def released_by(desk: Desk, folder: Path, monkeypatch, models: FakeModels) -> tuple[Call, Release]:
    """A call that went out as other models masked it."""
    call = masked_by(desk, folder, monkeypatch, models)
    approve_reviewed(desk, call)
    return call, released(desk, call.request_id)
