"""Checks a request in JSON or a CSV row and turns it into a ``NewRequest``."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from flows.desk.kinds.bounds import MAX_VALUES
from flows.desk.kinds.request_words import AUTHORITIES, CHANNELS, DELIVERY, WANTED
from flows.desk.kinds.values import Agent, Delivery, NewRequest, Scope, Wanted
from flows.files.case_fields import Strict
from flows.intake.fields import (
    Day,
    Free,
    Line,
    Moment,
    Name,
    Phones,
    Refused,
    Yen,
    YesNo,
    choice,
    code_word,
)
from flows.intake.tabular import Column, Layout, Record
from pipeline.call_case import Requester

Channel = Annotated[str, BeforeValidator(code_word(CHANNELS))]
Authority = Annotated[str, BeforeValidator(code_word(AUTHORITIES))]
Wish = Annotated[Wanted, BeforeValidator(choice(Wanted, WANTED))]
Way = Annotated[Delivery, BeforeValidator(choice(Delivery, DELIVERY))]

LAYOUT = Layout(
    (
        Column("reference", "受付番号", ("reference",), required=True),
        Column("received_at", "受付日時", ("received_at",), required=True),
        Column("channel", "受付方法", ("channel",), required=True),
        Column("name", "氏名", ("requester", "names"), "text", required=True),
        Column("kana", "フリガナ", ("requester", "names"), "kana"),
        Column("phone", "電話番号", ("requester", "phones")),
        Column("address", "住所", ("requester", "addresses"), "text"),
        Column("address_kana", "住所フリガナ", ("requester", "addresses"), "kana"),
        Column("member_number", "会員番号", ("member_number",)),
        Column("agent_name", "代理人氏名", ("agent", "name", "text")),
        Column("agent_kana", "代理人フリガナ", ("agent", "name", "kana")),
        Column("agent_authority", "代理権", ("agent", "authority")),
        Column("agent_proof", "代理権の確認", ("agent", "proof")),
        Column("first", "対象の初日", ("scope", "first")),
        Column("last", "対象の末日", ("scope", "last")),
        Column("topic", "請求の内容", ("scope", "topic")),
        Column("numbers", "通話の番号", ("scope", "numbers")),
        Column("wanted", "開示の形", ("wanted",)),
        Column("delivery", "受取方法", ("delivery",)),
        Column("fee_yen", "手数料", ("fee_yen",)),
        Column("fee_paid", "手数料の支払", ("fee_paid",)),
        Column("desk", "担当部署", ("desk",)),
        Column("person", "担当者", ("person",)),
    )
)

CLOCKS_DIFFER = timedelta(minutes=10)
"""Tolerated difference between another machine's clock and ours."""


class _Requester(Strict):
    names: tuple[Name, ...] = Field(repr=False, max_length=MAX_VALUES)
    phones: Phones = Field(default=(), repr=False)
    addresses: tuple[Name, ...] = Field(default=(), repr=False, max_length=MAX_VALUES)

    @field_validator("names")
    @classmethod
    def _somebody(cls, names: tuple[Name, ...]) -> tuple[Name, ...]:
        if not names:
            raise Refused("氏名が1つもありません")
        return names


class _Agent(Strict):
    name: Name = Field(repr=False)
    authority: Authority
    proof: Free = Field(default="", repr=False)


class _Scope(Strict):
    first: Day | None = None
    last: Day | None = None
    topic: Free = Field(default="", repr=False)
    numbers: Phones = Field(default=(), repr=False)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise Refused("対象の初日が末日より後です")
        return self


class RequestDocument(Strict):
    """A request as an imported document."""

    reference: Line = Field(default="", repr=False, validate_default=True)
    received_at: Moment
    channel: Channel
    requester: _Requester = Field(repr=False)
    member_number: Line = Field(default="", repr=False)
    agent: _Agent | None = Field(default=None, repr=False)
    scope: _Scope = Field(default=_Scope(), repr=False)
    wanted: Wish = Wanted.BOTH
    delivery: Way = Delivery.ELECTRONIC
    fee_yen: Yen = 0
    fee_paid: YesNo = False
    desk: Line = Field(default="", repr=False)
    person: Line = Field(default="", repr=False)

    @field_validator("reference")
    @classmethod
    def _is_numbered(cls, reference: str, info: ValidationInfo) -> str:
        # Ａ-1 and A-1 are the same number.
        reference = unicodedata.normalize("NFKC", reference)
        if not reference and info.context and info.context["numbered"]:
            raise Refused("ありません(二重の取込みを見分けるために要ります)")
        return reference

    @field_validator("received_at")
    @classmethod
    def _has_come(cls, received_at: datetime, info: ValidationInfo) -> datetime:
        # The due date is counted from it, so a mistyped year would hide the request for years.
        if info.context and received_at > info.context["now"] + CLOCKS_DIFFER:
            raise Refused("未来の日時です")
        return received_at

    def value(self) -> NewRequest:
        """Return the desk's value."""
        names, addresses = self.requester.names, self.requester.addresses
        agent = self.agent
        return NewRequest(
            requester=Requester(
                tuple(name.value() for name in names),
                self.requester.phones,
                tuple(address.value() for address in addresses),
            ),
            received_at=self.received_at,
            channel=self.channel,
            member_number=self.member_number,
            agent=None if agent is None else Agent(agent.name.value(), agent.authority, agent.proof),
            scope=Scope(self.scope.first, self.scope.last, self.scope.topic, self.scope.numbers),
            wanted=self.wanted,
            delivery=self.delivery,
            fee_yen=self.fee_yen,
            fee_paid=self.fee_paid,
            desk=self.desk,
            person=self.person,
            reference=self.reference,
        )


def parse_request(record: Record, now: datetime, *, numbered: bool) -> NewRequest:
    """Check a document and turn it into a request.

    Args:
        record: The document and its place.
        now: The present time, with zone; a later time of receipt is an error.
        numbered: Whether the company's own number is required, by which a second import is recognised.

    Raises:
        IntakeError: with every mistake of the document.
    """
    return record.checked(RequestDocument, {"now": now, "numbered": numbered}).value()
