"""The running API conforms to docs/openapi.yaml.

Schemathesis sends examples, edge cases, random requests and sequences of them, with every check
on. REQUESTS_PER_OPERATION in the environment sets how many random ones; 1500 make some 10,000.
"""

from __future__ import annotations

import os

from local.instance import ROOT
from local.scenario.handoff_stack import HandoffStack
from local.schemathesis import compare

REQUESTS_PER_OPERATION = int(os.environ.get("REQUESTS_PER_OPERATION", "200"))
MINIMUM_REQUESTS = 1_000


def test_the_running_api_and_its_document_agree(stack: HandoffStack) -> None:
    found = compare(
        ROOT,
        "docs/openapi.yaml",
        stack.api_url,
        requests_per_operation=REQUESTS_PER_OPERATION,
        environment={"SCHEMATHESIS_HOOKS": "tests.e2e.schemathesis_hooks"},
    )

    assert found.agrees, found.output
    assert found.requests >= MINIMUM_REQUESTS, found.output
