"""Wrong inputs are refused with the name of the resource, before anything is created."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.emulator.clients import Clients, Credentials
from local.emulator.start import Emulator
from local.engine import schema
from local.engine.in_process_engine import InProcessEngine
from local.engine.program_errors import ProgramError
from local.engine.provider import Provider, UnsupportedError
from local.engine.resource_types import resource_types
from tests.local.redeployed import Stack, deploy

# Never called: what is wrong is found first.
PROVIDER = Provider(Clients("http://127.0.0.1:9", Credentials("never", "used")))
TYPES = st.sampled_from(list(resource_types()))
ANY_VALUE: list[Any] = [True, 1, 1.5, "text", [1], {"a": 1}, pulumi.StringAsset("text")]


def _failures(token: str, inputs: dict[str, Any]) -> dict[str, str]:
    checked = PROVIDER.check(token, "mine", inputs, None, b"seed")
    return {failure.property: failure.reason for failure in checked.failures}


def _up(program: Any) -> None:
    deploy(InProcessEngine(PROVIDER), program)


@given(st.data())
def test_a_misspelt_property_is_refused_and_the_right_one_suggested(data: st.DataObject) -> None:
    token = data.draw(TYPES)
    names = schema.properties(token)
    name = data.draw(st.sampled_from([name for name in names if len(name) > 5]))
    at = data.draw(st.integers(1, len(name) - 2))
    misspelt = name[:at] + name[at + 1 :]
    if misspelt in names:
        return

    reason = _failures(token, {misspelt: "text"})[misspelt]

    assert f'an unexpected argument "{misspelt}" was provided' in reason
    assert "(did you mean " in reason
    assert f"Examine values at 'mine.{misspelt}'." in reason


@given(st.data())
def test_a_value_fits_or_is_refused_with_its_place(data: st.DataObject) -> None:
    token = data.draw(TYPES)
    name, expected = data.draw(st.sampled_from(sorted(schema.properties(token).items())))
    value = data.draw(st.sampled_from(ANY_VALUE))

    reasons = {
        place: reason
        for place, reason in _failures(token, {name: value}).items()
        if place.startswith(name) and "is required" not in reason
    }

    kinds = schema.alternatives(expected)
    simple = {bool: bool, str: str, int: int, float: int | float}
    [kind, *others] = kinds
    if kind in simple and not others:
        fits = isinstance(value, simple[kind]) and (kind is bool) == isinstance(value, bool)
        # The provider takes a JSON document as an object, too.
        document = kind is str and isinstance(value, dict)
        assert bool(reasons) != (fits or document)


@given(TYPES)
def test_what_is_required_is_missed(token: str) -> None:
    required = {name for name, expected in schema.properties(token).items() if expected.required}

    assert _failures(token, {}).keys() == required


@given(TYPES)
def test_a_value_that_is_not_known_yet_fits_everywhere(token: str) -> None:
    inputs = dict.fromkeys(schema.properties(token), schema.UNKNOWN)

    assert _failures(token, inputs) == {}


def test_a_misspelt_property_of_a_nested_object_is_refused() -> None:
    variables = {"environment": {"varables": {"A": "1"}}, "role": "arn"}

    reason = _failures("aws:lambda/function:Function", variables)["environment.varables"]

    assert "(did you mean variables?)" in reason


def test_a_nested_value_of_a_wrong_type_is_refused_with_its_index() -> None:
    reasons = _failures("aws:lambda/function:Function", {"role": "arn", "layers": ["arn", 3]})

    assert "expected string type, got integer type" in reasons["layers[1]"]


def test_a_policy_may_be_an_object() -> None:
    inputs = {"role": "worker", "policy": {"Version": "2012-10-17"}}

    checked = PROVIDER.check("aws:iam/rolePolicy:RolePolicy", "mine", inputs, None, b"")

    assert checked.inputs["policy"] == '{"Version": "2012-10-17"}'


def test_a_name_that_is_too_long_is_refused() -> None:
    checked = PROVIDER.check(
        "aws:iam/role:Role", "a" * 60, {"assumeRolePolicy": "{}"}, None, b"seed"
    )

    assert "longer than 64 characters" in checked.failures[0].reason


@pytest.mark.parametrize("token", ["aws:sqs/queue:Queue", "aws:sns/topic:Topic"])
def test_a_fifo_name_has_its_suffix(token: str) -> None:
    fifo = "fifoQueue" if "queue" in token else "fifoTopic"

    assert PROVIDER.check(token, "mine", {fifo: True}, None, b"").inputs["name"].endswith(".fifo")


def test_the_name_stays_and_a_new_seed_gives_another() -> None:
    queue = "aws:sqs/queue:Queue"
    first = PROVIDER.check(queue, "mine", {}, None, b"first").inputs

    assert PROVIDER.check(queue, "mine", {}, first, b"second").inputs == first
    assert PROVIDER.check(queue, "mine", {}, None, b"second").inputs != first
    assert PROVIDER.check(queue, "mine", {}, None, b"first").inputs == first


def test_a_type_that_the_provider_lacks_is_named_with_its_resource_and_file() -> None:
    with pytest.raises(
        ProgramError, match=r"aws:swf/domain:Domain yet \(flows\); .*services/swf\.py"
    ):
        # A service with one type: to import those of EC2 takes half a second.
        _up(lambda: aws.swf.Domain("flows", workflow_execution_retention_period_in_days="1"))


def test_a_type_of_a_service_that_is_there_is_to_be_added_to_its_file() -> None:
    [failure] = PROVIDER.check("aws:lambda/x:X", "mine", {}, None, b"").failures

    assert "services/lambda_" in failure.reason


def test_a_lookup_that_the_provider_lacks_is_named() -> None:
    with pytest.raises(UnsupportedError, match="cannot look up aws:index/getIpRanges"):
        PROVIDER.invoke("aws:index/getIpRanges:getIpRanges", {})


def test_a_policy_document_is_written_as_the_provider_writes_it() -> None:
    statement = {
        "actions": ["sqs:SendMessage"],
        "resources": ["arn:1", "arn:2"],
        "principals": [{"type": "Service", "identifiers": ["sns.amazonaws.com"]}],
        "conditions": [{"test": "ArnEquals", "variable": "aws:SourceArn", "values": ["arn:3"]}],
    }

    found = PROVIDER.invoke(
        "aws:iam/getPolicyDocument:getPolicyDocument", {"statements": [statement]}
    )

    assert json.loads(found["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Resource": ["arn:1", "arn:2"],
                "Principal": {"Service": "sns.amazonaws.com"},
                "Condition": {"ArnEquals": {"aws:SourceArn": "arn:3"}},
            }
        ],
    }
    assert json.loads(found["minifiedJson"]) == json.loads(found["json"])


def test_a_program_is_told_the_resource_whose_nested_property_is_wrong() -> None:
    window: Any = {"mood": "OFF"}

    def program() -> None:
        aws.scheduler.Schedule(
            "relay",
            schedule_expression="rate(1 hour)",
            flexible_time_window=window,
            target={"arn": "arn", "role_arn": "arn"},
        )

    with pytest.raises(ProgramError, match=r"resource 'relay' has a problem: .*did you mean mode"):
        _up(program)


def test_an_input_that_the_type_would_drop_in_silence_is_refused(
    stack: Stack, emulator: Emulator
) -> None:
    def program() -> None:
        aws.sqs.Queue("orders", redrive_allow_policy='{"redrivePermission": "denyAll"}')
        aws.dynamodb.Table(
            "restored",
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
            billing_mode="PAY_PER_REQUEST",
            restore_source_name="others",
        )

    with pytest.raises(UnsupportedError, match="would ignore restoreSourceName"):
        stack.up(program)

    tables = emulator.client("dynamodb").list_tables()["TableNames"]
    assert not [name for name in tables if name.startswith("restored-")]


@pytest.mark.parametrize("token", [t for t, each in resource_types().items() if each.defaults])
def test_an_input_that_says_what_holds_without_it_is_no_change(token: str) -> None:
    for name, default in resource_types()[token].defaults.items():
        assert name in schema.properties(token)
        assert PROVIDER.diff(token, {}, {name: default}).changed == []
        assert PROVIDER.diff(token, {name: default}, {}).changed == []
        assert PROVIDER.diff(token, {}, {name: "other"}).replaces == [name]


def test_two_resources_of_one_name_in_aws_are_refused(stack: Stack) -> None:
    def program() -> None:
        aws.sqs.Queue("orders", name="same")
        aws.sqs.Queue("refunds", name="same")

    with pytest.raises(ProgramError, match="'orders' and 'refunds' must have different names"):
        stack.up(program)


def test_what_the_emulator_refuses_names_the_resource(stack: Stack) -> None:
    with pytest.raises(ProgramError, match=r"orders.*VisibilityTimeout"):
        stack.up(lambda: aws.sqs.Queue("orders", visibility_timeout_seconds=999_999))


def test_an_exported_secret_is_its_value(stack: Stack) -> None:
    outputs = stack.up(lambda: pulumi.export("key", pulumi.Output.secret("open sesame")))

    assert outputs == {"key": "open sesame"}
