"""Import the company's lists, its staff, confidential terms and products, from YAML, JSON or CSV.

YAML and JSON have the keys of ``CASE.json``: ``staff`` is the staff list; ``company``,
``confidential_terms`` and ``policy`` are the company list.  A file holds one of them or both, and
each replaces the whole list: entries that it lacks are no longer in it.  The columns of CSV: 種類, 表記,
読み.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, ValidationInfo, field_validator

from flows.desk.cases import lists
from flows.desk.integrity.desk import Desk
from flows.desk.kinds.errors import ConflictError
from flows.desk.kinds.values import Actor, CompanyList, ListVersions, StaffList
from flows.files.case_fields import Strict, Text
from flows.files.case_file import parse_case, read_json
from flows.intake.faults import IntakeError
from flows.intake.fields import Number, Reading, Refused, choice, reasons_of
from flows.intake.tabular import Column, FileError, Layout, parse_records
from models.company.yaml_lines import Entry, RecognizerFileError, read_yaml
from pipeline.call_case import CallCase
from pipeline.errors import CaseFileError

T = TypeVar("T")

COMPANY_KEYS = frozenset({"company", "confidential_terms", "policy"})
KEYS = COMPANY_KEYS | {"staff"}

MAX_YAML_DEPTH = 10
"""Levels of nesting in a YAML file; ours has four."""

LAYOUT = Layout(
    (
        Column("kind", "種類", ("kind",), required=True),
        Column("text", "表記", ("text",), required=True),
        Column("kana", "読み", ("kana",)),
    )
)


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The content of a file; ``None`` for a list that it does not contain.

    Attributes:
        staff: The staff list.
        company: The company's names, numbers, confidential terms and policy.
        has_policy: Whether the file contains a policy.
    """

    staff: StaffList | None = field(default=None, repr=False)
    company: CompanyList | None = field(default=None, repr=False)
    has_policy: bool = False


def import_lists(desk: Desk, actor: Actor, path: Path, *, may_empty: bool = False) -> ListVersions:
    """Make the lists of a file the current ones.

    A file without a policy leaves the policy unchanged.  A file without any entry of a kind that the current
    list has is refused, because an import must not accidentally disclose formerly masked data.

    Args:
        desk: The desk.
        actor: The person who imports.
        path: File as for ``read_lists``.
        may_empty: Whether all entries of a kind may be removed.

    Returns:
        The versions; 0 for a list that the file does not contain.

    Raises:
        FileError: as for ``read_lists``.
        IntakeError: as for ``read_lists``; nothing was imported.
        ConflictError: when all entries of a kind would be removed.
    """
    found = read_lists(path)
    now = lists.current_lists(desk)
    company = found.company
    if company is not None and not found.has_policy:
        company = replace(company, actions=now.company.actions, kinds=now.company.kinds)
    gone = list(_vanishing(now, found))
    if gone and not may_empty:
        msg = f"いまの一覧にある「{'、'.join(gone)}」がこのファイルにはありません。一覧は全体を書いてください"
        raise ConflictError(msg)
    return ListVersions(
        staff=0 if found.staff is None else lists.import_staff(desk, actor, found.staff),
        company=0 if company is None else lists.import_company(desk, actor, company),
    )


def add_entry(desk: Desk, actor: Actor, path: Path) -> ListVersions:
    """Add the entries of a file to the current lists, which keep all that they have.

    Args:
        desk: The desk.
        actor: The person who adds them.
        path: A CSV file, as for ``read_lists``.

    Returns:
        As ``import_lists``.

    Raises:
        FileError: as for ``read_lists``.
        IntakeError: as for ``read_lists``; nothing was added.
    """
    found, now = read_lists(path), lists.current_lists(desk)
    staff, company = found.staff, found.company
    if staff is not None:
        staff = StaffList(_joined(now.staff.names, staff.names))
    if company is not None:
        company = replace(
            now.company,
            names=_joined(now.company.names, company.names),
            phones=_joined(now.company.phones, company.phones),
            confidential_terms=_joined(now.company.confidential_terms, company.confidential_terms),
            products=_joined(now.company.products, company.products),
        )
    return ListVersions(
        staff=0 if staff is None else lists.import_staff(desk, actor, staff),
        company=0 if company is None else lists.import_company(desk, actor, company),
    )


def _joined(had: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*had, *new)))


def _vanishing(now: lists.Lists, found: PolicyFile) -> Iterator[str]:
    if found.staff is not None and now.staff.names and not found.staff.names:
        yield "担当者"
    if found.company is not None:
        before, after = now.company, found.company
        for label, had, has in (
            ("社名", before.names, after.names),
            ("電話番号", before.phones, after.phones),
            ("機密", before.confidential_terms, after.confidential_terms),
            ("商品", before.products, after.products),
        ):
            if had and not has:
                yield label


def read_lists(path: Path) -> PolicyFile:
    """Read a file of lists.

    Args:
        path: ``.yaml``, ``.yml``, ``.json`` or ``.csv``.

    Returns:
        One list or both.

    Raises:
        FileError: when it cannot be read, or is malformed; the message names the key.
        IntakeError: with every mistake of a CSV file.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return _of_csv(path)
    if kind in {".yaml", ".yml"}:
        return _of_document(_of_yaml(path))
    if kind != ".json":
        msg = "YAML (.yaml)、JSON (.json)、CSV (.csv) のどれでもありません"
        raise FileError(msg)
    try:
        return _of_document(read_json(path, "一覧"))
    except CaseFileError as error:
        raise FileError(str(error)) from None


def _of_document(document: object) -> PolicyFile:
    if not isinstance(document, dict) or not document:
        msg = "staff か company のどちらもありません"
        raise FileError(msg)
    if not KEYS.issuperset(document):
        msg = f"使えるキーは {'、'.join(sorted(KEYS))} です"
        raise FileError(msg)
    company = COMPANY_KEYS.intersection(document)
    if company and "company" not in document:
        # A new company list replaces the whole old one.
        msg = "company: ありません(会社の一覧は全体を1つのファイルに書いてください)"
        raise FileError(msg)
    try:
        case = parse_case({"case_id": "lists", **document}, "一覧")
    except CaseFileError as error:
        raise FileError(str(error)) from None
    return PolicyFile(
        StaffList(case.staff) if "staff" in document else None,
        _company(case) if company else None,
        "policy" in document,
    )


def _company(case: CallCase) -> CompanyList:
    return CompanyList(
        case.company_names,
        case.company_phones,
        case.confidential_terms,
        case.actions,
        products=case.products,
        kinds=case.kinds,
    )


class _Kind(StrEnum):
    STAFF = "staff"
    COMPANY = "company"
    PHONE = "phone"
    TERM = "term"
    PRODUCT = "product"


KINDS: dict[str, _Kind] = {
    "担当者": _Kind.STAFF,
    "社名": _Kind.COMPANY,
    "電話番号": _Kind.PHONE,
    "機密": _Kind.TERM,
    "商品": _Kind.PRODUCT,
}
PHONE: TypeAdapter[str] = TypeAdapter(Number)


class _Line(Strict):
    kind: Annotated[_Kind, BeforeValidator(choice(_Kind, KINDS))]
    text: Text = Field(repr=False)
    kana: Reading = Field(default="", repr=False)

    @field_validator("text")
    @classmethod
    def _is_number(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("kind") is not _Kind.PHONE:
            return text
        try:
            return PHONE.validate_python(text)
        except ValidationError as error:
            reason = next(reason for _, reason in reasons_of(error))
        raise Refused(reason)


def _of_csv(path: Path) -> PolicyFile:
    found, faults = parse_records(path, LAYOUT, lambda record: record.checked(_Line))
    if faults:
        raise IntakeError(faults)
    lines = [line for _, line in found]
    staff, names, terms, products = (
        [{"text": line.text, "kana": line.kana} for line in lines if line.kind is kind]
        for kind in (_Kind.STAFF, _Kind.COMPANY, _Kind.TERM, _Kind.PRODUCT)
    )
    phones = [line.text for line in lines if line.kind is _Kind.PHONE]
    document: dict[str, object] = {"staff": staff} if staff else {}
    if names or phones or terms or products:
        document["company"] = {"names": names, "phones": phones, "products": products}
        document["confidential_terms"] = terms
    return _of_document(document) if document else PolicyFile()


def _of_yaml(path: Path) -> object:
    """Return the plain values of a YAML file, with all scalars as text, so that 0120444444 keeps its zero."""
    try:
        return _plain(read_yaml(path)[0], MAX_YAML_DEPTH)
    except RecognizerFileError as error:
        raise FileError(str(error)) from None


def _plain(entry: Entry, levels: int) -> object:
    if levels == 0:
        raise entry.error("入れ子が深すぎます")
    if entry.is_mapping:
        return {key: _plain(one, levels - 1) for key, one in entry.keys().items()}
    if isinstance(entry.node.value, list):
        return [_plain(one, levels - 1) for one in entry.entries()]
    return str(entry.node.value)
