from __future__ import annotations

import json
import re

import pulumi
import pytest

from pulumi_serverless import BytecodeError
from pulumi_serverless.testing.mocks import FUNCTION
from tests.program.programs import STACKS, notifications, run_part, run_stack

CHANNEL = {"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}


def api(**changed: object) -> str:
    return json.dumps({"auth": {"kind": "none"}, **changed})


def jwt(**changed: object) -> str:
    token = {"kind": "jwt", "issuer": "https://auth.example.com/", "audiences": ["tasks"]}
    return api(auth={**token, **changed})


def sms(**changed: object) -> str:
    return json.dumps([{"kind": "sms", "numbers": ["+447700900123"], **changed}])


def channels(**changed: object) -> str:
    return json.dumps([{**CHANNEL, **changed}])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("architecture", "sparc", "architecture must be one of arm64, x86_64, got 'sparc'"),
        ("logRetentionDays", "8", "logRetentionDays must be one of 1, 3, 5"),
        ("logRetentionDays", "often", "logRetentionDays must be a whole number, got 'often'"),
        ("protectData", "perhaps", "protectData must be true or false, got 'perhaps'"),
        ("protectData", "1", "protectData must be true or false, got 1"),
        ("maxRetryAttempts", "3", "maxRetryAttempts must be between 0 and 2, got 3"),
        ("maxRetryAttempts", "true", "maxRetryAttempts must be a whole number, got True"),
        ("maxRetryAttempts", "1.5", "maxRetryAttempts must be a whole number, got 1.5"),
        ("maxEventAgeSeconds", "59", "maxEventAgeSeconds must be between 60 and 21600, got 59"),
        ("relayMinimumAgeSeconds", "29", "relayMinimumAgeSeconds must be between 30 and 60, got"),
        ("outboxAgeSeconds", "60", "outboxAgeSeconds must be between 120 and 86400, got 60"),
        ("deadLetterRetentionDays", "15", "deadLetterRetentionDays must be between 1 and 14, got"),
        ("alarmEmails", '["nobody"]', "alarmEmails[0] must be an email address like a@example.com"),
        ("alarmEmails", '["a@b.com", "a@b.com"]', "alarmEmails must all be different, got"),
        ("alarmEmails", "a@b.com", "alarmEmails must be a list, got 'a@b.com'"),
        ("alarmEmails", "[]", "nobody would be notified of alarms"),
        ("alarmEmails", "[]", "set alarmEmails or alarmSubscribers"),
        ("alarmSubscribers", '[{"protocol": "sms", "endpoint": "+44"}]', "alarmSubscribers[0]."),
        ("alarmSubscribers", '["a@b.com"]', "alarmSubscribers[0] must be a section of settings"),
        ("channels", "[]", "channels must have 1 to 50 entries, got 0"),
        ("channels", channels(kind="fax"), "channels[0].kind must be one of email, sms, push, "),
        ("channels", '[{"sender": "a@example.com"}]', "channels[0].kind must be one of email, sms"),
        ("channels", channels(guarantee="always"), "channels[0].guarantee must be one of "),
        ("channels", channels(colour="red"), "channels[0].colour is not a setting; The settings"),
        (
            "channels",
            channels(recipient=[]),
            "channels[0].recipient is not a setting; did you mean recipients?",
        ),
        (
            "channels",
            channels(recipients=[]),
            "channels[0].recipients must have 1 to 50 entries, g",
        ),
        ("channels", channels(recipients="a@b.com"), "channels[0].recipients must be a list, got"),
        ("channels", channels(recipients=["x"]), "channels[0].recipients[0] must be an email addr"),
        ("channels", f"[{json.dumps(CHANNEL)},{json.dumps(CHANNEL)}]", "must have a unique name"),
        (
            "channels",
            sms(numbers=[447700900123]),
            "channels[0].numbers[0] must be text, got 447700900123; put it in quotes",
        ),
        ("channels", sms(senderId=False), "channels[0].senderId must be text, got False; put it"),
        ("encryption", "none", "encryption must be one of aws, customer, got 'none'"),
        ("api", "{}", "api.auth is missing; set who may call the API"),
        ("api", "everyone", 'api must be a section of settings, got "everyone"'),
        ("api", api(auth={}), "api.auth.kind must be one of none, iam, jwt"),
        (
            "api",
            api(auth={"kind": "key"}),
            "api.auth.kind must be one of none, iam, jwt, got 'key'",
        ),
        ("api", jwt(colour="red"), "api.auth.colour is not a setting; The settings are audiences,"),
        ("api", jwt(audiences=[]), "api.auth.audiences must have 1 to 50 entries, got 0"),
        ("api", jwt(audiences="tasks"), "api.auth.audiences must be a list, got 'tasks'"),
        ("api", jwt(issuer="auth.example.com"), "api.auth.issuer must be a URL like https://auth."),
        ("api", jwt(issuer="http://example.com"), "api.auth.issuer must be a URL like https://aut"),
        ("api", api(corsOrigins=["*"]), "api.corsOrigins[0] must be an origin as browsers send it"),
        ("api", api(corsMaxAgeSeconds=-1), "api.corsMaxAgeSeconds must be between 0 and 86400, go"),
        ("api", api(requestsPerSecond=0), "api.requestsPerSecond must be at least 1, got 0"),
        ("api", api(requestsPerSecond=True), "api.requestsPerSecond must be a whole number, got"),
        ("api", api(burstRequests="1"), "api.burstRequests must be a whole number, got '1'"),
        ("api", api(corsOrigin=[]), "api.corsOrigin is not a setting; did you mean corsOrigins?"),
        ("notificationReservedConcurrency", "-1", "notificationReservedConcurrency must be at lea"),
        ("memoryMb", "64", "memoryMb must be between 128 and 10240, got 64"),
        ("bytecodePython", "3.12.1", "bytecodePython must be none, or a version of Python 3.13 su"),
        ("logRetention", "8", "logRetention is not a setting; did you mean logRetentionDays?"),
        ("runbookUrl", " ", "runbookUrl must not be empty, got ' '"),
    ],
)
def test_a_wrong_setting_is_refused_in_the_words_of_the_file(
    key: str, value: str, message: str
) -> None:
    with pytest.raises(pulumi.RunError) as raised:
        run_part(lambda _: None, **{key: value})

    lines = str(raised.value).splitlines()[1:]
    assert any(message in line and line.startswith("  internal-handoff:") for line in lines), lines
    assert not re.search(
        r"\b[a-z]+_[a-z]+",
        re.sub("'[^']*'", "", "".join(lines)).replace("x86_64", "").replace("at_", ""),
    ), "the file has no names in snake_case"


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(pulumi.RunError) as raised:
        run_stack("dev", preview=True, architecture="sparc", maxRetryAttempts="3")

    assert "Pulumi.dev.yaml cannot be used" in str(raised.value)
    assert "architecture" in str(raised.value)
    assert "maxRetryAttempts" in str(raised.value)


def test_the_function_gets_the_guarantee_that_the_stack_sets() -> None:
    stack = run_part(notifications, channels=channels(guarantee="at_most_once"))

    [function] = [
        each for each in stack.of_type(FUNCTION) if each.name == "notifications-send-notification"
    ]
    [channel] = json.loads(function.inputs["environment"]["variables"]["CHANNELS"])
    assert channel["guarantee"] == "at_most_once"


def test_an_identity_that_exists_is_used_and_none_is_made() -> None:
    arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
    stack = run_part(notifications, channels=channels(senderIdentityArn=arn))

    assert stack.of_type("aws:sesv2/emailIdentity:EmailIdentity") == []
    policy = stack.named("notifications-send-notification-may-send-for-email")
    assert json.loads(policy.inputs["policy"])["Statement"][0]["Resource"] == [arn]


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_without_api_authorization_is_not_deployed(stack: str) -> None:
    with pytest.raises(pulumi.RunError, match=r"internal-handoff:api is missing; set who may call"):
        run_stack(stack, preview=True, api=None)


def test_bytecode_is_built_by_the_python_that_the_stack_names_or_not_at_all() -> None:
    with pytest.raises(BytecodeError, match=r"bytecode_python is 3\.13\.99, .* got CPython"):
        run_stack("dev", bytecodePython="3.13.99")
