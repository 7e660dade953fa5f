"""Branches that hand in bookings, and what the accounts show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from local.testing import Deployed
from local.testing import most_at_once as most

BRANCHES = 8
BUNDLE = 50
"""Bookings per call."""

_DEPTH = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def hand_in(program: Deployed, accounts: Sequence[str], numbers: Iterable[int]) -> int:
    """Let the branches hand in these bookings of every account, each account's in order."""
    wanted = list(numbers)

    def one(branch: int) -> int:
        taken = [
            {"account": account, "number": number, "amount": 1}
            for number in wanted
            for account in accounts[branch::BRANCHES]
        ]
        bundles = [taken[start : start + BUNDLE] for start in range(0, len(taken), BUNDLE)]
        return sum(
            int(program.invoke("take-bookings", {"bookings": bundle})["taken"])
            for bundle in bundles
        )

    with ThreadPoolExecutor(BRANCHES) as branches:
        return sum(branches.map(one, range(BRANCHES)))


def block(program: Deployed, account: str, number: int) -> None:
    """Let the account refuse one booking."""
    change(program, account, "SET blocked_at = :at", {":at": {"S": str(number)}})


def unblock(program: Deployed, account: str) -> None:
    change(program, account, "REMOVE blocked_at")


def change(
    program: Deployed, account: str, expression: str, values: dict[str, Any] | None = None
) -> None:
    program.client("dynamodb").update_item(
        TableName=program.outputs["accounts"],
        Key={"account": {"S": account}},
        UpdateExpression=expression,
        **({"ExpressionAttributeValues": values} if values else {}),
    )


def applied(program: Deployed) -> dict[str, list[int]]:
    """The bookings of each account, in the order in which they were applied."""
    pages = program.client("dynamodb").get_paginator("scan")
    rows = [
        row
        for page in pages.paginate(TableName=program.outputs["accounts"])
        for row in page["Items"]
    ]
    return {
        row["account"]["S"]: [int(each["S"]) for each in row.get("applied", {}).get("L", [])]
        for row in rows
    }


def is_prefix(numbers: Sequence[int]) -> bool:
    """Whether they are 1, 2, 3 … without a gap and without a repetition."""
    return list(numbers) == list(range(1, len(numbers) + 1))


def waiting(program: Deployed) -> int:
    """How many messages wait in the queue or are worked on."""
    queue = program.operations["deadLetters"]["bookings"]["sourceQueueUrl"]
    found = program.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=list(_DEPTH))
    return sum(int(found["Attributes"][name]) for name in _DEPTH)


def most_at_once(program: Deployed) -> tuple[int, int]:
    """The most bookings that were applied at the same time: of one account, and of all."""
    by_account: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for account, began, ended in _runs(program.log_records("bookings-worker")):
        by_account[account] += [(began, 1), (ended, -1)]
    together = [each for changes in by_account.values() for each in changes]
    return max(map(most, by_account.values())), most(together)


def _runs(records: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield account, begin and end of each attempt; of a killed one there is no end."""
    began: dict[str, str] = {}
    for record in records:
        match record.get("message"):
            case "began":
                began[record["requestId"]] = record["timestamp"]
            case "ended":
                yield record["account"], began.pop(record["requestId"]), record["timestamp"]
