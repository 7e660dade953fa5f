"""The rows of keys, and the service that writes them, with its own clock."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_runtime.gatekeeper.key_rows import KeyRow, KeyRows
from serverless_runtime.gatekeeper.keys_service import KeysService
from serverless_runtime.service_calls.deadline import Deadline
from serverless_runtime.service_calls.entry import Call
from serverless_runtime.shared import aws

ROW = KeyRow(
    key_id="0123456789abcdef",
    secret_sha256="0" * 64,
    tenant="acme",
    rights=("read", "write"),
    issued_at=1_000,
    expires_at=2_000,
)


class RecordingClient:
    def __init__(self) -> None:
        self.arguments: dict[str, Any] = {}

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        self.arguments = arguments
        return {}


def a_call(**payload: Any) -> Call:
    return Call(payload=payload, deadline=Deadline.after(9), correlation_id="c", version=1)


@pytest.fixture
def rows(keys_table: str) -> KeyRows:
    return KeyRows(aws.boto3_client("dynamodb"), keys_table)


def test_a_row_is_read_as_it_was_written(rows: KeyRows) -> None:
    unlimited = ROW._replace(key_id="f" * 16, expires_at=None, rights=())
    for row in (ROW, unlimited):
        rows.add(row)
        assert rows.find(row.key_id) == row
    assert rows.find("a" * 16) is None


def test_a_key_is_read_as_it_is_now_so_that_a_revocation_counts_at_once() -> None:
    client = RecordingClient()

    assert KeyRows(client, "keys").find("k") is None
    assert client.arguments["ConsistentRead"] is True


def test_no_key_takes_the_place_of_another(rows: KeyRows) -> None:
    rows.add(ROW)

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        rows.add(ROW._replace(tenant="other"))
    assert rows.find(ROW.key_id) == ROW


def test_only_its_tenant_revokes_a_key_and_only_once(rows: KeyRows) -> None:
    rows.add(ROW)

    assert rows.revoke("other", ROW.key_id, 1_100) is None
    assert rows.revoke("acme", "f" * 16, 1_100) is None
    assert rows.find(ROW.key_id) == ROW
    for at in (1_200, 1_300):
        assert rows.revoke("acme", ROW.key_id, at) == ROW._replace(revoked_at=1_200)


def test_what_else_goes_wrong_with_a_revocation_is_an_error(keys_table: str) -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        KeyRows(aws.boto3_client("dynamodb"), "another").revoke("acme", "k", 1)


class PagingClient:
    """A tenant with a key on each of three pages."""

    def query(self, **arguments: Any) -> dict[str, Any]:
        page = int(arguments.get("ExclusiveStartKey", {}).get("key_id", {"S": "0"})["S"])
        item = {
            "key_id": {"S": str(page)},
            "secret_sha256": {"S": "0" * 64},
            "tenant": {"S": "acme"},
            "rights": {"L": []},
            "issued_at": {"N": "1"},
        }
        more = {"LastEvaluatedKey": {"key_id": {"S": str(page + 1)}}} if page < 2 else {}
        return {"Items": [item], **more}


def test_all_keys_of_a_tenant_are_listed_however_many_pages_they_fill() -> None:
    found = KeyRows(PagingClient(), "keys").of_tenant("acme")

    assert [row.key_id for row in found] == ["0", "1", "2"]


def test_keys_are_listed_oldest_first(rows: KeyRows) -> None:
    times = iter([3_000.0, 1_000.0, 2_000.0])
    service = KeysService(
        rows,
        rights=["read"],
        key_prefix="k",
        decision_holds_seconds=0,
        clock=lambda: next(times),
    )
    issued = [service.issue(a_call(tenant="acme", rights=["read"])) for _ in range(3)]

    listed = service.list(a_call(tenant="acme"))["keys"]

    third, first, second = (each["keyId"] for each in issued)
    assert [each["keyId"] for each in listed] == [first, second, third]
    assert listed[0]["issuedAt"] == "1970-01-01T00:16:40.000Z"
