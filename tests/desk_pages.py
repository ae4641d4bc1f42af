"""Page for every command of ``kaiji``, or the reason why there is none.

A page calls the function that the command calls, so that checks and audit log are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flows.desk.book.steps import STEPS


@dataclass(frozen=True, slots=True)
class OnPage:
    """The page of a command.

    Attributes:
        routes: Methods and paths with the same effect; empty where there is no page.
        instead: Reason why there is none, or the part of the command that the page lacks.
    """

    routes: tuple[tuple[str, str], ...] = ()
    instead: str = ""


def _page(*routes: str, instead: str = "") -> OnPage:
    """Return a page; a route is written as ``POST /requests/{number}/note``."""
    return OnPage(tuple((method, path) for method, path in (route.split() for route in routes)), instead)


NO_DESK = "works on files and needs no desk"
OF_THE_MACHINE = "who may do this has the machine and its key, which are not for a browser"
FILES_OF_OTHERS = "other systems' files lie in a folder of the machine, and their sound is too large to send"

PAGES: Mapping[str, OnPage] = {
    "mask": _page(instead=NO_DESK),
    "evaluate": _page(instead=NO_DESK),
    "run mask-call": _page(instead=NO_DESK),
    "run nightly": _page("POST /night", "GET /api/masking"),
    "retention": _page("GET /care", instead="counts only: what cannot be undone is not one press away"),
    "ledger": _page("GET /ledger", "GET /ledger.csv"),
    "case add": _page("GET /intake", "POST /intake/check", "POST /intake/back", "POST /intake"),
    "case import": _page(
        "GET /imports", "POST /imports/requests", instead="files; a folder is watched by the command"
    ),
    "case list": _page("GET /requests"),
    "case find": _page("POST /requests/find"),
    "case show": _page("GET /requests/{number}"),
    "case amend": _page(
        "GET /requests/{number}/amend",
        "POST /requests/{number}/amend/check",
        "POST /requests/{number}/amend/back",
        "POST /requests/{number}/amend",
    ),
    "call search": _page(
        "POST /requests/{number}/search",
        "POST /requests/{number}/look-for",
        "POST /api/requests/{number}/listen",
    ),
    "call attach": _page("POST /requests/{number}/attach", "POST /requests/{number}/inbox"),
    "call list": _page("GET /requests/{number}", "GET /calls"),
    "call check": _page("POST /calls/{call_id}/check"),
    "recordings import": _page(
        "POST /imports/recordings", "POST /imports/recording", instead="without headings of a company's own"
    ),
    "recordings scan": _page("POST /imports/scan"),
    "recordings inbox": _page("GET /requests/{number}"),
    "exchange profiles": _page(instead="the formats are part of the program"),
    "exchange import": _page(instead=FILES_OF_OTHERS),
    "exchange vcon-in": _page(instead=FILES_OF_OTHERS),
    "exchange vcon-out": _page(instead="another system's file, written into a folder of the machine"),
    "exchange place": _page("POST /ledger/{number}/release", instead="with the release; again only here"),
    "lists import": _page("POST /lists", "POST /lists/entry"),
    "lists show": _page("GET /lists"),
    "audit verify": _page(
        "POST /care/verify", instead="a database older than its witness opens for the command only"
    ),
    "audit accept": _page(instead=OF_THE_MACHINE),
    "audit export": _page("POST /care/audit.csv"),
    "key new": _page(instead=OF_THE_MACHINE),
    "key rotate": _page(instead=OF_THE_MACHINE),
    "key prune": _page(instead=OF_THE_MACHINE),
    "key check": _page("GET /care"),
    "practice begin": _page(
        "GET /practice",
        "POST /practice/begin",
        "POST /practice/enter",
        instead="of the sample calls that the program brings",
    ),
    "practice end": _page("POST /practice/leave", "POST /practice/end"),
    "account add": _page("GET /first", "POST /first", "POST /accounts"),
    "account list": _page("GET /accounts"),
    "account disable": _page("POST /accounts/{account_id}/disable"),
    "account password": _page("POST /accounts/{account_id}/password", "GET /password", "POST /password"),
    "review serve": _page(instead="is the page"),
    "release make": _page("POST /ledger/{number}/release"),
    "release letter": _page(
        "GET /ledger/{number}/letter", instead="the template itself is given by the command"
    ),
    "release fetch": _page(
        "GET /ledger/{number}/package",
        "GET /ledger/{number}/instructions",
        instead="the ZIP; the folder for a disc is given by the command",
    ),
    "release password": _page("POST /ledger/{number}/password"),
    "release show": _page("GET /ledger/{number}"),
    "release recheck": _page(instead="hears every released call again, which may take hours"),
    "release way": _page("GET /requests/{number}/way", "POST /requests/{number}/way"),
    "release way-approve": _page("POST /requests/{number}/way/approve"),
    "release visits": _page("GET /ledger/{number}/visit"),
    "breach mark": _page("GET /ledger/{number}/breach", "POST /ledger/{number}/breach"),
    "breach list": _page("GET /breaches"),
    "breach show": _page("GET /breaches/{number}"),
    "breach decide": _page("POST /breaches/{number}/decide"),
    "breach write": _page("POST /breaches/{number}/write"),
    "breach draft": _page("GET /breaches/{number}/report", "GET /breaches/{number}/notice"),
    "breach done": _page("POST /breaches/{number}/done"),
    # Command and page of a declared step are derived from the same declaration.
    **{
        f"{each.kind.group} {each.verb}": OnPage(tuple(("POST", path) for path in each.routes))
        for each in (step.declared for step in STEPS.values())
        if each.offered
    },
}
"""Page by command; ``tests/flows/review/test_desk_pages.py`` checks that it is complete."""
