"""Show, and do not mask, a doubtful name in a call that hardly names anybody.

    names found beside it     none   1     2     3     5     7 and more
    masked from               .54   .33   .25   .20   .15   .12 (``models.weighing.judge.judge.MASK_FROM``)

The judge looks at one finding and a few words around it.  But who rings about nobody but themselves names
nobody, and in such a call every doubtful name is an ordinary word; who names ten people may name another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.types import Finding, Party

__all__ = ["show_doubtful_names"]

MIN_COUNTED_SCORE: Final = 0.5
"""Probability from which another name counts."""

USUAL_NAMES: Final = 7
"""Other names of third parties in the calls that the judge was fitted on: half of them have fewer."""

ODDS_PER_LOG_NAMES: Final = 0.8
"""Log odds for each natural logarithm of their number, and a half.  A logistic regression over the names
found in 69 made calls gives it .52 (.34, over the .66 that it gives the judge's log odds), beside a bound
of .2.  With ``MASK_FROM_AT_USUAL`` as low as it is now, more keeps calls that name nobody as they were."""

MASK_FROM_AT_USUAL: Final = 0.12
"""Probability from which a name is masked where as many are named as is usual:
``models.weighing.judge.judge.MASK_FROM``."""


def show_doubtful_names(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Make candidates of names that are too doubtful for a call with so few others.

    Args:
        findings: Of a whole call, with their parties.

    Returns:
        The findings in their order, of which some names that nobody is known to have are candidates.
    """
    names = {
        finding.entity.chars
        for finding in findings
        if _is_a_strangers(finding) and finding.entity.score >= MIN_COUNTED_SCORE
    }
    return tuple(
        replace(finding, entity=replace(finding.entity, candidate=True))
        if _is_a_strangers(finding)
        and finding.entity.score < masked_from(len(names) - (finding.entity.chars in names))
        else finding
        for finding in findings
    )


def masked_from(others: int) -> float:
    """The probability from which a name is masked in a call with so many others."""
    usual = math.log(MASK_FROM_AT_USUAL / (1 - MASK_FROM_AT_USUAL))
    few = ODDS_PER_LOG_NAMES * max(0.0, math.log(USUAL_NAMES + 0.5) - math.log(others + 0.5))
    return 1 / (1 + math.exp(-usual - few))


def _is_a_strangers(finding: Finding) -> bool:
    """Whether it is masked as the name of somebody whom the case does not know, on the judge's word alone."""
    entity = finding.entity
    masked = entity.judged and not entity.candidate and finding.party is Party.THIRD_PARTY
    return masked and entity.entity_type == "PERSON" and not finding.needs_review
