"""Code that any pattern may build on names none of them, in code or text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMPONENTS = ROOT / "components/pulumi_serverless"
RUNTIME = ROOT / "lambdas/serverless_runtime"
SHARED = [
    COMPONENTS / "blocks",
    COMPONENTS / "testing",
    RUNTIME / "circuit_breaker",
    RUNTIME / "once",
    RUNTIME / "queue_consumer",
    RUNTIME / "queue_sender",
    RUNTIME / "service_calls",
    RUNTIME / "shared",
    RUNTIME / "web",
    *(ROOT / "local" / name for name in ("emulator", "engine", "cloudwatch")),
]
NOT_PATTERNS = {
    *("blocks", "testing"),
    *("contracts", "once", "queue_consumer", "queue_sender", "service_calls", "shared", "web"),
    # Runtime and monitoring of circuit breakers are shared; the pattern is a component over them.
    "circuit_breaker",
}
PATTERNS = {
    path.parent.name
    for package in (COMPONENTS, RUNTIME)
    for path in package.glob("*/__init__.py")
    if path.parent.name not in NOT_PATTERNS
}
WORDS = {"handoff", "hand_off", "outbox", "task", "notification"}
"""What the first patterns are about; the words are rare enough to look for."""

OTHERS = re.compile(r"\btaskName\b|\bLAMBDA_TASK_ROOT\b|/var/task\b|\bNumberOfNotifications\w*")
"""Names that others have given: an attribute of Python's log records, a variable and a folder of
Lambda, metrics of SNS."""

# A package's "_" may be left out, or be a "-" or a space. A package of one word, such as "cache",
# is looked for where it is imported: shared parts may use the word.
NAMES = re.compile(
    "|".join(
        [
            *(name.replace("_", "[ _-]?") for name in sorted(WORDS | PATTERNS) if "_" in name),
            *sorted(WORDS),
            rf"(?:pulumi_serverless|serverless_runtime)\.(?:{'|'.join(sorted(PATTERNS))})\b",
        ]
    )
)


def test_there_are_patterns_to_find() -> None:
    assert {"handoff", "task_service", "notification_service"} <= PATTERNS


@pytest.mark.parametrize("folder", SHARED, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_shared_module_names_no_pattern(folder: Path) -> None:
    named = {
        str(path.relative_to(ROOT)): NAMES.findall(OTHERS.sub("", path.read_text()).lower())
        for path in folder.rglob("*.py")
    }

    assert named
    assert {path: names for path, names in named.items() if names} == {}
