"""Extract the names of laws from an analyst's reason for a mask on item 3, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_LONG: Final = (
    "個人情報の保護に関する法律",
    "行政手続における特定の個人を識別するための番号の利用等に関する法律",
    "犯罪による収益の移転防止に関する法律",
    "児童虐待の防止等に関する法律",
    "配偶者からの暴力の防止及び被害者の保護等に関する法律",
    "高齢者虐待の防止、高齢者の養護者に対する支援等に関する法律",
    "障害者虐待の防止、障害者の養護者に対する支援等に関する法律",
    "感染症の予防及び感染症の患者に対する医療に関する法律",
    "精神保健及び精神障害者福祉に関する法律",
)
"""Names of laws that contain kana: a general pattern with kana could match a person's name."""

_NUMBER: Final = "[0-9０-９〇一二三四五六七八九十百]+"
_LAW: Final = re.compile(
    f"({'|'.join(map(re.escape, _LONG))}|[一-龥々ァ-ヶー]{{1,20}}(?:法|条例))"
    f"((?:第)?{_NUMBER}条(?:の{_NUMBER})?(?:(?:第)?{_NUMBER}項)?(?:(?:第)?{_NUMBER}号)?)?"
)
_NOT_LAWS: Final = ("法", "個人情報保護法", "同法", "本法", "方法")


def laws_in(reasons: Iterable[str]) -> tuple[str, ...]:
    """Return the laws that some reasons name, each once, in order.

    The rest of an analyst's text is not disclosed, because it may repeat words of the call.
    """
    found = (match[0] for reason in reasons for match in _LAW.finditer(reason) if match[1] not in _NOT_LAWS)
    return tuple(dict.fromkeys(found))
