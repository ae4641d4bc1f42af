"""State until when a worker has a call, and who may free it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.desk.kinds.values import JAPAN


@dataclass(frozen=True, slots=True)
class Held:
    """A call that a worker has claimed.

    Attributes:
        call_id: The call's id.
        until: When the claim expires unless the worker renews it; a living worker renews it long before.
    """

    call_id: str
    until: datetime


def claim_text(until: datetime, now: datetime) -> str:
    """Say when a call will be taken up again, and who may free it before.

    Args:
        until: When the claim expires.
        now: The time.
    """
    at = f"{until.astimezone(JAPAN):%m月%d日 %H:%M}"
    if until < now:
        return f"{at} に合図が途絶えました。次の夜間処理が取ります。いますぐなら kaiji run nightly"
    return (
        f"処理中。合図が途絶えれば {at} から次の夜間処理が取ります。"
        "待たずに処理待ちへ戻せるのは窓口の人です: kaiji call requeue"
    )
