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
from tests.program.programs import ROOT, notifications, run_in, run_part

MARK = "open-sesame-4711"


def values(mark: str) -> dict[str, Any]:
    """Every setting that is passed on as text, with the mark in each text that may have it."""
    return {
        "alarmEmails": [f"{mark}@example.com"],
        "alarmSubscribers": [{"protocol": "https", "endpoint": f"https://example.com/{mark}"}],
        "channels": [
            {
                "kind": "email",
                "sender": f"{mark}@example.com",
                "recipients": [f"b.{mark}@example.com"],
            },
            {
                "kind": "webhook",
                "url": f"https://example.com/hooks/{mark}?a=1",
                "secretArn": f"arn:aws:ssm:eu-west-1:123456789012:parameter/{mark}",
            },
            {"kind": "sms", "numbers": ["+447700900123"], "senderId": "TASKS"},
            {"kind": "push", "targetArn": f"arn:aws:sns:eu-west-1:123456789012:{mark}"},
        ],
        "runbookUrl": f"https://example.com/{mark}",
        "api": {
            "auth": {
                "kind": "jwt",
                "issuer": f"https://example.com/{mark}",
                "audiences": [mark],
            },
            "corsOrigins": [f"https://{mark}.example.com"],
        },
    }


SETTINGS = [to_camel(name) for name in annotations_of(StackConfig)]


def test_a_secret_setting_is_secret_in_every_resource(caplog: pytest.LogCaptureFixture) -> None:
    marks = {name: f"open-sesame-{number}" for number, name in enumerate(values(MARK))}
    marked = {name: values(mark)[name] for name, mark in marks.items()}
    caplog.set_level(logging.DEBUG)

    graph = run_in(
        ROOT, AwsMocks(), secret=SETTINGS, **{name: as_text(marked[name]) for name in marked}
    )

    found = {
        (each.urn, name, name in each.secret_inputs): marks_in(value, marks)
        for each in graph.all
        if each.custom
        for name, value in each.inputs.items()
        if marks_in(value, marks)
    }
    assert [f"{urn}.{name}" for urn, name, is_secret in found if not is_secret] == []
    # Each input is made of one setting, and secret because of it.
    assert {frozenset(each) for each in found.values()} == {
        frozenset({mark}) for mark in marks.values()
    }
    assert not marks_in([each.urn for each in graph.all], marks)
    assert not marks_in(caplog.text, marks)


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def marks_in(value: Any, marks: dict[str, str]) -> set[str]:
    text = json.dumps(value, default=str)
    return {mark for mark in marks.values() if mark in text}


@pytest.mark.parametrize(
    "wrong",
    [MARK, [MARK], {"auth": MARK}, [{"kind": MARK}], [{"kind": "webhook", "url": MARK}]],
    ids=str,
)
def test_a_wrong_secret_setting_is_named_and_not_shown(wrong: Any) -> None:
    # A runbook is at any URL.
    settings = [name for name in SETTINGS if name != "runbookUrl"]

    with pytest.raises(pulumi.RunError) as raised:
        run_in(ROOT, AwsMocks(), secret=SETTINGS, **dict.fromkeys(settings, as_text(wrong)))

    assert MARK not in str(raised.value)
    for setting in settings:
        assert f"internal-handoff:{setting}" in str(raised.value)


def test_a_webhooks_url_is_secret_without_being_marked() -> None:
    graph = run_part(notifications, channels=json.dumps(values(MARK)["channels"]))

    url = f"/hooks/{MARK}"
    found = [
        (each.name, name, name in each.secret_inputs)
        for each in graph.all
        for name, value in each.inputs.items()
        if url in json.dumps(value, default=str)
    ]
    assert found
    assert [f"{each}.{name}" for each, name, is_secret in found if not is_secret] == []


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
