"""Creates the channels that the setting CHANNELS describes."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any

from serverless_runtime.notification_service.channel import ConfiguredChannel
from serverless_runtime.notification_service.settings.channel import ChannelSettings
from serverless_runtime.notification_service.settings.kinds import KINDS, require_different_names


class ChannelSettingsError(Exception):
    """CHANNELS is invalid; only a deployment can fix it."""


def channels_from(setting: str) -> list[ConfiguredChannel]:
    """Create the channels that the JSON list `setting` describes.

    Raises ChannelSettingsError naming the entry and what is wrong with it.
    """
    try:
        entries = json.loads(setting)
    except ValueError as error:
        raise ChannelSettingsError(f"CHANNELS must be JSON: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise ChannelSettingsError("CHANNELS must be a JSON list of at least one channel")
    settings = [_settings(number, entry) for number, entry in enumerate(entries, start=1)]
    try:
        require_different_names(settings)
    except ValueError as error:
        raise ChannelSettingsError(f"CHANNELS: {error}") from error
    return [channel for each in settings for channel in _channels(each)]


def _settings(number: int, entry: Any) -> ChannelSettings:
    arguments = entry if isinstance(entry, dict) else {}
    kind = arguments.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ChannelSettingsError(
            f"CHANNELS entry {number} must have a kind of {', '.join(KINDS)}, got {kind!r}"
        )
    try:
        return KINDS[kind](**arguments)
    except (TypeError, ValueError) as error:
        raise ChannelSettingsError(f"CHANNELS entry {number} ({kind}): {error}") from error


def _channels(settings: ChannelSettings) -> Sequence[ConfiguredChannel]:
    # Only configured kinds are imported: the libraries of others would slow down every cold start.
    module = importlib.import_module(
        f"serverless_runtime.notification_service.channels.{settings.kind}"
    )
    created: Sequence[ConfiguredChannel] = module.channels(settings)
    return created
