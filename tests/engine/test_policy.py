"""The policy pack gives the same verdicts in the engine as on the recorded graph."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from pulumi_serverless.testing import Graph
from serverless_policy.rules import RULES
from tests.engine.conftest import MakeStack
from tests.policy.analyzer import analyzer
from tests.program.programs import ROOT, STACKS, run_stack


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_passes_as_its_record_does(name: str, make_stack: MakeStack) -> None:
    assert make_stack(name).verdicts(name) == {}
    assert recorded_verdicts(run_stack(name, preview=True), name) == {}


def test_an_unprotected_production_is_refused_as_its_record_is(make_stack: MakeStack) -> None:
    stack = make_stack("prod")
    stack.configure(protectData=False)

    verdicts = stack.verdicts("prod")

    assert verdicts
    assert verdicts == recorded_verdicts(
        run_stack("prod", preview=True, protectData="false"), "prod"
    )


def recorded_verdicts(graph: Graph, level: str) -> Mapping[str, list[str]]:
    exemptions = json.loads((ROOT / "policy" / f"{level}.json").read_text())
    with analyzer() as pack:
        pack.configure({**{rule.id: "mandatory" for rule in RULES}, **exemptions})
        found = pack.violations(graph)
    return {rule: sorted(messages) for rule, messages in found.items()}
