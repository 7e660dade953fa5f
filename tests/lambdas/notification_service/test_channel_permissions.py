from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.notification_service.settings.push import PushSettings
from serverless_runtime.notification_service.settings.sms import SmsSettings

IDENTITY = "arn:aws:ses:eu-west-1:123456789012:identity/example.com"
CONFIGURATION_SET = "arn:aws:ses:eu-west-1:123456789012:configuration-set/tasks"
TOPIC = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:phones"


def an_email(configuration_set_arn: str | None = None) -> EmailSettings:
    return EmailSettings(
        sender="tasks@example.com",
        recipients=["a@example.com"],
        sender_identity_arn=IDENTITY,
        configuration_set_arn=configuration_set_arn,
    )


def test_mail_may_be_sent_as_its_sender_only() -> None:
    [send] = an_email().permissions()

    assert (send.actions, send.resources) == (["ses:SendEmail"], [IDENTITY])
    assert send.condition == {"StringEquals": {"ses:FromAddress": "tasks@example.com"}}


def test_a_configuration_set_may_be_used_and_that_alone_sends_as_nobody() -> None:
    send, use = an_email(CONFIGURATION_SET).permissions()

    assert [send] == an_email().permissions()
    assert (use.actions, use.resources) == (["ses:SendEmail"], [CONFIGURATION_SET])
    assert use.purpose != send.purpose


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:sns:eu-west-1:123456789012:alarms",
        "arn:aws-cn:sns:cn-north-1:123456789012:alarms.fifo",
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:endpoint/GCM/tasks/0f1e",
    ],
)
def test_text_messages_may_go_to_numbers_and_to_nothing_with_an_arn(arn: str) -> None:
    [send] = SmsSettings(numbers=["+447700900123"]).permissions()

    assert (send.actions, send.resources) == (["sns:Publish"], ())
    [excluded] = send.not_resources
    assert fnmatchcase(arn, excluded)
    assert not fnmatchcase("+447700900123", excluded)


def test_push_may_reach_its_target_only() -> None:
    [send] = PushSettings(target_arn=TOPIC).permissions()

    assert (send.actions, send.resources) == (["sns:Publish"], [TOPIC])
