"""The same rules in the process that `pulumi preview --policy-pack policy` calls."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from serverless_policy.rules import RULES
from tests.policy.analyzer import LEVELS, Analyzer, analyzer
from tests.policy.examples import recorded
from tests.policy.test_rules import EXAMPLES, pairs
from tests.program.programs import ROOT, STACKS, run_stack


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[Analyzer, dict[str, int]]]:
    """The pack, and its rules as they were before anything was configured."""
    with analyzer() as pack:
        yield pack, pack.rules()


@pytest.fixture
def pack(started: tuple[Analyzer, dict[str, int]]) -> Analyzer:
    """The pack as it is without a stack's own file."""
    pack, _ = started
    pack.configure({rule.id: "mandatory" for rule in RULES})
    return pack


def test_every_rule_is_mandatory_unless_a_stack_is_exempt(
    started: tuple[Analyzer, dict[str, int]],
) -> None:
    _, levels = started

    assert levels == {rule.id: LEVELS["mandatory"] for rule in RULES}


def test_a_deployment_with_its_own_file_passes(pack: Analyzer) -> None:
    pack.configure(json.loads((ROOT / "policy" / "prod.json").read_text()))

    assert pack.violations(run_stack("prod")) == {}


@pytest.mark.parametrize("stack", STACKS)
def test_a_preview_with_its_own_file_passes_although_it_does_not_know_everything(
    stack: str, pack: Analyzer
) -> None:
    graph = run_stack(stack, preview=True)
    pack.configure(json.loads((ROOT / "policy" / f"{stack}.json").read_text()))

    assert "Unknown" in str([resource.inputs for resource in graph.all])
    assert pack.violations(graph) == {}


def test_without_its_file_a_stack_is_rejected_what_it_is_exempt_from(pack: Analyzer) -> None:
    exempt = json.loads((ROOT / "policy" / "dev.json").read_text())

    assert set(pack.violations(run_stack("dev", preview=True))) == set(exempt)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_bad_example_is_rejected_with_the_rules_advice(rule: str, pack: Analyzer) -> None:
    remediation = next(each.remediation for each in RULES if each.id == rule)
    for name, program in pairs("rejected"):
        if name == rule:
            advice = pack.violations(recorded(program))[rule]
            assert all(remediation in each for each in advice)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_good_example_is_not_rejected(rule: str, pack: Analyzer) -> None:
    for name, program in pairs("passed"):
        if name == rule:
            assert rule not in pack.violations(recorded(program))
