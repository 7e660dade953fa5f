from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from serverless_runtime.gatekeeper.handlers import authorize, keep_keys
from serverless_runtime.shared import aws

KEYS = "partner-keys"


@pytest.fixture
def keys_table(environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A table as the component declares it, and the environment of both functions."""
    for name, value in {
        "TABLE_NAME": KEYS,
        "COMPONENT": "library-dev-partners",
        "KEY_PREFIX": "library",
        "DECISION_HOLDS_SECONDS": "310",
    }.items():
        monkeypatch.setenv(name, value)
    authorize._gatekeeper.cache_clear()
    keep_keys._keys.cache_clear()
    with mock_aws():
        aws.boto3_client("dynamodb").create_table(
            TableName=KEYS,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "key_id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("key_id", "tenant")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-tenant",
                    "KeySchema": [
                        {"AttributeName": "tenant", "KeyType": "HASH"},
                        {"AttributeName": "key_id", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
        yield KEYS
    authorize._gatekeeper.cache_clear()
    keep_keys._keys.cache_clear()
