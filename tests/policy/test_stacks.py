"""The rules over what every stack declares, as a preview and as a deployment."""

from __future__ import annotations

import json

import pytest

from pulumi_serverless.testing.mocks import AwsMocks
from pulumi_serverless.testing.program import run_program
from serverless_policy.rules import RULES
from tests.policy.seen import refused
from tests.program.programs import ROOT, STACKS, run_stack

EXEMPTIONS = {path.stem: json.loads(path.read_text()) for path in ROOT.glob("policy/*.json")}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "deployment"])
def test_no_stack_breaks_a_rule_that_it_does_not_exempt_itself_from(
    stack: str, preview: bool
) -> None:
    graph = run_stack(stack, preview=preview)

    for rule in RULES:
        if EXEMPTIONS[stack].get(rule.id) != "disabled":
            assert refused(rule, graph) == [], rule.id


@pytest.mark.parametrize("stack", STACKS)
def test_no_stack_exempts_itself_from_a_rule_that_it_keeps(stack: str) -> None:
    graph = run_stack(stack)
    by_id = {rule.id: rule for rule in RULES}

    for rule, level in EXEMPTIONS[stack].items():
        assert level == "disabled"
        assert refused(by_id[rule], graph), f"policy/{stack}.json need not name {rule}"


def test_the_components_break_no_rule_in_a_program_of_somebody_elses() -> None:
    example = run_program(
        ROOT / "examples" / "orders", project="orders", stack="dev", mocks=AwsMocks()
    )
    for rule in RULES:
        assert refused(rule, example) == [], rule.id


def test_the_documents_list_the_rules() -> None:
    page = (ROOT / "docs" / "pull-requests.md").read_text()
    table = page.split("| rule | refuses |\n| --- | --- |\n")[1].split("\n\n")[0]

    assert table.splitlines() == [f"| `{rule.id}` | {rule.refuses} |" for rule in RULES]


def test_production_is_exempt_from_nothing() -> None:
    assert EXEMPTIONS["prod"] == {}
