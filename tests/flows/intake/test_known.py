from __future__ import annotations

from flows.desk.cases import requests
from flows.desk.integrity.desk import Desk
from flows.intake.known import known_references
from tests.desk_builders import CLERK, new_request


def test_known_references_have_their_public_numbers(desk: Desk):
    """Unknown ones are left out."""
    number = requests.receive(desk, CLERK, new_request(reference="A-1")).number

    assert known_references(desk, ["A-1", "A-2"]) == {"A-1": number}
