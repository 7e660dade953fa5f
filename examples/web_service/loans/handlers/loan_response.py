"""A response with a loan."""

from __future__ import annotations

from loans.loan import Loan
from serverless_runtime.web.http.response import Response, etag_of


def loan_response(status: int, loan: Loan, **headers: str) -> Response:
    etag = etag_of(loan.version)
    return Response(status=status, document=loan.to_document(), headers={**headers, "ETag": etag})
