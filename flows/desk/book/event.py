"""How a step is declared: role, states, fields, words.  Door, command, form and tables follow from that.

A declaration loads no database, because commands are derived from it before one of them is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar, dataclass_transform, get_type_hints

from flows.desk.kinds.bounds import check_day, check_text
from flows.desk.kinds.errors import ConflictError, NotAllowedError, OutOfBoundsError
from flows.desk.kinds.states import CALL_STEPS, REQUEST_STEPS, State, Step
from flows.desk.kinds.values import Actor, NoteKind, Role

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of a field where a person fills it in.

    Attributes:
        label: On the form; empty where only the command gives it.
        asks: On the terminal, where it differs.
        hint: An example, shown in the empty field.
        short: Whether the form gives it little room.
        among: The choices, where not all values of its type are.
        bounds: Least and greatest number.
    """

    label: str
    asks: str = ""
    hint: str = ""
    short: bool = False
    among: tuple[StrEnum, ...] = ()
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an event: its name, type and default (``MISSING`` for none), and what is said of it."""

    name: str
    type: Any
    default: Any
    given: Given

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values of a field of few values; empty for any other."""
        few = isinstance(self.type, type) and issubclass(self.type, StrEnum)
        return self.given.among or (tuple(self.type) if few else ())

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is MISSING

    @property
    def is_time(self) -> bool:
        """Whether it is a time, which a person writes as text; none means now."""
        return bool(self.type == (datetime | None))

    @property
    def input(self) -> str:
        """The kind of the form's field."""
        return "datetime-local" if self.is_time else {date: "date", int: "number"}.get(self.type, "text")

    @property
    def leads(self) -> bool:
        """Whether it stands before the others on the form."""
        return self.given.short and not self.is_time

    def check(self, value: Any) -> None:
        """Refuse a value that is missing or out of bounds.

        Raises:
            OutOfBoundsError: when it is.
            ConflictError: when it is none of the choices.
        """
        if self.type is str:
            check_text(value)
            if self.required and not value:
                msg = "何も書かれていません"
                raise OutOfBoundsError(msg)
        elif isinstance(value, date):
            check_day(value)
        elif self.given.bounds and value != self.default:
            least, most = self.given.bounds
            if not least <= value <= most:
                msg = f"{self.given.label or self.given.asks}は{least}から{most}までです"
                raise OutOfBoundsError(msg)
        elif self.given.among and value not in self.given.among:
            msg = f"{self.given.label}の種類は {'、'.join(each.label for each in self.choices)} のどれかです"
            raise ConflictError(msg)


@dataclass(frozen=True, slots=True)
class Kind:
    """What an event happens to.

    Attributes:
        group: The group of its commands.
        path: Address of its page.
        metavar: How a command calls its id.
        help: Where the id is found.
        table: States in which each of its steps is allowed.
    """

    group: str
    path: str
    metavar: str
    help: str
    table: Mapping[tuple[State, Step], State] = field(default_factory=dict, hash=False)


REQUEST = Kind("case", "/requests/{number}", "請求番号", "例 R-2026-0042", REQUEST_STEPS)
ANSWER = replace(REQUEST, group="release", path="/ledger/{number}")
CALL = Kind("call", "/calls/{call_id}", "通話ID", "kaiji call list で分かります", CALL_STEPS)


@dataclass(frozen=True, slots=True)
class Declared:
    """The declaration of an event.

    Attributes:
        kind: What it happens to.
        word: Its word in the record.
        by: Roles that may do it; a command acts in the first.
        verb: Its name as a command, and the end of its address.
        said: What the command says at its end, of the event's ``subject`` and of what was ``made``.
        button: On its form; empty where the page has a form of its own.
        after: A sentence beside the button.
        at: Its step in the table of states; ``None`` where any state will do.
        note: Kind of note that it leaves.
        pages: Its addresses and the roles that may use each, where it is not one for all of ``by``.
        offered: Whether people take it; otherwise there is neither command nor form.
        fields: Its fields, in their order.
    """

    kind: Kind
    word: str
    by: tuple[Role, ...]
    verb: str
    said: str = "{subject}: 記録しました"
    button: str = ""
    after: str = ""
    at: Step | None = None
    note: NoteKind | None = None
    pages: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)
    offered: bool = True
    fields: tuple[Field, ...] = ()

    @property
    def states(self) -> frozenset[State]:
        """The states in which it is allowed."""
        return frozenset(state for state in State if self.at is None or (state, self.at) in self.kind.table)

    @property
    def routes(self) -> Mapping[str, tuple[Role, ...]]:
        """Its addresses, with the roles that may use each."""
        return self.pages or ({f"{self.kind.path}/{self.verb}": self.by} if self.offered else {})

    def check_role(self, actor: Actor) -> None:
        """Refuse a person who may not do it.

        Raises:
            NotAllowedError: when their role does not allow it.
        """
        if actor.role not in self.by:
            msg = f"この操作は、{'、'.join(role.label for role in self.by)}の役割の人が行います"
            raise NotAllowedError(msg)


@dataclass(frozen=True, slots=True)
class Told:
    """What an event leaves in the record beside its own text.

    Attributes:
        detail: For the audit log.
        about: For the note: id of the call or answer that it concerns.
        code: For the note.
        word: In the record, where it differs.
        entry: Subject of the entry, where it differs.
        at: Time of the note, where it differs.
    """

    detail: Mapping[str, str | int] = field(default_factory=dict)
    about: str = ""
    code: str = ""
    word: str = ""
    entry: Any = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Event(Generic[R]):
    """A step that somebody takes; ``R`` is what it is done to, as it is afterwards."""

    declared: ClassVar[Declared]
    subject: str

    def happen(self, on: Any) -> Told | None:
        """Change the row; by default, nothing but the note and the entry is written.

        Args:
            on: What it is done to (``flows.desk.book.subjects``).
        """

    def checked(self) -> Self:
        """Return the event without blanks around its texts.

        Raises:
            OutOfBoundsError, ConflictError: when a field is missing or out of bounds.
        """
        texts = {
            each.name: getattr(self, each.name).strip() for each in self.declared.fields if each.type is str
        }
        event = replace(self, **texts)
        for each in self.declared.fields:
            each.check(getattr(event, each.name))
        return event

    def said(self, made: Any) -> str:
        """Return what the command says at its end, of what it was done to."""
        return self.declared.said.format(subject=self.subject, made=made)

    @property
    def noted(self) -> str:
        """The text of its note: of its texts, the first."""
        return next((getattr(self, each.name) for each in self.declared.fields if each.type is str), "")


E = TypeVar("E", bound=type[Event[Any]])


@dataclass_transform(frozen_default=True)
def declare(kind: Kind, word: str, *by: Role, verb: str = "", **more: Any) -> Callable[[E], E]:
    """Declare an event; its docstring is the help of its command.

    Args:
        kind: What it happens to.
        word: Its word in the record.
        by: Roles that may do it.
        verb: Its name as a command; by default the second part of its word.
        more: Further attributes of ``Declared``.
    """

    def declared(event: E) -> E:
        # Its texts are of people: it has no repr.
        made: Any = dataclass(frozen=True, slots=True, repr=False)(event)
        hints = get_type_hints(made, include_extras=True)
        given = tuple(
            Field(each.name, hints[each.name].__origin__, each.default, hints[each.name].__metadata__[0])
            for each in fields(made)[1:]
        )
        verb_ = verb or word.partition(".")[2]
        made.declared = Declared(kind, word, by, verb_, fields=given, **more)
        return made  # type: ignore[no-any-return]

    return declared
