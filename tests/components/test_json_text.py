from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_serverless.blocks.json_text import json_text
from pulumi_serverless.testing import AwsMocks, Graph, record, run_program

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def policy_of(queue: aws.sqs.Queue) -> dict[str, Any]:
    return {"Statement": [{"Action": "sqs:*", "Resource": [queue.arn, queue.url, "*"]}]}


@settings(max_examples=50)
@given(DOCUMENTS, DOCUMENTS)
def test_it_is_what_the_sdk_writes(document: Any, inner: Any) -> None:
    def program() -> None:
        whole = {"known": document, "later": [pulumi.Output.from_input(inner), document]}
        pulumi.export("ours", json_text(whole))
        pulumi.export("sdk", pulumi.Output.json_dumps(whole))

    exports = record(program).exports

    assert exports["ours"] == exports["sdk"]


def test_outputs_in_the_value_of_an_output_are_filled_in() -> None:
    def program() -> None:
        inner = pulumi.Output.from_input("in")
        outer = pulumi.Output.from_input("out").apply(lambda text: {text: [inner]})
        pulumi.export("text", json_text({"document": outer}))

    assert json.loads(record(program).exports["text"]) == {"document": {"out": ["in"]}}


@given(DOCUMENTS)
def test_without_outputs_it_is_known_at_once(document: Any) -> None:
    assert isinstance(json_text(document), str)


def a_policy(*, preview: bool) -> Graph:
    def program() -> None:
        queue = aws.sqs.Queue("q")
        aws.sqs.QueuePolicy("p", queue_url="https://q", policy=json_text(policy_of(queue)))

    return run_program(program, mocks=AwsMocks(preview=preview), preview=preview)


def test_a_resource_depends_on_what_its_policy_names() -> None:
    graph = a_policy(preview=False)

    policy = graph.named("p")
    assert policy.property_dependencies["policy"] == [graph.named("q").urn]
    assert policy.inputs["policy"] == (
        '{"Statement": [{"Action": "sqs:*", "Resource": ["arn:q", "https://sqs/q", "*"]}]}'
    )


def test_a_value_that_only_aws_knows_leaves_the_text_unknown_in_a_preview() -> None:
    policy = a_policy(preview=True).named("p").inputs["policy"]

    assert isinstance(policy, pulumi.output.Unknown)


def test_a_secret_makes_the_text_secret() -> None:
    def program() -> None:
        for name, value in {
            "hidden": pulumi.Output.secret("x"),
            "shown": pulumi.Output.from_input("x"),
        }.items():
            text = pulumi.Output.from_input(json_text([value]))
            pulumi.export(name, text.is_secret())

    assert record(program).exports == {"hidden": True, "shown": False}


def test_a_value_that_is_not_json_is_named() -> None:
    with pytest.raises(TypeError, match=r"not a JSON value: \{'a'\}"):
        json_text({"names": {"a"}})
