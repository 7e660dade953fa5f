from __future__ import annotations

import pytest

from serverless_runtime.notification_service.configured_channels import (
    ChannelSettingsError,
    channels_from,
)

EMAIL = '{"kind": "email", "sender": "a@example.com", "recipients": ["b@example.com"]}'


def test_channels_are_made_from_their_settings() -> None:
    assert [channel.name for channel in channels_from(f"[{EMAIL}]")] == ["email"]


def test_a_channel_without_a_guarantee_sends_again_when_in_doubt() -> None:
    strict = EMAIL.replace("}", ', "guarantee": "at_most_once"}')

    assert [each.guarantee for each in channels_from(f"[{EMAIL}]")] == ["at_least_once"]
    assert [each.guarantee for each in channels_from(f"[{strict}]")] == ["at_most_once"]


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("[", "CHANNELS must be JSON: "),
        ("[]", "CHANNELS must be a JSON list of at least one channel"),
        ("{}", "CHANNELS must be a JSON list of at least one channel"),
        ("[7]", "CHANNELS entry 1 must have a kind of email, sms, push, webhook, got None"),
        (
            '[{"kind": ["email"]}]',
            "CHANNELS entry 1 must have a kind of email, sms, push, webhook, got ['email']",
        ),
        (
            f'[{EMAIL}, {{"kind": "fax"}}]',
            "CHANNELS entry 2 must have a kind of email, sms, push, webhook, got 'fax'",
        ),
        (
            f"[{EMAIL}, {EMAIL}]",
            "CHANNELS: every channel must have a unique name, got email more than once",
        ),
        ('[{"kind": "email"}]', "CHANNELS entry 1 (email): "),
        (
            '[{"kind": "email", "sender": "a", "recipients": ["b"], "guarantee": "always"}]',
            "CHANNELS entry 1 (email): guarantee must be at_least_once or at_most_once, "
            "got 'always'",
        ),
        (
            '[{"kind": "email", "sender": "a@b.example", "recipients": []}]',
            "CHANNELS entry 1 (email): recipients must have 1 to 50 entries, got 0",
        ),
        (
            '[{"kind": "email", "sender": "a", "recipients": "b@example.com"}]',
            "CHANNELS entry 1 (email): recipients must be a list, got 'b@example.com'",
        ),
    ],
)
def test_the_error_names_the_entry_and_what_is_wrong(setting: str, text: str) -> None:
    with pytest.raises(ChannelSettingsError) as caught:
        channels_from(setting)

    assert str(caught.value).startswith(text)
