"""The running API conforms to `docs/openapi.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case

from tests.lambdas.http_api import ROUTES, wsgi
from tests.lambdas.recorded_lambda import RecordedLambda

DOCUMENT = Path("docs/openapi.yaml")

described: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
schema = schemathesis.openapi.from_dict(described)
schema.app = wsgi


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API runs in memory."""


@schema.parametrize()
@settings(
    max_examples=25,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_response_conforms_to_the_document(case: Case[Any]) -> None:
    case.call_and_validate()


def test_the_document_describes_every_route() -> None:
    routes = {
        f"{method.upper()} {path}"
        for path, item in described["paths"].items()
        for method in item
        if method != "parameters"
    }

    assert routes == {route for route in ROUTES if not route.startswith(("HEAD", "ANY", "$"))}
