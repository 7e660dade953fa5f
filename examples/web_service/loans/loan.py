"""A loan, as clients see it and as its row has it."""

from __future__ import annotations

from typing import Any, Self

from serverless_runtime.shared.frozen import frozen

Row = dict[str, dict[str, Any]]

CARD = r"[A-Za-z0-9][A-Za-z0-9-]{0,39}"
"""The number of a book or of a reader, as it is on their cards."""


@frozen
class Loan:
    """One reader has one book, or had it."""

    loan_id: str
    book_id: str
    reader_id: str
    lent_at: str
    returned_at: str | None = None
    version: int = 1

    def to_document(self) -> dict[str, Any]:
        document = {
            "id": self.loan_id,
            "bookId": self.book_id,
            "readerId": self.reader_id,
            "lentAt": self.lent_at,
            "returnedAt": self.returned_at,
            "version": self.version,
        }
        return {name: value for name, value in document.items() if value is not None}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Self:
        return cls(
            loan_id=document["id"],
            book_id=document["bookId"],
            reader_id=document["readerId"],
            lent_at=document["lentAt"],
            returned_at=document.get("returnedAt"),
            version=document["version"],
        )

    def to_row(self) -> Row:
        texts = {
            "book_id": self.book_id,
            "reader_id": self.reader_id,
            "lent_at": self.lent_at,
            "returned_at": self.returned_at,
        }
        row: Row = {name: {"S": value} for name, value in texts.items() if value is not None}
        return {**loan_key(self.loan_id), **row, "version": {"N": str(self.version)}}

    @classmethod
    def from_row(cls, row: Row) -> Self:
        return cls(
            loan_id=row["id"]["S"].removeprefix("loan#"),
            book_id=row["book_id"]["S"],
            reader_id=row["reader_id"]["S"],
            lent_at=row["lent_at"]["S"],
            returned_at=row["returned_at"]["S"] if "returned_at" in row else None,
            version=int(row["version"]["N"]),
        )


def loan_key(loan_id: str) -> Row:
    return {"id": {"S": f"loan#{loan_id}"}}


def book_key(book_id: str) -> Row:
    """The key of the row that a book has while it is lent."""
    return {"id": {"S": f"book#{book_id}"}}
