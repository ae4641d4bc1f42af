"""The ids that Prefect's form accepts, and a second check of them in the flow.

The server refuses a malformed id before it stores anything.  A run that was started otherwise is refused
here, before the id is searched and named in an error.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from pipeline.errors import PipelineError

CALL = r"^(c[0-9a-f]{16})?$"
REQUEST = r"^(R-\d{4}-\d{4,8}|q[0-9a-f]{16})?$"
INBOX = r"^(i[0-9a-f]{16})?$"

CallId = Annotated[str, Field(pattern=CALL, json_schema_extra={"title": "通話のID"})]
RequestId = Annotated[str, Field(pattern=REQUEST, json_schema_extra={"title": "請求の番号"})]
InboxId = Annotated[str, Field(pattern=INBOX, json_schema_extra={"title": "受信箱のファイルのID"})]

PATTERNS = {"call_id": CALL, "request": REQUEST, "inbox_file": INBOX}


class MalformedIdError(PipelineError):
    """A parameter is not an id; the message names the parameter and not its value."""

    code = "malformed_id"


def check_ids(**given: object) -> None:
    """Check that parameters are ids.

    Args:
        given: Values by their names in the form.

    Raises:
        MalformedIdError: names the first parameter that is not an id.
    """
    for name, value in given.items():
        if not isinstance(value, str) or not re.fullmatch(PATTERNS[name], value, re.ASCII):
            msg = f"{name} の形が正しくありません。氏名や電話番号ではなく、ID を指定してください"
            raise MalformedIdError(msg)
