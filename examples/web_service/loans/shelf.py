"""Lends and takes back books: each change is one transaction, so a book has one loan at most."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from loans.loan import Loan, book_key, loan_key
from serverless_runtime.shared import aws
from serverless_runtime.shared.aws.dynamodb import query_items
from serverless_runtime.shared.aws.errors import service_errors
from serverless_runtime.shared.frozen import replace
from serverless_runtime.shared.timestamps import to_text
from serverless_runtime.web.conflict_retries import retry_attempts
from serverless_runtime.web.dynamo_errors import (
    cancellation_codes,
    cancellation_reasons,
    is_conflict,
    translate_transient_errors,
)
from serverless_runtime.web.errors import ContentionError, NotFoundError, VersionMismatchError
from serverless_runtime.web.idempotency import Claim, first_response, put_unless_stored
from serverless_runtime.web.ids import is_id, new_id

_FAILED = "ConditionalCheckFailed"


class BookIsLentError(Exception):
    """Somebody has the book."""


class Shelf:
    """Raises StoreUnavailableError when the table throttles or does not respond."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name
        self._client = aws.client("dynamodb")

    def lend(self, book_id: str, reader_id: str, claim: Claim | None, at: datetime) -> Loan:
        """Lend the book, or return what the claim's first request stored.

        Raises BookIsLentError, IdempotencyKeyReusedError, ContentionError.
        """
        loan = Loan(loan_id=new_id(at), book_id=book_id, reader_id=reader_id, lent_at=to_text(at))
        book = {**book_key(book_id), "loan_id": {"S": loan.loan_id}}
        writes = [
            {"Put": self._put(loan.to_row())},
            {"Put": {**self._put(book), "ConditionExpression": "attribute_not_exists(id)"}},
        ]
        if claim is not None:
            key = {"id": {"S": claim.row_name}}
            writes.append(put_unless_stored(self._table_name, key, claim, loan.to_document(), at))
        failed = self._commit(writes)
        if failed is None:
            return loan
        # A request that comes again finds the book lent, by itself.
        if claim is not None and "Item" in failed[-1]:
            return Loan.from_document(first_response(failed[-1]["Item"], claim))
        raise BookIsLentError

    def get(self, loan_id: str) -> Loan:
        """Return the loan as last written. Raises NotFoundError."""
        found = {}
        if is_id(loan_id):
            with translate_transient_errors():
                found = self._client.get_item(
                    TableName=self._table_name, Key=loan_key(loan_id), ConsistentRead=True
                )
        if "Item" not in found:
            raise NotFoundError("there is no loan with this id")
        return Loan.from_row(found["Item"])

    def take_back(self, loan_id: str, accepts: Callable[[int], bool], at: datetime) -> Loan:
        """Return the loan with the book returned; nothing is written if it was.

        Raises NotFoundError, VersionMismatchError, ContentionError.
        """
        for _ in retry_attempts():
            loan = self.get(loan_id)
            if not accepts(loan.version):
                raise VersionMismatchError(loan.version)
            if loan.returned_at is not None:
                return loan
            after = replace(loan, returned_at=to_text(at), version=loan.version + 1)
            if self._commit(self._return(after)) is None:
                return after
        raise ContentionError("the loan was changed by other requests at the same time; try again")

    def of_reader(self, reader_id: str, before: str | None, limit: int) -> list[Loan]:
        """Return up to `limit` loans of a reader, the newest first, older than the id `before`."""
        query: dict[str, Any] = {
            "TableName": self._table_name,
            "IndexName": "by-reader",
            "KeyConditionExpression": "reader_id = :reader",
            "ExpressionAttributeValues": {":reader": {"S": reader_id}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if before is not None:
            query["KeyConditionExpression"] += " AND id < :before"
            query["ExpressionAttributeValues"][":before"] = loan_key(before)["id"]
        with translate_transient_errors():
            rows = query_items(self._client, **query)
            return [Loan.from_row(row) for row, _ in zip(rows, range(limit), strict=False)]

    def _return(self, loan: Loan) -> list[dict[str, Any]]:
        update = {
            "TableName": self._table_name,
            "Key": loan_key(loan.loan_id),
            "UpdateExpression": "SET returned_at = :now, version = :next",
            "ConditionExpression": "version = :read",
            "ExpressionAttributeValues": {
                ":now": {"S": loan.returned_at},
                ":next": {"N": str(loan.version)},
                ":read": {"N": str(loan.version - 1)},
            },
        }
        delete = {"TableName": self._table_name, "Key": book_key(loan.book_id)}
        return [{"Update": update}, {"Delete": delete}]

    def _put(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"TableName": self._table_name, "Item": row}

    def _commit(self, writes: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        """Return None when stored, or a reason for each write if a condition failed."""
        token = uuid.uuid4().hex  # A retry of the request whose response was lost does nothing.
        for _ in retry_attempts():
            with translate_transient_errors():
                try:
                    self._client.transact_write_items(
                        TransactItems=writes, ClientRequestToken=token
                    )
                except service_errors() as error:
                    if _FAILED in cancellation_codes(error):
                        return cancellation_reasons(error)
                    if not is_conflict(error):
                        raise
                else:
                    return None
        raise ContentionError("other requests change the same book; try again")
