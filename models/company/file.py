"""Values of a company's recognizer file: Presidio's registry format with a few extensions.

The keys are those of Presidio's ``recognizer_registry`` YAML.  The project's own keys, which Presidio
ignores:

    terms         words with readings, also found by sound: ``- {text: 青空特約, kana: アオゾラトクヤク}``
    confidential  ``true``: a company secret, always masked, whatever the type is called
    module        Python module to import before a predefined class is looked up
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path

import regex

from models.company.yaml_lines import Entry, read_yaml
from pipeline.types import CaseName

CONFIDENTIAL = "CONFIDENTIAL"

LANGUAGE = "ja"

FLAGS = int(regex.DOTALL | regex.MULTILINE | regex.IGNORECASE)
"""26, as in Presidio's own file."""

PROBE_SECONDS = 1.0
"""Greatest time of a rule for one of ``PROBES``; a slower rule would take hours for a call."""

PROBES = tuple(f"{unit * 3000}!" for unit in ("0", "a", "あ", "ア", "一", " ", "0-", "a ", "はい、"))
"""Long runs on which a nested repetition backtracks exponentially.  The expression's own letters follow them,
because an expression that needs a letter fails at once on a text without it."""

_COMMON = {
    "name", "type", "enabled", "supported_language", "supported_languages", "supported_entity",
    "supported_entities", "context", "score_thresholds", "country_code", "version", "confidential",
}  # fmt: skip
CUSTOM_KEYS = frozenset({*_COMMON, "patterns", "deny_list", "deny_list_score", "terms"})
PREDEFINED_KEYS = frozenset({*_COMMON, "class_name", "module"})
TOP_KEYS = frozenset({"recognizers", "supported_languages", "global_regex_flags"})
PATTERN_KEYS = frozenset({"name", "regex", "score"})
TERM_KEYS = frozenset({"text", "kana"})
LANGUAGE_KEYS = frozenset({"language", "context"})

_KANA = re.compile(r"[ぁ-ゖァ-ヺー・\s]+")
_TYPE = re.compile(r"\w{1,40}")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern: its name, its line in the file, the compiled expression, its score."""

    name: str
    line: int
    expression: regex.Pattern[str] = field(repr=False)
    score: float


@dataclass(frozen=True, slots=True)
class Definition:
    """One recognizer of the file.

    Attributes:
        name: Shown with each finding.
        entry: Its position in the file.
        entity_type: Type of its findings; empty where a predefined class states it.
        confidential: Whether its findings are company secrets.
        context: Words beside which its score rises.
        thresholds: Least score by type, or by ``default``.
        rules: Patterns.
        deny_list: Words found by spelling.
        deny_list_score: Their score.
        terms: Words found by spelling and by sound.
        predefined: Class of Presidio's, or the company's own, in place of rules and lists.
    """

    name: str
    entry: Entry = field(repr=False)
    entity_type: str
    confidential: bool
    context: tuple[str, ...] = field(repr=False)
    thresholds: tuple[tuple[str, float], ...]
    rules: tuple[Rule, ...] = ()
    deny_list: tuple[str, ...] = field(default=(), repr=False)
    deny_list_score: float = 1.0
    terms: tuple[CaseName, ...] = field(default=(), repr=False)
    predefined: Predefined | None = None


@dataclass(frozen=True, slots=True)
class Predefined:
    """A class to look up, the module that defines it, and its arguments in the file."""

    class_name: str
    module: str
    arguments: tuple[tuple[str, Entry], ...] = field(repr=False)


def read_definitions(path: Path) -> tuple[tuple[Definition, ...], str]:
    """Read and check a company's file.

    Args:
        path: YAML, UTF-8.

    Returns:
        The enabled recognizers, in order of the file, and the file's SHA-256.

    Raises:
        RecognizerFileError: the file is malformed; the message names the line and the key.
    """
    document, sha256 = read_yaml(path)
    top = document.keys(TOP_KEYS)
    if "recognizers" not in top:
        raise document.error("recognizers がありません")
    if "supported_languages" in top:
        _check_languages(top["supported_languages"])
    flags = top["global_regex_flags"].whole() if "global_regex_flags" in top else FLAGS
    names: set[str] = set()
    found: list[Definition] = []
    for entry in top["recognizers"].entries():
        definition, enabled = _definition(entry, flags)
        if definition.name in names:
            raise entry.error("同じ name の検出器が前にあります")
        names.add(definition.name)
        if enabled:
            found.append(definition)
    return tuple(found), sha256


def _definition(entry: Entry, flags: int) -> tuple[Definition, bool]:
    loose = entry.keys()
    kind = loose["type"].text() if "type" in loose else "custom"
    if kind not in {"custom", "predefined"}:
        raise loose["type"].error("custom か predefined のどちらかです")
    predefined = kind == "predefined"
    keys = entry.keys(None if predefined else CUSTOM_KEYS)
    if "name" not in keys:
        raise entry.error("name がありません")
    name = keys["name"].text()
    if set(name) & set("+、"):
        # The two characters join the names, and the explanations, of several recognizers.
        raise keys["name"].error("+ と 、 は使えません")
    common = Definition(
        name=name,
        entry=entry,
        entity_type=_entity_type(entry, keys, required=not predefined),
        confidential="confidential" in keys and keys["confidential"].flag(),
        context=(*_texts(keys, "context"), *_language_context(keys)),
        thresholds=_thresholds(keys),
    )
    definition = _of_class(common, keys) if predefined else _of_words(common, keys, flags)
    return definition, "enabled" not in keys or keys["enabled"].flag()


def _entity_type(entry: Entry, keys: dict[str, Entry], *, required: bool) -> str:
    given = [keys[key] for key in ("supported_entity", "supported_entities") if key in keys]
    if len(given) == 2:
        raise given[1].error("supported_entity と supported_entities はどちらか一つです")
    if given and "supported_entities" in keys:
        given = list(given[0].entries())
        if len(given) > 1 and required:
            raise given[1].error("自社の検出器の種別は一つです")
    if not given:
        if required:
            raise entry.error("supported_entity がありません")
        return ""
    entity_type = given[0].text()
    if not _TYPE.fullmatch(entity_type):
        raise given[0].error("種別は文字・数字・_ で40字までです")
    return entity_type


def _language_context(keys: dict[str, Entry]) -> tuple[str, ...]:
    """Check that Japanese is among the languages, and return the context words for it."""
    if "supported_language" in keys and keys["supported_language"].text() != LANGUAGE:
        raise keys["supported_language"].error("通話は日本語です: ja にしてください")
    if "supported_languages" not in keys:
        return ()
    return _check_languages(keys["supported_languages"])


def _check_languages(languages: Entry) -> tuple[str, ...]:
    context: tuple[str, ...] | None = None
    for language in languages.entries():
        keys = language.keys(LANGUAGE_KEYS) if language.is_mapping else {"language": language}
        if "language" not in keys:
            raise language.error("language がありません")
        if keys["language"].text() == LANGUAGE:
            context = _texts(keys, "context")
    if context is None:
        raise languages.error("通話は日本語です: ja を入れてください")
    return context


def _thresholds(keys: dict[str, Entry]) -> tuple[tuple[str, float], ...]:
    if "score_thresholds" not in keys:
        return ()
    return tuple((name, entry.number()) for name, entry in keys["score_thresholds"].keys().items())


def _of_words(common: Definition, keys: dict[str, Entry], flags: int) -> Definition:
    if not keys.keys() & {"patterns", "deny_list", "terms"}:
        raise common.entry.error("patterns・deny_list・terms のどれもありません")
    return replace(
        common,
        rules=tuple(_rule(each, flags) for each in _entries(keys, "patterns")),
        deny_list=_texts(keys, "deny_list"),
        deny_list_score=keys["deny_list_score"].number() if "deny_list_score" in keys else 1.0,
        terms=tuple(_term(each) for each in _entries(keys, "terms")),
    )


def _of_class(common: Definition, keys: dict[str, Entry]) -> Definition:
    predefined = Predefined(
        class_name=keys["class_name"].text() if "class_name" in keys else common.name,
        module=keys["module"].text() if "module" in keys else "",
        arguments=tuple((key, place) for key, place in keys.items() if key not in PREDEFINED_KEYS),
    )
    return replace(common, predefined=predefined)


def _entries(keys: dict[str, Entry], key: str) -> tuple[Entry, ...]:
    return keys[key].entries() if key in keys else ()


def _texts(keys: dict[str, Entry], key: str) -> tuple[str, ...]:
    return tuple(entry.text() for entry in _entries(keys, key))


def _rule(entry: Entry, flags: int) -> Rule:
    keys = entry.keys(PATTERN_KEYS)
    missing = sorted(PATTERN_KEYS - keys.keys())
    if missing:
        raise entry.error(f"{missing[0]} がありません")
    place = keys["regex"]
    try:
        expression = regex.compile(place.text(), flags)
    except (regex.error, ValueError, OverflowError):
        raise place.error("正規表現として読めません") from None
    try:
        for probe in PROBES:
            for _ in expression.finditer(probe + expression.pattern, timeout=PROBE_SECONDS):
                pass
    except TimeoutError:
        raise place.error("時間のかかりすぎる正規表現です（繰り返しの入れ子を解いてください）") from None
    return Rule(keys["name"].text(), place.line, expression, keys["score"].number())


def _term(entry: Entry) -> CaseName:
    keys = entry.keys(TERM_KEYS) if entry.is_mapping else {"text": entry}
    if "text" not in keys:
        raise entry.error("text がありません")
    kana = unicodedata.normalize("NFKC", keys["kana"].text()) if "kana" in keys else ""
    if kana and not _KANA.fullmatch(kana):
        raise keys["kana"].error("かなではありません")
    return CaseName(keys["text"].text(), kana)
