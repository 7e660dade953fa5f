"""Keeps secret what is secret in the stack's configuration, wherever a component passes it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

import pulumi
from pulumi.runtime import is_config_secret
from pulumi.runtime.config import CONFIG, get_config_env, get_config_secret_keys_env

_SHORTEST = 8
"""Shorter texts, such as `email` or `true`, are found in everything, and give nothing away."""


def is_secret(key: str) -> bool:
    """Whether a setting, e.g. "shop:channels", is secret in the stack's file."""
    return is_config_secret(key) or key in get_config_secret_keys_env()


def keeping_secret() -> list[pulumi.ResourceTransformation]:
    """Return what marks the inputs of resources that have a text of a secret setting in them:
    nothing if no setting is secret."""
    texts = _secret_texts()
    return [functools.partial(_keep_secret, texts)] if texts else []


def _keep_secret(
    texts: set[str], resource: pulumi.ResourceTransformationArgs
) -> pulumi.ResourceTransformationResult | None:
    if not isinstance(resource.resource, pulumi.CustomResource):
        return None

    def marked(value: Any) -> Any:
        return pulumi.Output.secret(value) if _contains(value, texts) else value

    props = {
        name: marked(value)
        if isinstance(value, str | int | float | None)
        else pulumi.Output.from_input(value).apply(marked)
        for name, value in resource.props.items()
    }
    return pulumi.ResourceTransformationResult(props, resource.opts)


def _secret_texts() -> set[str]:
    values = {**get_config_env(), **CONFIG.get()}
    return {
        text
        for key, value in values.items()
        if is_secret(key)
        for text in _texts(value)
        if len(text) >= _SHORTEST
    }


def _texts(value: str) -> Iterator[str]:
    try:
        decoded = json.loads(value)
    except ValueError:
        decoded = value
    yield from _leaves(decoded if isinstance(decoded, dict | list) else value)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)
    elif isinstance(value, str):
        # As it is, and as JSON in another text has it.
        yield from (value, json.dumps(value)[1:-1])


def _contains(value: Any, texts: set[str]) -> bool:
    # Groups of inputs have classes of their own.
    written = value if isinstance(value, str) else json.dumps(value, default=_plain)
    return any(text in written for text in texts)


def _plain(value: Any) -> Any:
    return getattr(value, "__dict__", None) or str(value)
