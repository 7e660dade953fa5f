"""The same rules in the process that `pulumi preview --policy-pack policy` calls."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pulumi_serverless.testing import Graph, record
from serverless_policy.rules import RULES
from tests.policy.analyzer import LEVELS, Analyzer, analyzer
from tests.policy.test_rules import EXAMPLES, pairs
from tests.program.programs import ROOT, STACKS, run_stack


@pytest.fixture(scope="module")
def running() -> Iterator[Analyzer]:
    with analyzer() as started:
        yield started


@pytest.fixture
def pack(running: Analyzer) -> Analyzer:
    """The pack as it is without a stack's own file."""
    running.configure({rule.id: "mandatory" for rule in RULES})
    return running


def test_every_rule_is_mandatory_unless_a_stack_is_exempt() -> None:
    with analyzer() as fresh:
        assert fresh.rules() == {rule.id: LEVELS["mandatory"] for rule in RULES}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("preview", [True, False], ids=["preview", "deployment"])
def test_a_stack_passes_with_its_own_file(stack: str, preview: bool, pack: Analyzer) -> None:
    pack.configure(json.loads((ROOT / "policy" / f"{stack}.json").read_text()))

    assert pack.violations(run_stack(stack, preview=preview)) == {}


def test_without_its_file_a_stack_is_rejected_what_it_is_exempt_from(pack: Analyzer) -> None:
    exempt = json.loads((ROOT / "policy" / "dev.json").read_text())

    assert set(pack.violations(run_stack("dev", preview=True))) == set(exempt)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_bad_example_is_rejected_with_the_rules_advice(rule: str, pack: Analyzer) -> None:
    remediation = next(each.remediation for each in RULES if each.id == rule)
    for name, program in pairs("rejected"):
        if name == rule:
            advice = pack.violations(record(program))[rule]
            assert all(remediation in each for each in advice)


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_good_example_is_not_rejected(rule: str, pack: Analyzer) -> None:
    for name, program in pairs("passed"):
        if name == rule:
            assert rule not in pack.violations(record(program))


def test_what_a_preview_cannot_know_is_not_rejected_and_does_not_stop_the_rule(
    pack: Analyzer,
) -> None:
    def unknown(graph: Graph) -> bool:
        return "Unknown" in str([resource.inputs for resource in graph.all])

    graph = run_stack("dev", preview=True, protectData="true", alarmEmails='["a@example.com"]')

    assert unknown(graph)
    assert pack.violations(graph) == {}
