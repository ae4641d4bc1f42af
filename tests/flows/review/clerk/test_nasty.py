"""Every text field of the desk's forms, with what OWASP's list would write into it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi import FastAPI

from flows.desk.cases import requests
from flows.desk.integrity.desk import Desk
from flows.review.clerk.request_form import LABELS
from tests.desk_builders import CLERK, new_request
from tests.flows.review.test_owasp import NASTY, calm
from tests.review_site import PASSWORD, send, signed_in


@pytest.mark.parametrize("nasty", NASTY)
def test_injection_in_the_clerks_forms(app: FastAPI, desk: Desk, nasty: str):
    """It is refused, or kept and shown as it was written."""
    clerk = signed_in(app, "hirata")
    number = requests.receive(desk, CLERK, new_request()).number
    path = f"/requests/{number}"
    everything = dict.fromkeys(LABELS, nasty)
    good = {"received_at": "2026-11-24T10:15", "channel": "郵送", "name": nasty, "topic": nasty}
    for step in ("check", "back"):
        calm(send(clerk, f"/intake/{step}", **everything))
        calm(send(clerk, f"/intake/{step}", **good))
        calm(send(clerk, f"{path}/amend/{step}", **everything, seen=0))
        calm(send(clerk, f"{path}/amend/{step}", **good, seen=0))
    calm(send(clerk, "/intake", **good, form="x" * 22, read=nasty[:10]))
    calm(send(clerk, "/intake", **everything, form=nasty, read=nasty))
    calm(send(clerk, f"{path}/amend", **good, seen=nasty, reason=nasty, method=nasty))
    calm(send(clerk, "/requests/find", name=nasty, phone=nasty, member=nasty))
    calm(clerk.get("/requests", params={"state": nasty}))
    calm(clerk.get(f"/requests/{quote(nasty, safe='')}"))
    for step, fields in (
        ("identify", {"method": nasty, "at": nasty, "note": nasty}),
        ("identify", {"method": "passport", "note": nasty}),
        ("pause", {"reason": nasty}),
        ("extend", {"due": nasty, "reason": nasty}),
        ("look-for", {"customer": nasty, "phone": nasty, "operator": nasty}),
        ("attach", {"recording": nasty}),
        ("inbox", {"file": nasty}),
        ("objection", {"text": nasty}),
        ("note", {"text": nasty}),
    ):
        calm(send(clerk, f"{path}/{step}", **fields))
    calm(clerk.get(path))
    assert nasty.strip() in {note.text for note in requests.notes(desk, number)}


@pytest.mark.parametrize("nasty", NASTY)
def test_injection_in_the_administrators_forms(app: FastAPI, desk: Desk, nasty: str):
    """Likewise; nobody new can sign in."""
    admin = signed_in(app, "saiki")
    before = len(requests.list_requests(desk))
    calm(send(admin, "/accounts", login=nasty, role=["analyst"], password=PASSWORD, again=PASSWORD))
    calm(send(admin, f"/accounts/{quote(nasty, safe='')}/disable"))
    calm(send(admin, "/lists", kind=nasty, content=nasty))
    calm(send(admin, "/imports/recordings", kind="csv", content=nasty))
    calm(send(admin, "/imports/scan", folder=nasty, pattern=nasty))
    calm(send(admin, "/imports/scan", folder=nasty, pattern="{start:%Y}"))
    calm(admin.get("/accounts"))

    assert len(requests.list_requests(desk)) == before
