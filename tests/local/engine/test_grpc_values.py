"""Values and secrets survive the way between the engine and the provider."""

from __future__ import annotations

from typing import Any

from google.protobuf.struct_pb2 import Struct, Value
from hypothesis import given
from hypothesis import strategies as st

from local.engine.grpc_values import Properties, response, secret
from tests.nested import nested

SECRET = "open-sesame"  # noqa: S105 -- what the tests look for
LEAF = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text()
PLAIN = nested(
    LEAF,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    depth=2,
)
VALUES = st.dictionaries(st.text(), PLAIN, max_size=3)


def sent(values: dict[str, Any], **secrets: str) -> Properties:
    struct = Struct()
    struct.update(values)
    for key, text in secrets.items():
        struct.fields[key].CopyFrom(secret(Value(string_value=text)))
    return Properties(struct)


@given(VALUES)
def test_plain_values_come_back_as_they_were_given(values: dict[str, Any]) -> None:
    back = Properties(response(values, sent({})))

    assert back.values == {key: value for key, value in values.items() if value is not None}


@given(VALUES)
def test_what_was_sent_goes_back_as_it_came(values: dict[str, Any]) -> None:
    came = sent(values)

    back = response(came.values, came)

    assert dict(back.fields) == {
        key: value for key, value in came.on_the_wire.items() if came.values[key] is not None
    }


@given(before=st.text(), after=st.text(), depth=st.integers(0, 3))
def test_whatever_holds_the_text_of_a_secret_is_a_secret(
    before: str, after: str, depth: int
) -> None:
    output: Any = f"{before}{SECRET}{after}"
    for _ in range(depth):
        output = {"inner": [output]}
    came = sent({"plain": "text"}, token=SECRET)

    back = Properties(response({"plain": "text", "token": SECRET, "output": output}, came))

    assert SECRET in back.secrets()
    assert back.on_the_wire["output"] == secret(
        back.on_the_wire["output"].struct_value.fields["value"]
    )
    assert back.on_the_wire["plain"].string_value == "text"


def test_a_secret_that_was_changed_by_hand_is_still_a_secret() -> None:
    back = Properties(response({"token": "another"}, sent({}, token=SECRET)))

    assert back.secrets() == {"another"}
