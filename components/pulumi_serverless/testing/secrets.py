"""Takes the marks of secrets out of what a program registers."""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.struct_pb2 import Struct, Value
from pulumi.runtime import rpc


def without_marks(properties: Struct) -> tuple[Struct, list[str]]:
    """Return the properties in plain text, and the names of those that have a secret in them."""
    plain, secret = Struct(), []
    for name, value in properties.fields.items():
        found, had_mark = _plain(value)
        plain.fields[name].CopyFrom(found)
        if had_mark:
            secret.append(name)
    return plain, secret


def _plain(value: Value) -> tuple[Value, bool]:
    if value.HasField("struct_value"):
        fields = value.struct_value.fields
        if _is_marked(fields):
            return _plain(fields["value"])[0], True
        plain, secret = without_marks(value.struct_value)
        return Value(struct_value=plain), bool(secret)
    if value.HasField("list_value"):
        found = [_plain(each) for each in value.list_value.values]
        plain_list = Value()
        plain_list.list_value.values.extend(each for each, _ in found)
        return plain_list, any(had_mark for _, had_mark in found)
    return value, False


def _is_marked(fields: Mapping[str, Value]) -> bool:
    # The SDK has no public names for these.
    signature, secret = rpc._special_sig_key, rpc._special_secret_sig
    return signature in fields and fields[signature].string_value == secret
