"""Turn doubtful names into candidates (shown, not masked) in a call that names few people.

    other names in the call   none   1     2     3     5     7 and more
    masked from               .54   .33   .25   .20   .15   .12 (``models.weighing.judge.judge.MASK_FROM``)

The judge sees one finding and a few words around it.  In a call about the caller alone a doubtful name is
most likely an ordinary word; in a call that names ten people it is more likely a name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.finding.detect import needs_no_analyst
from pipeline.types import Finding, Party

USUAL_NAMES: Final = 7
"""Median number of other third parties' names in the calls that the judge was fitted on."""

ODDS_PER_LOG_NAMES: Final = 0.8
"""Log odds per unit of ln(number of other names + 0.5).  A logistic regression over the names found in 69
made calls gives 0.52 (0.34 divided by the 0.66 of the judge's log odds), at a threshold of 0.2.  With today's
lower ``MASK_FROM_AT_USUAL`` the greater value leaves the masks of calls without other names as they were."""

MASK_FROM_AT_USUAL: Final = 0.12
"""Threshold of masking a name in a call with the usual number of names; the judge's threshold."""


def show_doubtful_names(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Turn names that are too doubtful for a call with so few others into candidates.

    Args:
        findings: All findings of a call, with their parties.

    Returns:
        The findings in their order; some third parties' names are now candidates.
    """
    names = {
        finding.entity.chars
        for finding in findings
        if _is_a_strangers(finding) and needs_no_analyst(finding.entity.score)
    }
    return tuple(
        replace(finding, entity=replace(finding.entity, candidate=True))
        if _is_a_strangers(finding)
        and finding.entity.score < masked_from(len(names) - (finding.entity.chars in names))
        else finding
        for finding in findings
    )


def masked_from(others: int) -> float:
    """Return the threshold of masking a name, by the number of other names in the call."""
    usual = math.log(MASK_FROM_AT_USUAL / (1 - MASK_FROM_AT_USUAL))
    few = ODDS_PER_LOG_NAMES * max(0.0, math.log(USUAL_NAMES + 0.5) - math.log(others + 0.5))
    return 1 / (1 + math.exp(-usual - few))


def _is_a_strangers(finding: Finding) -> bool:
    """Whether a finding is an unknown person's name that only the judge's score masks."""
    entity = finding.entity
    masked = entity.judged and not entity.candidate and finding.party is Party.THIRD_PARTY
    return masked and entity.entity_type == "PERSON" and not finding.needs_review
