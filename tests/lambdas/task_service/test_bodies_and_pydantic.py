"""The functions validate bodies without a library; pydantic with the same rules must give the same
results."""

from __future__ import annotations

import json
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from serverless_runtime.task_service.http import task_bodies, task_changes
from serverless_runtime.web.http.problem import Problem
from serverless_runtime.web.http.request import Request
from tests.lambdas.samples import a_task
from tests.lambdas.task_service.pydantic_bodies import (
    CreateTaskBody,
    PatchTaskBody,
    ReplaceTaskBody,
)

TASK = a_task(detail="old", due_at="2026-03-02T00:00:00.000Z", status="in_progress")
KINDS = ["create", "patch", "replace"]
NOT_JSON = [("", "not JSON")]
_WORDS = {
    "extra_forbidden": "unknown field",
    "missing": "required",
    "model_type": "must be a JSON object",
    "string_type": "must be text",
}

_moments = st.sampled_from(
    [
        "2026-03-01T09:30:00Z",
        "2026-03-01T09:30:00.123456+02:00",
        "2026-02-30T09:30:00Z",
        "9998-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+01:00",
    ]
)
_texts = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["", "x" * 100, "x" * 101, "x" * 1000, "x" * 1001, "\x00", "\x7f", "\n", "😀"]),
    st.sampled_from(["pending", "in_progress", "completed", "done"]),
    _moments,
)
_values = st.recursive(
    st.one_of(_texts, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(_texts, inner, max_size=2)
    ),
    max_leaves=3,
)
_names = st.sampled_from(["title", "detail", "status", "dueAt", "due_at", "a/b~", "", "Title"])
_bodies = st.one_of(
    st.dictionaries(_names, _values, max_size=5).map(json.dumps),
    st.dictionaries(_names, _values, max_size=5).map(lambda body: json.dumps(body)[:-1]),
    _values.map(json.dumps),
    st.text(max_size=20),
)


def actual(kind: str, body: bytes) -> object:
    """Return what the functions read from a body: the task's content, or its errors."""
    request = cast(
        "Request",
        SimpleNamespace(
            headers={"content-type": "application/json"},
            # As the gateway passes on what is not text.
            body=body.decode(errors="surrogateescape"),
            body_is_base64=False,
        ),
    )
    try:
        if kind == "create":
            return asdict(task_bodies.draft(request))
        change = task_changes.patch if kind == "patch" else task_changes.replacement
        return change(request)(TASK)
    except Problem as problem:
        if problem.detail == "the body is not valid JSON":
            return NOT_JSON
        return [(error.field, error.detail) for error in problem.errors]


def expected(kind: str, body: bytes) -> object:
    """Return what pydantic reads from it."""
    if not _is_i_json(body):
        return NOT_JSON
    models: dict[str, Any] = {
        "create": CreateTaskBody,
        "patch": PatchTaskBody,
        "replace": ReplaceTaskBody,
    }
    try:
        read = models[kind].model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        if found[0]["type"] == "json_invalid":
            return NOT_JSON
        return [(_pointer(each["loc"]), _WORDS.get(each["type"], each["msg"])) for each in found]
    return asdict(read.draft()) if kind == "create" else read.applied_to(TASK)


def _is_i_json(body: bytes) -> bool:
    """What pydantic accepts beyond RFC 7493: NaN, names given twice, and noncharacters."""

    def no_constant(name: str) -> None:
        raise ValueError(name)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    try:
        document = json.loads(body.decode(), object_pairs_hook=once, parse_constant=no_constant)
        text = json.dumps(document, ensure_ascii=False)
    except (ValueError, RecursionError):
        return False
    return all(ord(each) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(each) <= 0xFDEF for each in text)


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


@settings(derandomize=True, database=None, max_examples=300)
@given(body=_bodies)
@example(body='{"title": "a", "title": "b"}')
@example(body='{"title": "a", "title": 3, "detail": "x"}')
@example(body='{"title": "\\ud83d\\ude00"}')
@example(body='{"title": "\\ud83d"}')
@example(body='{"title": "x", "detail": "\\udc00"}')
@example(body='{"title": "\\\\ud83d"}')
@example(body='{"title": "x", "n": NaN}')
@example(body='{"title": Infinity}')
@example(body='{"title": -Infinity}')
@example(body="\ufeff{}")
@example(body="{} {}")
@example(body='{"title": "x",}')
@example(body='{"title": "tab\there"}')
@example(body="{'title': 'x'}")
@example(body='{"title": 01}')
@example(body='{"title": 1e999}')
@example(body=json.dumps({"title": "x" * 100, "detail": "x" * 1000}))
@example(body=json.dumps({"title": "x" * 101, "detail": "x" * 1001}))
@example(body="")
@example(body=" null ")
def test_both_return_the_same_for_every_body(body: str) -> None:
    sent = body.encode(errors="replace")

    for kind in KINDS:
        assert actual(kind, sent) == expected(kind, sent), kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "\xff"}',
        b'{"title": "\xed\xa0\x80"}',
        '{"title": "x"}'.encode("utf-16"),
        b'{"title": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"title": ' + b"9" * 5_000 + b"}",
    ],
    ids=["not UTF-8", "a surrogate", "UTF-16", "nested", "a long number"],
)
def test_both_reject_what_is_not_json(kind: str, body: bytes) -> None:
    assert actual(kind, body) == expected(kind, body) == NOT_JSON
