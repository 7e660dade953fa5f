"""What is secret in the configuration is secret in the state, and in what is printed."""

from __future__ import annotations

import json
import logging
from typing import Any

import pulumi
import pytest

from pulumi_serverless.blocks.arguments import annotations_of
from pulumi_serverless.testing import AwsMocks, run_program
from pulumi_serverless.testing.mocks import FUNCTION
from stack_config import StackConfig
from stack_file import to_camel
from tests.components.a_function import a_function
from tests.program.programs import ROOT, run_in

MARK = "open-sesame-4711"
VALUES: dict[str, Any] = {
    "alarmEmails": [f"{MARK}@example.com"],
    "alarmSubscribers": [{"protocol": "https", "endpoint": f"https://example.com/{MARK}"}],
    "channels": [
        {"kind": "email", "sender": f"{MARK}@example.com", "recipients": [f"b.{MARK}@example.com"]},
        {
            "kind": "webhook",
            "url": f"https://example.com/hooks/{MARK}?a=1",
            "secretArn": f"arn:aws:ssm:eu-west-1:123456789012:parameter/{MARK}",
        },
        {"kind": "sms", "numbers": ["+447700900123"], "senderId": "TASKS"},
        {"kind": "push", "targetArn": f"arn:aws:sns:eu-west-1:123456789012:{MARK}"},
    ],
    "runbookUrl": f"https://example.com/{MARK}",
    "api": {
        "auth": {
            "kind": "jwt",
            "issuer": f"https://example.com/{MARK}",
            "audiences": [MARK],
        },
        "corsOrigins": [f"https://{MARK}.example.com"],
    },
}
SETTINGS = [to_camel(name) for name in annotations_of(StackConfig)]


@pytest.mark.parametrize("setting", [*VALUES, "all that are no text"])
def test_a_secret_setting_is_secret_in_every_resource(
    setting: str, caplog: pytest.LogCaptureFixture
) -> None:
    config = {setting: json.dumps(VALUES[setting])} if setting in VALUES else {}
    if setting == "runbookUrl":
        config[setting] = VALUES[setting]
    caplog.set_level(logging.DEBUG)

    others = [each for each in SETTINGS if each not in VALUES]
    graph = run_in(ROOT, AwsMocks(), secret=[setting] if config else others, **config)

    found = [
        (each, name)
        for each in graph.all
        for name, value in each.inputs.items()
        if each.custom and MARK in json.dumps(value, default=str)
    ]
    assert bool(found) is (setting in VALUES)
    assert [f"{each.name}.{name}" for each, name in found if name not in each.secret_inputs] == []
    assert not [each.urn for each in graph.all if MARK in each.urn]
    assert MARK not in caplog.text


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_wrong_secret_setting_is_named_and_not_shown(setting: str) -> None:
    for wrong in (
        MARK,
        [MARK],
        {"auth": MARK},
        [{"kind": MARK}],
        [{"kind": "webhook", "url": MARK}],
    ):
        text = wrong if isinstance(wrong, str) else json.dumps(wrong)
        if setting == "runbookUrl":
            continue
        with pytest.raises(pulumi.RunError) as raised:
            run_in(ROOT, AwsMocks(), secret=[setting], **{setting: text})

        assert MARK not in str(raised.value)
        assert f"internal-handoff:{setting}" in str(raised.value)


def test_a_webhooks_url_is_secret_without_being_marked() -> None:
    graph = run_in(ROOT, AwsMocks(), channels=json.dumps(VALUES["channels"]))

    url = f"/hooks/{MARK}"
    shown = [
        f"{each.name}.{name}"
        for each in graph.all
        for name, value in each.inputs.items()
        if url in json.dumps(value, default=str) and name not in each.secret_inputs
    ]
    assert shown == []


@pytest.mark.parametrize(("text", "is_kept"), [("s3cr3t-7", True), ("s3cret7", False)])
@pytest.mark.parametrize("kind", ["text", "list", "nested"])
def test_a_secret_of_eight_characters_or_more_is_kept_wherever_it_is_passed(
    kind: str, text: str, *, is_kept: bool
) -> None:
    setting = {
        "text": text,
        "list": json.dumps([1, text]),
        "nested": f'{{"a": [{{"b": "{text}"}}]}}',
    }

    def program() -> None:
        a_function("plain", environment={"TOKEN": f"token={text}", "COLOUR": "red"})

    found = run_program(
        program, config={"test:key": setting[kind]}, secret_keys=["test:key"], mocks=AwsMocks()
    )
    assert found.named("plain", FUNCTION).secret_inputs == (["environment"] if is_kept else [])
