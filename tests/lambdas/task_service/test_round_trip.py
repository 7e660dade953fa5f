"""What the API answers, it accepts back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lambdas.http_api import Response, request
from tests.lambdas.json_texts import characters
from tests.lambdas.recorded_lambda import RecordedLambda


@pytest.fixture(autouse=True)
def running(recorded_lambda: RecordedLambda) -> None:
    """The API runs in memory."""


anything: st.SearchStrategy[Any] = st.text(characters, max_size=101) | st.sampled_from(
    ["pending", "in_progress", "completed", None]
)
moments = st.builds(
    "{}-{}T{}{}".format,
    st.sampled_from(["1969-12-31", "1970-01-01", "2024-02-29", "9998-12-31", "9999-01-01"])
    .map(lambda day: day.rpartition("-"))
    .map(lambda parts: parts[0]),
    st.sampled_from(["01", "31", "29"]),
    st.sampled_from(["00:00:00", "23:59:59.9999", "12:00:00.5"]),
    st.sampled_from(["Z", "z", "+00:01", "-00:01", "+23:59", "-23:59"]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {"title": anything | st.text("ab", min_size=1)},
        optional={"detail": anything, "status": anything, "dueAt": moments},
    )
)
def test_a_task_that_was_got_can_be_put(draft: dict[str, Any]) -> None:
    created = request("POST", "/tasks", draft)
    if created.status == 400:
        return
    path = created.headers["location"]
    task = request("GET", path).json

    for method in ("PUT", "PATCH"):
        again = request(method, path, task, headers={"If-Match": '"1"'})
        assert (again.status, again.json, again.headers["etag"]) == (200, task, '"1"')
    [listed] = [each for each in request("GET", "/tasks").json["items"] if each["id"] == task["id"]]
    assert request("PUT", path, {**listed, "title": "edited"}).json["version"] == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("id", "x"), ("version", 2), ("version", True), ("createdAt", None), ("updatedAt", "")],
)
def test_what_only_the_api_sets_cannot_be_changed(method: str, name: str, value: object) -> None:
    path = request("POST", "/tasks", {"title": "x"}).headers["location"]
    task = request("GET", path).json

    response: Response = request(method, path, {**task, "title": "y", name: value})

    assert response.status == 400
    [error] = response.json["errors"]
    assert (error["field"], request("GET", path).json) == (f"/{name}", task)
    assert error["detail"] == f"read-only: leave it out, or send it as it is, {task[name]}"
