"""Recognise where an account is: a bank with its branch, in a call that speaks of an account.

口座は⏎みどり銀行の中央支店です。⏎普通の、1234567        bank and branch
みどり銀行さんのほうが、金利がいいですね                 nobody's account
"""

from __future__ import annotations

import re

from presidio_analyzer import RecognizerResult

from models.calls.artifacts import Call, CallArtifacts, CallRecognizer
from models.recognizers.identifiers.figure_kinds import BANK_AND_BRANCH
from pipeline.reasons import Reason

_ACCOUNT = re.compile(r"口座|通帳|振り?込|引き?落と?し|普通預金|普通の|普通です|名義")


class BankPlaceRecognizer(CallRecognizer):
    """Banks with their branches, said of an account."""

    entities = ("BANK_ACCOUNT",)

    def find(self, call: Call, artifacts: CallArtifacts) -> list[RecognizerResult]:
        """Take every bank with a branch but the company's own."""
        if not _ACCOUNT.search(call.text):
            return []
        own = [name.text for name in call.case.company_names if name.text]
        return [
            self.result("BANK_ACCOUNT", match.start(), match.end(), 0.85, Reason.NUMBER_CALLED_SO)
            for match in BANK_AND_BRANCH.finditer(call.text)
            if not any(name in match[0] for name in own)
        ]
