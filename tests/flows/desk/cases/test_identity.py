from __future__ import annotations

from datetime import timedelta

from flows.desk.book.door import do
from flows.desk.book.requests import Identified
from flows.desk.cases import requests
from flows.desk.cases.identity import identity_checks
from flows.desk.integrity.desk import open_desk
from flows.desk.kinds.values import IdentityCheck, IdentityMethod
from tests.desk_builders import CHECK, CLERK, NOW, OTHER, SECOND, desk_settings, identity, new_request


def test_checks_come_back_as_they_were_recorded(tmp_path, clock):
    """Both of them where two people check: method, when, what was compared, by whom."""
    second = IdentityCheck(IdentityMethod.CALL_BACK, NOW + timedelta(hours=1), "登録の番号へ")
    with open_desk(desk_settings(tmp_path, identity_two_people=True), clock) as desk:
        number = requests.receive(desk, CLERK, new_request()).number
        assert identity_checks(desk, number) == ()
        do(desk, CLERK, identity(number))
        clock.pass_(hours=2)
        do(desk, SECOND, Identified(number, second.method, second.checked_at, second.note))
        checks = identity_checks(desk, number)

    assert [(one.check, one.by) for one in checks] == [(CHECK, CLERK.name), (second, OTHER.name)]
    assert CLERK.name not in repr(checks)
    assert CHECK.note not in repr(checks)
