"""One answer out of several services: `aggregator("page").ask({…}, deadline=…)`."""

from __future__ import annotations

import functools
import json
import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

from serverless_runtime.aggregator.gather import Outcome, gather
from serverless_runtime.aggregator.last_answers import LastAnswers
from serverless_runtime.aggregator.metrics import (
    ANSWERS,
    BRANCH,
    INCOMPLETE,
    MISSING,
    NAMESPACE,
    WITHOUT_REQUIRED,
)
from serverless_runtime.aggregator.settings import read_aggregator_settings
from serverless_runtime.circuit_breaker.errors import CircuitBreakerOpenError
from serverless_runtime.service_calls import errors
from serverless_runtime.service_calls.client import (
    Deadline,
    Service,
    require_deadline,
    service,
)
from serverless_runtime.service_calls.envelope import encoded
from serverless_runtime.shared.arguments import require_a, require_callable, require_text
from serverless_runtime.shared.frozen import field, frozen
from serverless_runtime.shared.metrics import COMPONENT, Counter, write_metrics

__all__ = ["Aggregator", "Answer", "Deadline", "Missing", "RequiredMissingError", "aggregator"]

_OWN_SECONDS = 0.05
"""What is kept of an invocation's time, to put the answer together."""

log = logging.getLogger(__name__)


@frozen
class Missing:
    """A branch without an answer of now."""

    branch: str
    """Its name."""

    reason: str
    """Why, in one word: that of a ServiceCallError, "circuit-open", or "error" for a bug."""

    code: str | None = None
    """What the service says, if the reason is "refused"."""


@frozen
class Answer:
    """What was known when time was up."""

    data: dict[str, Any]
    """Answers by branch."""

    missing: list[Missing] = field(default_factory=list)
    """The branches without an answer of now, in the order of the program; `stale` has some."""

    stale: dict[str, float] = field(default_factory=dict)
    """Of the branches whose answer in `data` is from before, its age in seconds."""

    @property
    def complete(self) -> bool:
        """Whether every branch has answered now."""
        return not self.missing


class RequiredMissingError(Exception):
    """A required branch has no answer, so there is none at all."""

    def __init__(self, missing: list[Missing]) -> None:
        texts = [f"{each.branch} ({each.code or each.reason})" for each in missing]
        super().__init__(f"no answer without {', '.join(texts)}")
        self.missing = missing
        """The required branches without an answer."""


class Aggregator:
    """One aggregator, in one instance of its function: keep it, as it keeps last answers."""

    def __init__(
        self,
        name: str,
        *,
        services: Callable[[str], Service] = service,
        breaker: Callable[[str], Any] | None = None,
        last_answers: LastAnswers | None = None,
    ) -> None:
        """`name` is the name in the program. Raises MissingSettingsError."""
        require_text("name", name)
        require_callable("services", services)
        if breaker is not None:
            require_callable("breaker", breaker)
        if last_answers is not None:
            require_a("last_answers", last_answers, LastAnswers, "a LastAnswers")
        settings = read_aggregator_settings(name)
        self._branches: dict[str, dict[str, Any]] = json.loads(settings.branches)
        self._seconds = float(settings.deadline_seconds)
        self._component = settings.component
        self._counter = Counter(NAMESPACE, settings.component)
        self._services = services
        self._breaker = (breaker or _breaker) if settings.circuit_breakers else None
        self._last = last_answers or LastAnswers()

    def ask(
        self, payloads: Mapping[str, Any], *, deadline: Deadline, correlation_id: str | None = None
    ) -> Answer:
        """Ask each branch, with its payload, at the same time, and return what there is when all
        have answered, at the deadline of the program, or before the caller's own `deadline`.

        Raises RequiredMissingError, and ValueError unless there is a payload for each branch.
        """
        require_a("payloads", payloads, Mapping, "a mapping of branches")
        require_deadline(deadline, correlation_id)
        if set(payloads) != set(self._branches):
            known = ", ".join(self._branches)
            raise ValueError(
                f"payloads must be of {known}, got {', '.join(map(str, payloads)) or 'none'}"
            )
        texts = {name: encoded(payloads[name]) for name in self._branches}
        end = Deadline.after(min(self._seconds, deadline.seconds_left() - _OWN_SECONDS))
        correlation_id = correlation_id or os.urandom(16).hex()
        asks = {
            name: functools.partial(self._ask_one, branch, payloads[name], end, correlation_id)
            for name, branch in self._branches.items()
        }
        return self._put_together(gather(asks, end), texts)

    def _ask_one(
        self, branch: dict[str, Any], payload: Any, end: Deadline, correlation_id: str
    ) -> Any:
        call = functools.partial(
            self._services(branch["service"]).call,
            branch["operation"],
            payload,
            deadline=end,
            seconds=branch["seconds"],
            correlation_id=correlation_id,
        )
        return call() if self._breaker is None else self._breaker(branch["service"]).call(call)

    def _put_together(self, outcomes: dict[str, Outcome], texts: dict[str, bytes]) -> Answer:
        answer = Answer(data={})
        for name, branch in self._branches.items():
            outcome, kept_seconds = outcomes.get(name), branch["cache_seconds"]
            if outcome is not None and outcome.error is None:
                answer.data[name] = outcome.value
                if kept_seconds:
                    self._last.keep(name, texts[name], outcome.value)
                continue
            answer.missing.append(_missing(name, outcome))
            if kept_seconds and (kept := self._last.find(name, texts[name], kept_seconds)):
                answer.stale[name], answer.data[name] = kept
        lacking = [
            each
            for each in answer.missing
            if self._branches[each.branch]["required"] and each.branch not in answer.data
        ]
        self._count(answer, failed=bool(lacking))
        if lacking:
            raise RequiredMissingError(lacking)
        return answer

    def _count(self, answer: Answer, *, failed: bool) -> None:
        values = {
            ANSWERS: ("Count", 1.0),
            INCOMPLETE: ("Count", float(not answer.complete)),
            WITHOUT_REQUIRED: ("Count", float(failed)),
        }
        write_metrics(values, {COMPONENT: self._component}, namespace=NAMESPACE)
        for each in answer.missing:
            self._counter.count(MISSING, {BRANCH: each.branch})


def _missing(name: str, outcome: Outcome | None) -> Missing:
    if outcome is None:
        return Missing(branch=name, reason=errors.TimedOutError.reason)
    error = outcome.error
    if isinstance(error, errors.RefusedError):
        return Missing(branch=name, reason=error.reason, code=error.code)
    if isinstance(error, errors.ServiceCallError):
        return Missing(branch=name, reason=error.reason)
    if isinstance(error, CircuitBreakerOpenError):
        return Missing(branch=name, reason="circuit-open")
    log.error("branch failed by an error of its own", exc_info=error, extra={"branch": name})
    return Missing(branch=name, reason="error")


def _breaker(name: str) -> Any:
    # Without circuit breakers there is none in the bundle.
    from serverless_runtime.circuit_breaker.circuit_breaker import circuit_breaker  # noqa: PLC0415

    return circuit_breaker(name, failed=errors.FAILED, refused=errors.REFUSED)


def aggregator(name: str) -> Aggregator:
    """Return this instance's aggregator of that name in the program.

    Raises MissingSettingsError.
    """
    require_text("name", name)
    return _of_this_instance(name)


@functools.cache
def _of_this_instance(name: str) -> Aggregator:
    return Aggregator(name)
