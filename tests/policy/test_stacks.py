"""The rules over what every stack and every example declares, as a preview and as a deployment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pulumi_serverless.blocks import api_access
from pulumi_serverless.handoff import async_handoff
from serverless_policy.rules import RULES, api, delivery
from tests.policy.policy_view import rejected
from tests.program.programs import EXAMPLES, ROOT, STACKS, deploy, run_stack

EXEMPTIONS = {path.stem: json.loads(path.read_text()) for path in ROOT.glob("policy/*.json")}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "deployment"])
def test_no_stack_breaks_a_rule_that_it_does_not_exempt_itself_from(
    stack: str, preview: bool
) -> None:
    graph = run_stack(stack, preview=preview)

    for rule in RULES:
        if EXEMPTIONS[stack].get(rule.id) != "disabled":
            assert rejected(rule, graph) == [], rule.id


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_exempts_itself_from_a_rule_that_it_keeps(stack: str) -> None:
    graph = run_stack(stack)
    by_id = {rule.id: rule for rule in RULES}

    for rule, level in EXEMPTIONS[stack].items():
        assert level == "disabled"
        assert rejected(by_id[rule], graph), f"policy/{stack}.json need not name {rule}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "deployment"])
def test_an_example_breaks_no_rule(example: Path, preview: bool) -> None:
    graph = deploy(example, preview=preview)

    for rule in RULES:
        assert rejected(rule, graph) == [], rule.id


def test_pack_and_library_agree_although_neither_imports_the_other() -> None:
    assert delivery.MAX_TARGET_TIMEOUT_SECONDS == async_handoff.MAX_TARGET_TIMEOUT_SECONDS
    assert dict([api.PUBLIC_TAG]) == api_access.PUBLIC_TAG


def test_the_documents_list_the_rules() -> None:
    page = (ROOT / "docs" / "pull-requests.md").read_text()
    table = page.split("| rule | rejects |\n| --- | --- |\n")[1].split("\n\n")[0]

    assert table.splitlines() == [f"| `{rule.id}` | {rule.rejects} |" for rule in RULES]


def test_production_is_exempt_from_nothing() -> None:
    assert EXEMPTIONS["prod"] == {}
