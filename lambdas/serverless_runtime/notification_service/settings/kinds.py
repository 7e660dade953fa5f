"""The kinds of channel: a new one is a line here, its settings, and a module in `channels/`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence

from serverless_runtime.notification_service.settings.channel import ChannelSettings

CLASSES = {
    "email": "EmailSettings",
    "sms": "SmsSettings",
    "push": "PushSettings",
    "webhook": "WebhookSettings",
}
"""Kind to the name of its class in `settings/<kind>.py`. `channels/<kind>.py` has
`channels(settings)`, which creates channels."""


class _Kinds(Mapping[str, type[ChannelSettings]]):
    """Imports a kind when it is looked up: a function loads those of its own channels only."""

    def __getitem__(self, kind: str) -> type[ChannelSettings]:
        name = CLASSES[kind]
        found: type[ChannelSettings] = getattr(
            importlib.import_module(f"{__package__}.{kind}"), name
        )
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(CLASSES)

    def __len__(self) -> int:
        return len(CLASSES)


KINDS: Mapping[str, type[ChannelSettings]] = _Kinds()
"""Kind to settings class."""


def require_different_names(channels: Sequence[ChannelSettings]) -> None:
    """Reject two channels of the same name: a delivery is recorded by event id and name."""
    names = [channel.name for channel in channels]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"every channel must have a unique name, got {', '.join(repeated)} more than once; "
            "set name"
        )
