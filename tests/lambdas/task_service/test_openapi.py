"""The running API conforms to `docs/openapi.yaml`."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from tests.lambdas.http_api import ROUTES, wsgi
from tests.lambdas.recorded_lambda import RecordedLambda

DOCUMENT = Path("docs/openapi.yaml")

described: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
OPERATIONS = [
    (method, path)
    for path, item in described["paths"].items()
    for method in item
    if method != "parameters"
]


@functools.cache
def operations() -> Any:
    """Return the requests of each operation, by path and method."""
    # Every process imports this file, and one needs what takes it half a second.
    import schemathesis  # noqa: PLC0415

    schema = schemathesis.openapi.from_dict(described)
    schema.app = wsgi
    return schema


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API runs in memory."""


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_response_conforms_to_the_document(method: str, path: str) -> None:
    @given(operations()[path][method].as_strategy())
    @settings(
        max_examples=25,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def conforms(case: Any) -> None:
        case.call_and_validate()

    conforms()


def test_the_document_describes_every_route() -> None:
    routes = {f"{method.upper()} {path}" for method, path in OPERATIONS}

    assert routes == {route for route in ROUTES if not route.startswith(("HEAD", "ANY", "$"))}
