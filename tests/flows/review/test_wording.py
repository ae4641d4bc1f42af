"""One word for one thing, in everything that people read; times are Japan's, and no detector is named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.desk.cases.requests import get
from tests.desk_builders import Clock
from tests.review_site import Person

ROOT = Path(__file__).parents[3]
REVIEW = ROOT / "flows" / "review"

ONE_WORD = {
    r"ユーザー?|アカウント|ログイン名": "利用者、利用者名",
    r"(?<!会員)ログイン": "サインイン",
    r"レビュー|確認者|確認を完了|完了してください|確認が完了": "確認を終える、確認の役割の人",
    r"マスク(?!け|しき)": "伏せる",
    r"案件(?!ファイル)": "請求",
    r"エラー": "誤り",
    r"キャンセル|中止する": "やめる",
    r"削除": "消す、消去",
    r"フォルダー|サーバ(?!ー)|ユーザ(?!ー)": "フォルダ、サーバー",
    r"\bUTC\b|協定世界時": "日本の時刻",
}
"""Words that another word stands for everywhere, as patterns, and that word."""

MEASURING = {"measuring"}
"""What engineers read of a measurement has the words of the figures: 過剰マスク."""


def _texts() -> Iterator[tuple[str, str]]:
    """Each text for people, and where it stands: templates, scripts, and what Python says in Japanese."""
    for path in sorted([*REVIEW.glob("templates/*.html"), *REVIEW.glob("static/*.js")]):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.lstrip().startswith("//"):
                yield f"{path.name}:{number}", line
    for path in sorted((ROOT / "flows").rglob("*.py")):
        if not MEASURING.intersection(path.parts):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docstrings = {id(node) for node in _docstrings(tree)}
            for node in ast.walk(tree):
                said = isinstance(node, ast.Constant) and isinstance(node.value, str)
                if said and id(node) not in docstrings and re.search("[ぁ-んァ-ヶ一-龠]", node.value):
                    yield f"{path.name}:{node.lineno}", node.value


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """What engineers read; a command's is what people read, and is not among them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            is_command = isinstance(node, ast.FunctionDef) and bool(node.decorator_list)
            if said and not is_command:
                yield first.value


@pytest.mark.parametrize("pattern", ONE_WORD)
def test_one_thing_has_one_word(pattern: str):
    """A second word for it makes people look for a second thing."""
    found = [where for where, text in _texts() if re.search(pattern, text)]
    assert found == [], f"{ONE_WORD[pattern]} と書く"


def test_the_walk_sees_texts_of_every_kind():
    """Of a page, a script and a message: what it does not see it could not refuse."""
    files = {where.partition(":")[0] for where, _ in _texts()}
    assert {"accounts.html", "dialogs.js", "decisions.py", "first_steps.py", "case.py"} <= files


def test_scripts_tell_japanese_time_wherever_the_browser_is():
    """Each time of day names the zone."""
    for path in REVIEW.glob("static/*.js"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"toLocale(?:Date|Time)?String\((?!.*Asia/Tokyo)", line), (path.name, line)
            assert not re.search(r"\.get(?:UTC)?(?:Hours|Minutes|Date|Month)\(", line), (path.name, line)


def test_pages_tell_japanese_time_and_name_no_detector(desk, clock: Clock, call, request):
    """At 23:41 in London it is 8:41 of the next day; what found a name is nobody's business."""
    clock.now = datetime(2026, 3, 1, 23, 41, tzinfo=UTC)
    people: list[Person] = [
        request.getfixturevalue(name) for name in ("analyst", "approver", "clerk", "administrator")
    ]
    number = get(desk, call.request_id).number
    decided = people[0].get(f"/api/calls/{call.call_id}").json()["undecided"]
    people[0].post(
        f"/api/calls/{call.call_id}/decisions",
        {"count": 0, "decisions": [{"kind": "mask", "items": decided}]},
    )
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "models" / "recognizers").glob("*.py"))
    names = {name for text in sources for name in re.findall(r"^class (\w+Recognizer)\b", text, re.MULTILINE)}
    assert len(names) > 5
    seen = 0
    for person in people:
        for address in (
            "/calls",
            "/requests",
            f"/requests/{number}",
            "/ledger",
            f"/ledger/{number}",
            f"/calls/{call.call_id}",
            "/care",
            "/accounts",
            "/lists",
            "/imports",
            "/breaches",
        ):
            page = person.get(address)
            if page.status_code != 200:
                continue
            seen += 1
            assert not re.search(r"23:41|\+00:00|\bUTC\b|T\d\d:\d\d:\d\d", page.text), address
            assert not [name for name in names if name in page.text], address
    assert seen > 12
