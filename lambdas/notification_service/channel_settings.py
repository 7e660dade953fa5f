"""Channels from the service's settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lambdas.notification_service.channel import Channel
from lambdas.notification_service.channels.email import EmailChannel

_KINDS: dict[str, Callable[..., Channel]] = {
    "email": EmailChannel,
}
"""A new kind is a module in `channels/` and a line here; its settings are its arguments."""


class ChannelSettingsError(Exception):
    """CHANNELS does not describe channels; only a deployment can mend it."""


def channels_from(setting: str) -> list[Channel]:
    """Make the channels that the JSON list `setting` describes.

    Raises ChannelSettingsError naming the entry and what is wrong with it.
    """
    try:
        entries = json.loads(setting)
    except ValueError as error:
        raise ChannelSettingsError(f"CHANNELS must be JSON: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise ChannelSettingsError("CHANNELS must be a list of at least one channel")
    channels = [_channel(number, entry) for number, entry in enumerate(entries, start=1)]
    names = [channel.name for channel in channels]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise ChannelSettingsError(f"CHANNELS has more than one {', '.join(sorted(repeated))}")
    return channels


def _channel(number: int, entry: Any) -> Channel:
    arguments = dict(entry) if isinstance(entry, dict) else {}
    kind = arguments.pop("kind", None)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ChannelSettingsError(
            f"CHANNELS entry {number} must have a kind of {', '.join(sorted(_KINDS))}, got {kind!r}"
        )
    try:
        return _KINDS[kind](**arguments)
    except (TypeError, ValueError) as error:
        raise ChannelSettingsError(f"CHANNELS entry {number} ({kind}): {error}") from error
