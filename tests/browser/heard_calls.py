"""Calls of sample_audio as the desk really holds them after a night: recognised, masked and verified."""

from __future__ import annotations

from datetime import timedelta

from flows.desk.book.door import do
from flows.desk.cases import calls, catalogue, lists, requests
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.values import Call, CompanyList, NewRecording, StaffList
from flows.files.case_file import case_lookup
from flows.masking.mask_case_call import mask_case_call
from tests.browser.made_calls import SAMPLES
from tests.desk_builders import CLERK, NOW, WORKER, identity, new_request


def with_lists_of(desk: Desk, stems: tuple[str, ...]) -> None:
    """Import the staff and company lists of the cases of sample calls."""
    of = case_lookup(SAMPLES)
    cases = [of(SAMPLES / f"{stem}.wav") for stem in stems]
    lists.import_staff(desk, CLERK, StaffList(tuple(name for case in cases for name in case.staff)))
    company = CompanyList(
        tuple(name for case in cases for name in case.company_names),
        tuple(phone for case in cases for phone in case.company_phones),
        tuple(term for case in cases for term in case.confidential_terms),
    )
    lists.import_company(desk, CLERK, company)


def heard_call(desk: Desk, stem: str, *, received_days_ago: int = 0) -> Call:
    """A request of the case's person, its call masked by the real program.

    Args:
        desk: The desk, with the lists of the call's case.
        stem: Of the call's files.
        received_days_ago: Before ``NOW``.
    """
    audio = SAMPLES / f"{stem}.wav"
    received = NOW - timedelta(days=received_days_ago)
    new = new_request(requester=case_lookup(SAMPLES)(audio).requester, received_at=received)
    request = requests.receive(desk, CLERK, new)
    do(desk, CLERK, identity(request.request_id))
    recording = NewRecording(f"PBX-{request.number}-{stem}", NOW, str(audio))
    added = catalogue.add_recordings(desk, CLERK, [recording])
    call = calls.attach_call(desk, CLERK, request.request_id, added.new[0])
    mask_case_call(desk, WORKER, call.call_id)
    return calls.get_call(desk, call.call_id)
