"""Each request of a route to the side that its stage says."""

from __future__ import annotations

import functools
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from serverless_runtime.shared.metrics import COMPONENT, write_metrics
from serverless_runtime.strangler import log_messages, metrics
from serverless_runtime.strangler.answers import Answer, failed
from serverless_runtime.strangler.callers import caller_of, is_among
from serverless_runtime.strangler.comparison import NotComparableError, difference
from serverless_runtime.strangler.legacy import (
    LegacyError,
    LegacyTimeoutError,
    LegacyTooLargeError,
)
from serverless_runtime.strangler.new_side import NewSideError
from serverless_runtime.strangler.requests import BadRequestError, LegacyRequest, request_of
from serverless_runtime.strangler.settings.stages import (
    LEGACY,
    SHADOW,
    SHADOWED_METHODS,
    percent_of,
)

log = logging.getLogger(__name__)

AskNew = Callable[[str, Mapping[str, Any], float], Answer]
"""Function, event, and until when; raises NewSideError."""

Outcome = Answer | Exception

MAX_WAITING = 10
"""New answers that an instance waits for at the same time, those of earlier requests included."""


class Route(NamedTuple):
    """What a router knows of one route."""

    new: str
    """Name of the function."""

    stage: str
    sticky_by: str
    ignored: tuple[str, ...] = ()


_UNKNOWN = Route(new="", stage=LEGACY, sticky_by="")
"""During a deployment, the API may know a route that an instance does not know yet, or no more."""


class Router:
    """Routes of one facade, in one instance of its router."""

    def __init__(
        self,
        component: str,
        routes: Mapping[str, Route],
        *,
        stage_of: Callable[[str], str],
        ask_legacy: Callable[[LegacyRequest], Answer],
        ask_new: AskNew,
        shadow_seconds: float,
    ) -> None:
        self._component = component
        self._routes = routes
        self._stage_of = stage_of
        self._ask_legacy = ask_legacy
        self._ask_new = ask_new
        self._shadow_seconds = shadow_seconds
        self._waiting = threading.Semaphore(MAX_WAITING)

    def answer(self, event: Mapping[str, Any], until: float) -> Any:
        """Return what API Gateway gets; `until` is when the new side must have answered."""
        route_key = event["routeKey"]
        route = self._routes.get(route_key, _UNKNOWN)
        stage = LEGACY if route is _UNKNOWN else self._stage_of(route_key)
        method = event["requestContext"]["http"]["method"]
        if stage == SHADOW and method in SHADOWED_METHODS:
            answer, compared = self._shadowed(route, event, until)
            self._count(route_key, metrics.BY_LEGACY, answer, compared)
        elif self._is_moved(stage, route, event):
            answer = self._new(route, event, until)
            self._count(route_key, metrics.BY_NEW, answer)
        else:
            answer = self._legacy(event)
            self._count(route_key, metrics.BY_LEGACY, answer)
        return answer.response

    def _is_moved(self, stage: str, route: Route, event: Mapping[str, Any]) -> bool:
        percent = percent_of(stage)
        if percent in (0, 100):
            return bool(percent)
        caller = caller_of(event, route.sticky_by)
        # Who cannot be recognised could not stay on the new side.
        return caller is not None and is_among(caller, percent, self._component)

    def _legacy(self, event: Mapping[str, Any]) -> Answer:
        try:
            return self._ask_legacy(request_of(event))
        except BadRequestError:
            log.warning("the request cannot be sent to the old system", exc_info=True)
            return failed(400, "Bad Request")
        except LegacyTooLargeError:
            log.exception("the old system's answer cannot be passed on")
            return failed(502, "Bad Gateway")
        except LegacyError as error:
            log.exception("the old system does not answer")
            values = {metrics.LEGACY_UNREACHABLE: ("Count", 1.0)}
            write_metrics(values, {COMPONENT: self._component}, namespace=metrics.NAMESPACE)
            if isinstance(error, LegacyTimeoutError):
                return failed(504, "Gateway Timeout")
            return failed(503, "Service Unavailable")

    def _new(self, route: Route, event: Mapping[str, Any], until: float) -> Answer:
        try:
            return self._ask_new(route.new, event, until)
        except NewSideError as error:
            log.exception("the new side does not answer", extra={"function": route.new})
            return error.answer

    def _shadowed(self, route: Route, event: Mapping[str, Any], until: float) -> tuple[Answer, str]:
        """Ask both at the same time. The new answer is awaited `shadow_seconds` longer than the
        old one at most, and changes nothing."""
        fields = {"route": event["routeKey"]}
        found = self._ask_aside(functools.partial(self._ask_new, route.new, event, until))
        answer = self._legacy(event)
        if answer.is_own:
            log.warning(log_messages.NOT_COMPARED, extra={**fields, "reason": "no old answer"})
            return answer, metrics.NOT_COMPARED
        try:
            differing = difference(*_comparable(event, answer, self._found(found)), route.ignored)
        except (NewSideError, NotComparableError) as error:
            log.warning(log_messages.NOT_COMPARED, extra={**fields, "reason": str(error)})
            return answer, metrics.NOT_COMPARED
        except Exception:
            log.exception(log_messages.NOT_COMPARED, extra=fields)
            return answer, metrics.NOT_COMPARED
        if differing is None:
            return answer, metrics.SAME
        log.warning(log_messages.DIFFERENT, extra={**fields, "difference": differing})
        return answer, metrics.DIFFERENT

    def _ask_aside(self, ask: Callable[[], Answer]) -> queue.SimpleQueue[Outcome]:
        """Return where the answer will be, unless too many are still awaited."""
        found: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        if not self._waiting.acquire(blocking=False):
            found.put(NotComparableError("too many new answers are late"))
            return found

        def run() -> None:
            outcome: Outcome
            try:
                outcome = ask()
            except Exception as error:
                # The thread that waits raises it.
                outcome = error
            finally:
                # Before the next request can come.
                self._waiting.release()
            found.put(outcome)

        threading.Thread(target=run, name="shadow", daemon=True).start()
        return found

    def _found(self, found: queue.SimpleQueue[Outcome]) -> Answer:
        try:
            outcome = found.get(timeout=self._shadow_seconds)
        except queue.Empty:
            raise NotComparableError("too late") from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _count(self, route_key: str, side: str, answer: Answer, compared: str = "") -> None:
        values: dict[str, tuple[str, float]] = {
            side: ("Count", 1),
            metrics.SERVER_ERRORS: ("Count", float(answer.is_server_error)),
        }
        if compared:
            values[compared] = ("Count", 1)
        dimensions = {COMPONENT: self._component, metrics.ROUTE: route_key}
        write_metrics(values, dimensions, namespace=metrics.NAMESPACE)


def _comparable(event: Mapping[str, Any], old: Answer, new: Answer) -> tuple[Answer, Answer]:
    """Of answers to HEAD, a client gets no body, whatever a function returns."""
    if event["requestContext"]["http"]["method"] == "HEAD":
        return old._replace(body=b"", headers={}), new._replace(body=b"", headers={})
    return old, new
