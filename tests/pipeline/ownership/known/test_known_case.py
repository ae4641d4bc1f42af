"""What a case knows, read once."""

from __future__ import annotations

import pytest

from models.language.readings import Reader
from pipeline.ownership.known.claimant import Claimant
from pipeline.ownership.known.known_case import read_case
from pipeline.types import CallCase, CaseName, Requester


def test_each_claimant_has_its_own(reader: Reader) -> None:
    """Names by sound and as written, numbers in digits; a company's number is nobody's at home."""
    case = CallCase(
        "R-1",
        Requester((CaseName("佐藤 隼人", "サトウ ハヤト"),), ("070-0070-8074",)),
        (CaseName("石井"), CaseName("牧")),
        (CaseName("ほしぞら通販"),),
        ("0120-70-3991",),
        on_call=(CaseName("牧"),),
    )
    known = read_case(case, reader)
    own, on_call, others, company = Claimant
    assert {each: [name.whole for name in known.names[each]] for each in (own, on_call, others)} == {
        own: ["サトウハヤト"],
        on_call: ["マキ"],
        others: ["イシイ"],
    }
    spelt = {own: ["佐藤隼人"], on_call: ["牧"], others: ["石井"], company: ["ほしぞら通販"]}
    assert known.spelt == spelt
    assert known.phones == {own: ["07000708074"], on_call: [], others: [], company: ["0120703991"]}
    assert {form.kind for form in known.forms} - {form.kind for form in known.spoken_names} == {
        "number",
        "number begins",
    }


@pytest.mark.parametrize(
    ("address", "block", "rooms"),
    [
        ("福山市引野町1丁目22番8号メゾン若葉510号室", ("1", "22", "8", "510"), ("510",)),
        ("福山市引野町１丁目２２番８号メゾン若葉５１０", ("1", "22", "8", "510"), ("510",)),
        ("福山市引野町1丁目22番308号", ("1", "22", "308"), ()),
        ("福山市引野町510番地", ("510",), ()),
        ("福山市引野町1-22-510", ("1", "22", "510"), ()),
        ("福山市引野町", (), ()),
    ],
)
def test_a_room_stands_behind_the_name_of_a_building(
    address: str, block: tuple[str, ...], rooms: tuple[str, ...], reader: Reader
) -> None:
    """Three figures that end a block number are none."""
    known = read_case(CallCase("R-1", Requester(addresses=(CaseName(address),))), reader)
    assert (known.blocks, known.rooms) == ((block,), rooms)
