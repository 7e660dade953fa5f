"""Properties as the engine sends them, and as plain Python values: unknowns, secrets, archives.

A secret is opened for the provider, and closed again in what goes back: the engine encrypts in its
state only what is marked as secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from pulumi.runtime import rpc

from local.engine.assets import known

UNKNOWN = rpc.UNKNOWN

MADE_UP = "__defaults"
"""Lists the inputs that the provider has filled in, as the real one does; not an input itself."""

_KIND = rpc._special_sig_key
_SECRET = rpc._special_secret_sig
_ASSETS = (rpc._special_asset_sig, rpc._special_archive_sig)
_CONTENTS = ("path", "text", "uri", "assets")


class Properties:
    """Properties from the engine: plain `values`, and `on_the_wire` as they were sent."""

    def __init__(self, sent: Struct) -> None:
        self.on_the_wire = dict(sent.fields)
        self.values = {
            key: _plain(value) for key, value in self.on_the_wire.items() if key != MADE_UP
        }

    def secrets(self) -> set[str]:
        """The text of every secret in them."""
        return {text for value in self.on_the_wire.values() for text in _secret_texts(value)}


def response(values: Mapping[str, Any], *sent: Properties) -> Struct:
    """The values for the engine, without None.

    What the engine sent is returned unchanged. Anything
    else is a secret if its property was one, or if the
    text of a secret is in it.
    """
    secrets = {text for properties in sent for text in properties.secrets()}
    fields: dict[str, Value] = {}
    for key, value in values.items():
        if value is None:
            continue
        came = [each for each in sent if key in each.on_the_wire]
        same = [each.on_the_wire[key] for each in came if _is_same(each, key, value)]
        if same:
            fields[key] = same[0]
            continue
        was_secret = any(_has_secret(each.on_the_wire[key]) for each in came)
        wire = _wire(value)
        fields[key] = secret(wire) if was_secret or _contains(value, secrets) else wire
    return Struct(fields=fields)


def secret(value: Value) -> Value:
    """The value, marked as a secret."""
    return Value(struct_value=Struct(fields={_KIND: Value(string_value=_SECRET), "value": value}))


def _plain(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        signature = _signature(value)
        if signature == _SECRET:
            return _plain(fields["value"])
        if signature in _ASSETS:
            return _asset(value.struct_value)
        return {key: _plain(each) for key, each in fields.items()}
    if kind == "list_value":
        return [_plain(each) for each in value.list_value.values]
    return None if kind == "null_value" else getattr(value, str(kind))


def _signature(value: Value) -> str:
    if value.WhichOneof("kind") != "struct_value" or _KIND not in value.struct_value.fields:
        return ""
    return str(value.struct_value.fields[_KIND].string_value)


def _asset(sent: Struct) -> Any:
    """The asset; one that was deployed earlier may have only its hash."""
    fields = sent.fields
    is_gone = "path" in fields and not Path(fields["path"].string_value).exists()
    has_content = not is_gone and any(each in fields for each in _CONTENTS)
    asset = rpc.deserialize_properties(sent) if has_content else pulumi.FileArchive("")
    return known(asset, fields["hash"].string_value)


def _is_same(properties: Properties, key: str, value: Any) -> bool:
    """Whether it is what was sent; an asset does not change in transit."""
    return _signature(properties.on_the_wire[key]) in _ASSETS or bool(
        properties.values[key] == value
    )


def _children(value: Value) -> list[Value]:
    if value.WhichOneof("kind") == "struct_value":
        return list(value.struct_value.fields.values())
    return list(value.list_value.values)


def _has_secret(value: Value) -> bool:
    return _signature(value) == _SECRET or any(map(_has_secret, _children(value)))


def _secret_texts(value: Value) -> Iterator[str]:
    if _signature(value) == _SECRET:
        yield from _texts(_plain(value))
        return
    for each in _children(value):
        yield from _secret_texts(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str) and value and value != UNKNOWN:
        yield value


def _contains(value: Any, secrets: set[str]) -> bool:
    return any(each in text for text in _texts(value) for each in secrets)


def _wire(value: Any) -> Value:
    if value is None:
        return Value(null_value=0)
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    if isinstance(value, Mapping):
        return Value(struct_value=Struct(fields={key: _wire(each) for key, each in value.items()}))
    return Value(list_value=ListValue(values=[_wire(each) for each in value]))
