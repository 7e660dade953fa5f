from __future__ import annotations

import json

import pulumi
import pytest

from pulumi_serverless.testing.mocks import FUNCTION
from tests.program.programs import STACKS, run_stack

CHANNEL = {"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}


def api(**changed: object) -> str:
    return json.dumps({"auth": {"kind": "none"}, **changed})


def jwt(**changed: object) -> str:
    token = {"kind": "jwt", "issuer": "https://auth.example.com/", "audiences": ["tasks"]}
    return api(auth={**token, **changed})


def channels(**changed: object) -> str:
    return json.dumps([{**CHANNEL, **changed}])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("architecture", "sparc", r"architecture: .*'arm64' or 'x86_64', got 'sparc'"),
        ("logRetentionDays", "8", r"logRetentionDays: .*1, 3, 5.* got 8"),
        ("logRetentionDays", "often", r"logRetentionDays: .* got 'often'"),
        ("protectData", "perhaps", r"protectData: .* boolean.* got 'perhaps'"),
        ("maxRetryAttempts", "3", r"maxRetryAttempts: .* less than or equal to 2, got 3"),
        ("maxEventAgeSeconds", "59", r"maxEventAgeSeconds: .* or equal to 60, got 59"),
        ("relayMinimumAgeSeconds", "29", r"relayMinimumAgeSeconds: .* or equal to 30, got 29"),
        ("outboxAgeSeconds", "60", r"outboxAgeSeconds: .* or equal to 120, got 60"),
        ("deadLetterRetentionDays", "15", r"deadLetterRetentionDays: .* to 14, got 15"),
        ("alarmEmails", '["nobody"]', r"alarmEmails\[0\]: .*email address.* got 'nobody'"),
        ("alarmEmails", "[]", r"nobody would be notified.* set alarmEmails or alarmSubscribers"),
        ("channels", "[]", r"channels: .* at least 1 item"),
        ("channels", channels(kind="fax"), r"channels\[0\]: .*'fax' .*'email', 'sms', 'push'"),
        (
            "channels",
            channels(guarantee="always"),
            r"\['guarantee'\]: .*'at_most_once', got 'always'",
        ),
        ("channels", channels(colour="red"), r"\['colour'\] is not a setting; .*recipients"),
        (
            "channels",
            channels(recipients=[]),
            r"channels\[0\]\['email'\]: recipients must have 1 to 50 entries, got 0",
        ),
        ("encryption", "none", r"encryption: .*'aws' or 'customer', got 'none'"),
        ("api", "{}", r"api\['auth'\] is missing; set who may call the API"),
        ("api", api(auth={}), r"api\['auth'\]: .*'kind'"),
        ("api", api(auth={"kind": "key"}), r"api\['auth'\]: .*'key' .*'none', 'iam', 'jwt'"),
        ("api", jwt(colour="red"), r"\['colour'\] is not a setting; .*audiences"),
        ("api", jwt(audiences=[]), r"\['jwt'\]: .*audiences must be .* 1 and 50, got 0"),
        ("api", jwt(issuer="auth.example.com"), r"issuer must be a URL .*got 'auth.example.com'"),
        ("api", jwt(issuer="http://example.com"), r"issuer must be a URL .*got 'http://example"),
        ("api", api(corsOrigins=["*"]), r"api: cors_origins must be .*never \*, got '\*'"),
        ("api", api(corsMaxAgeSeconds=-1), r"cors_max_age_seconds .* between 0 and 86400, got -1"),
        ("api", api(requestsPerSecond=0), r"requests_per_second must be at least 1, got 0"),
        ("api", api(burstRequests=0), r"burst_requests must be at least 1, got 0"),
        ("api", api(colour="red"), r"\['colour'\] is not a setting; the settings are auth, "),
        ("notificationReservedConcurrency", "-1", r"notificationReservedConcurrency: .* 0, got -1"),
        ("memoryMb", "64", r"memoryMb: .* 128, got 64"),
        ("logRetention", "8", r"logRetention is not a setting; .*logRetentionDays"),
    ],
)
def test_a_wrong_setting_stops_the_preview_and_is_named(key: str, value: str, message: str) -> None:
    with pytest.raises(pulumi.RunError, match=rf"internal-handoff:{message}|{message}"):
        run_stack("dev", preview=True, **{key: value})


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(pulumi.RunError) as raised:
        run_stack("dev", preview=True, architecture="sparc", maxRetryAttempts="3")

    assert "Pulumi.dev.yaml cannot be used" in str(raised.value)
    assert "architecture" in str(raised.value)
    assert "maxRetryAttempts" in str(raised.value)


def test_the_function_gets_the_guarantee_that_the_stack_sets() -> None:
    stack = run_stack("dev", channels=channels(guarantee="at_most_once"))

    [function] = [
        each for each in stack.of_type(FUNCTION) if each.name == "notifications-send-notification"
    ]
    [channel] = json.loads(function.inputs["environment"]["variables"]["CHANNELS"])
    assert channel["guarantee"] == "at_most_once"


def test_an_identity_that_exists_is_used_and_none_is_made() -> None:
    arn = "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
    stack = run_stack("dev", channels=channels(senderIdentityArn=arn))

    assert stack.of_type("aws:sesv2/emailIdentity:EmailIdentity") == []
    policy = stack.named("notifications-send-notification-may-send-for-email")
    assert json.loads(policy.inputs["policy"])["Statement"][0]["Resource"] == [arn]


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_without_api_authorization_is_not_deployed(stack: str) -> None:
    with pytest.raises(pulumi.RunError, match=r"internal-handoff:api is missing; set who may call"):
        run_stack(stack, preview=True, api=None)
