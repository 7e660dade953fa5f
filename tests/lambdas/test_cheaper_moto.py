"""The tests' shortcuts through moto lead to its own results."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.serialize import XFormedAttributePicker

from serverless_runtime.shared import aws
from tests.cheaper_aws import MOTOS
from tests.lambdas.tables import DEAD_LETTER_QUEUE_URL, DELIVERIES

KEY = {"event_id": {"S": "e"}, "part": {"S": "p"}}
ROW = {**KEY, "n": {"N": "1"}, "l": {"L": [{"S": "a"}, {"S": "b"}]}, "m": {"M": {"x": {"S": "y"}}}}
_NAMES = (XFormedAttributePicker, "get_possible_keys")
EXPRESSIONS = [
    "SET #a = :n, n = n + :n, o = if_not_exists(o, :n) - :n REMOVE l[0], l[1]",
    "SET l = list_append(l, :l), m.x = :n, m.#a = n ADD p :n",
    "SET n = :n SET o = :n",
    "SET n = :n REMOVE n",
    "SET m = :n, m.x = :n",
    "SET #a = :gone",
    "SET event_id = :n",
    "SET n = gone + :n",
    "REMOVE gone.x",
    "SET n = ",
]


def updated(expression: str) -> Any:
    """Return the row as the expression leaves it, or how it is refused."""
    client = aws.boto3_client("dynamodb")
    client.put_item(TableName=DELIVERIES, Item=ROW)
    values = {":n": {"N": "2"}, ":l": {"L": [{"S": "c"}]}}
    known: dict[str, Any] = {"ExpressionAttributeNames": {"#a": "a"}} if "#a" in expression else {}
    if used := {name: value for name, value in values.items() if name in expression}:
        known["ExpressionAttributeValues"] = used
    try:
        response = client.update_item(
            TableName=DELIVERIES,
            Key=KEY,
            UpdateExpression=expression,
            ReturnValues="ALL_NEW",
            **known,
        )
    except client.exceptions.ClientError as error:
        return str(error)
    return response["Attributes"]


@pytest.mark.usefixtures("aws_in_memory")
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_update_has_the_result_of_motos_own(
    expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [updated(expression) for _ in range(2)]
    for (owner, name), motos in MOTOS.items():
        assert getattr(owner, name) != motos
        monkeypatch.setattr(owner, name, motos)

    assert ours == [updated(expression)] * 2


@pytest.mark.usefixtures("aws_in_memory")
def test_a_member_of_a_response_has_the_names_that_moto_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0

    def same(self: Any, context: Any) -> list[str]:
        nonlocal asked
        asked += 1
        names = list(ours(self, context))
        assert names == list(motos(self, context)), context
        return names

    ours, motos = XFormedAttributePicker.get_possible_keys, MOTOS[_NAMES]
    monkeypatch.setattr(*_NAMES, same)
    dynamodb, sqs = aws.boto3_client("dynamodb"), aws.boto3_client("sqs")
    for _ in range(2):
        assert isinstance(updated("SET n = :n"), dict)
        dynamodb.describe_table(TableName=DELIVERIES)
        dynamodb.scan(TableName=DELIVERIES)
        dynamodb.transact_get_items(TransactItems=[{"Get": {"TableName": DELIVERIES, "Key": KEY}}])
        sqs.send_message(QueueUrl=DEAD_LETTER_QUEUE_URL, MessageBody="x")
        sqs.receive_message(QueueUrl=DEAD_LETTER_QUEUE_URL)
        sqs.get_queue_attributes(QueueUrl=DEAD_LETTER_QUEUE_URL, AttributeNames=["All"])
    assert asked
