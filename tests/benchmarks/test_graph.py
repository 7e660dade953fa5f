"""What our components are compared with is the same graph."""

from __future__ import annotations

from typing import Any

from benchmarks.graph import FOR_THIS_PYTHON, hand_offs, plainly, without_stack
from pulumi_serverless.testing import AwsMocks, Graph, run_program


def shape(graph: Graph) -> dict[tuple[str, str], Any]:
    return {
        (each.type, each.name): (
            each.parent,
            # An archive is a new object each time.
            {key: value for key, value in each.inputs.items() if key != "code"},
            set(each.dependencies),
            {key: set(urns) for key, urns in each.property_dependencies.items() if urns},
        )
        for each in without_stack(graph)
    }


def test_the_sdk_alone_registers_the_same_resources_inputs_and_dependencies() -> None:
    ours = run_program(lambda: hand_offs(2), config=FOR_THIS_PYTHON, mocks=AwsMocks())
    alone = run_program(plainly(without_stack(ours)), config=FOR_THIS_PYTHON, mocks=AwsMocks())

    assert shape(alone) == shape(ours)
    assert any(dependencies for *_, dependencies in shape(ours).values())
