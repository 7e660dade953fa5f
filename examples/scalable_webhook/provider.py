"""The payment provider: signs a call and makes it.

python provider.py URL INVOICE CENTS [--secret whsec_…] [--id ID]
"""

from __future__ import annotations

import argparse
import json
import time
import uuid
from urllib.request import Request, urlopen

from serverless_runtime.shared.standard_webhooks import parse_keys, signature_headers

LOCAL_SECRET = "whsec_b25seS1mb3ItdGhpcy1tYWNoaW5lLTAwMDE="  # noqa: S105 -- of no other machine


def signed(secret: str, invoice: str, cents: int, call_id: str) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a call."""
    body = json.dumps({"invoice": invoice, "cents": cents}).encode()
    headers = signature_headers(parse_keys(secret), call_id, int(time.time()), body)
    return {**headers, "content-type": "application/json"}, body


def main() -> None:
    """Make one call and print what was answered."""
    parser = argparse.ArgumentParser(description="Calls a webhook as a payment provider does.")
    parser.add_argument("url")
    parser.add_argument("invoice")
    parser.add_argument("cents", type=int)
    parser.add_argument("--secret", default=LOCAL_SECRET)
    parser.add_argument("--id", default=None, help="The same for a call that is repeated.")
    given = parser.parse_args()
    call_id = given.id or f"msg_{uuid.uuid4().hex}"
    headers, body = signed(given.secret, given.invoice, given.cents, call_id)
    # The address is what the user has typed.
    with urlopen(Request(given.url, body, headers)) as response:  # noqa: S310
        print(response.status, call_id)  # noqa: T201 -- the command's result


if __name__ == "__main__":
    main()
