from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from flows.desk.kinds.values import Agent, Delivery, Scope, Wanted
from flows.intake.faults import IntakeError
from flows.intake.request_document import LAYOUT, parse_request
from flows.intake.tabular import Record
from pipeline.types import CaseName
from tests.desk_builders import NOW

FULL: dict[str, Any] = {
    "reference": "窓口-118",
    "received_at": "2026-11-20 10:15",
    "channel": "郵送",
    "requester": {
        "names": [{"text": "鈴木花子", "kana": "スズキハナコ"}, {"text": "佐藤花子"}],
        "phones": ["090-1234-5678"],
        "addresses": [{"text": "香川県丸亀市土器町3-21", "kana": "カガワケンマルガメシ"}],
    },
    "member_number": "M-77",
    "agent": {"name": {"text": "山田一郎"}, "authority": "委任状", "proof": "原本を確認"},
    "scope": {"first": "2026-10-01", "last": "2026-10-31", "topic": "解約の件", "numbers": ["0120444444"]},
    "wanted": "音声",
    "delivery": "書面",
    "fee_yen": 300,
    "fee_paid": True,
    "desk": "お客様窓口",
    "person": "窪田",
}


def parsed(numbered: bool = False, **changes: object):
    """The request of a document with some keys changed."""
    return parse_request(Record(1, FULL | changes), NOW, numbered=numbered)


def faults(numbered: bool = False, **changes: object) -> list[str]:
    """What is wrong with such a document."""
    with pytest.raises(IntakeError) as raised:
        parsed(numbered, **changes)
    return [fault.line for fault in raised.value.faults]


def test_every_key_arrives():
    """A document with all keys is a request with all fields."""
    new = parsed()

    assert new.requester.names == (CaseName("鈴木花子", "スズキハナコ"), CaseName("佐藤花子"))
    assert new.requester.phones == ("09012345678",)
    assert new.agent == Agent(CaseName("山田一郎"), "power_of_attorney", "原本を確認")
    assert new.scope == Scope(date(2026, 10, 1), date(2026, 10, 31), "解約の件", ("0120444444",))
    assert (new.wanted, new.delivery) == (Wanted.AUDIO, Delivery.PAPER)
    assert (new.fee_yen, new.fee_paid, new.channel) == (300, True, "post")
    assert (new.reference, new.member_number, new.desk, new.person) == (
        "窓口-118",
        "M-77",
        "お客様窓口",
        "窪田",
    )
    assert new.received_at.isoformat() == "2026-11-20T10:15:00+09:00"


def test_little_is_needed():
    """When it came, how, and who asks."""
    document = {"received_at": "2026-11-20", "channel": "web", "requester": {"names": [{"text": "鈴木花子"}]}}
    new = parse_request(Record(1, document), NOW, numbered=False)

    assert (new.wanted, new.delivery, new.agent) == (Wanted.BOTH, Delivery.ELECTRONIC, None)


def test_what_cannot_be_is_refused():
    """A day to come, a period that ends before it begins, nobody who asks, keys nobody knows."""
    assert faults(received_at=(NOW + timedelta(days=1)).isoformat()) == ["1件目 received_at: 未来の日時です"]
    assert faults(scope={"first": "2026-10-02", "last": "2026-10-01"}) == [
        "1件目 scope: 対象の初日が末日より後です"
    ]
    assert faults(requester={"names": []}) == ["1件目 requester.names: 氏名が1つもありません"]
    assert faults(fee="300") == ["1件目 fee: 知らないキーです"]
    assert faults(agent={"name": {"text": "山田"}}) == ["1件目 agent.authority: ありません"]


def test_an_import_needs_the_companys_own_number():
    """Without it a second import could not be told."""
    assert faults(numbered=True, reference=" ")[0].startswith("1件目 reference: ありません")
    assert parsed(reference="").reference == ""


def test_every_column_fills_a_field_of_its_own():
    """No two columns of the CSV have the same key, heading or place."""
    for kind in ("key", "heading", "place"):
        values = [getattr(column, kind) for column in LAYOUT.columns]
        assert len(set(values)) == len(values)
