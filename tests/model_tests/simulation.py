"""The real runtime between simulated services: the only module that puts them together."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from serverless_ops.dead_letters.destination import NotAcceptedError
from serverless_ops.dead_letters.outcome import Outcome
from serverless_ops.dead_letters.reader import DeadLetterReader
from serverless_ops.dead_letters.replay import Replay
from serverless_ops.dead_letters.replay_rate import RateLimiter
from serverless_ops.dead_letters.replay_to_function import FunctionDestination
from serverless_ops.dead_letters.selection import MAX_REPLAYS, ReplayRules, select_for_replay
from serverless_ops.interrupts import Interrupts
from serverless_runtime.contracts.task_event import TaskEvent
from serverless_runtime.handoff import Handoff
from serverless_runtime.handoff.outbox_rows import SHARDS
from serverless_runtime.handoff.relay.dynamo_outbox import DynamoOutbox
from serverless_runtime.handoff.relay.hand_off_due_events import relay_shard
from serverless_runtime.handoff.relay.rejected import add_dead_letter
from serverless_runtime.handoff.settings import HandoffSettings
from serverless_runtime.handoff.target import target_of
from serverless_runtime.notification_service.channels import email
from serverless_runtime.notification_service.circuit_breaker_channel import (
    circuit_breaker_rows,
    with_circuit_breakers,
)
from serverless_runtime.notification_service.delivery.dead_letters import SqsDeadLetters
from serverless_runtime.notification_service.delivery.every_channel import notify_channels
from serverless_runtime.notification_service.settings import TIMEOUT_SECONDS
from serverless_runtime.notification_service.settings.email import EmailSettings
from serverless_runtime.once.leases import Leases
from serverless_runtime.shared.metrics import Counter
from serverless_runtime.task_service.dynamo_task_writer import DynamoTaskWriter
from serverless_runtime.task_service.handlers.task_writer import WireEventPublisher
from tests.lambdas.tables import DELIVERIES, OUTBOX, TARGET_ARN, TASKS
from tests.model_tests.faults import Died, Fault, Run
from tests.model_tests.in_memory_dynamo import Change, InMemoryDynamo
from tests.model_tests.interleaving import Turns
from tests.model_tests.ledger import CHANNELS, Ledger, Message
from tests.model_tests.services import AsyncQueue, DeadLetterQueue, Provider, Queued

START = 1_772_357_400.0
MINIMUM_AGE_SECONDS = 45

Faults = Mapping[int, Fault]


class Simulation:
    """All state, a clock, and the programs that run on them."""

    def __init__(self) -> None:
        self.now = START
        self.ledger = Ledger()
        self.turns = Turns()
        self.dynamo = InMemoryDynamo(self.clock, self._changed)
        self.dead_letters = DeadLetterQueue(self.clock)
        self.queue = AsyncQueue(self.clock, self.dead_letters.add)
        self.provider = Provider(self._accepted)
        self._acting: Run | None = None
        self._attempts: list[Run] = []

    def clock(self) -> float:
        return self.now

    def utc_now(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)

    def advance(self, seconds: float) -> None:
        """Let time pass for everyone."""
        self.now += max(seconds, 0.001)
        self.queue.expire_old()
        for run in self._attempts:
            run.check_timeout()
        self.check()

    def pause(self) -> None:
        """Let another program go first."""
        self.turns.pause()

    @contextmanager
    def on_behalf_of(self, run: Run) -> Iterator[None]:
        """Do what a request of the run does, and check every invariant."""
        self._acting = run
        try:
            yield
        finally:
            self._acting = None
            self.check()

    def check(self) -> None:
        self.ledger.check(self.dynamo, self.queue, self.dead_letters, self.provider)

    def excuse_duplicate(self, message: Message, run: Run) -> None:
        self.ledger.excuses[message].add(run)

    def rejected_invoke(self) -> dict[str, Any]:
        return {"StatusCode": 200, "Payload": io.BytesIO()}

    def tasks(self, run: Run) -> DynamoTaskWriter:
        """Return the task service's table, with its event publisher."""
        dynamodb = run.client("dynamodb", self.dynamo)
        handoff = Handoff(
            settings=HandoffSettings(target_arn=TARGET_ARN, outbox_table_name=OUTBOX),
            client=dynamodb,
            target_client=run.client("lambda", self.queue),
            clock=self.clock,
        )
        publisher = WireEventPublisher(handoff, Counter("Handoff", "model"))
        return DynamoTaskWriter(TASKS, publisher, dynamodb)

    def relay(self, faults: Faults, shards: Iterable[str] = SHARDS) -> None:
        """One run of the relay, shard after shard; what one raises does not end the others."""
        run = Run(self, faults=faults, timeout_seconds=90)
        outbox = DynamoOutbox(OUTBOX, run.client("dynamodb", self.dynamo))
        target = target_of(HandoffSettings(target_arn=TARGET_ARN), run.client("lambda", self.queue))
        for shard in shards:
            try:
                relay_shard(
                    shard,
                    outbox=outbox,
                    target=target,
                    dead_letter=functools.partial(add_dead_letter, "", client=self.dead_letters),
                    minimum_age_seconds=MINIMUM_AGE_SECONDS,
                    has_time=lambda: True,
                    clock=self.clock,
                )
            except Died:
                return
            except Exception:  # noqa: S112 -- reading the outbox failed, which an alarm reports
                continue

    def run_target(
        self, event: Queued, faults: Faults, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """One attempt of Lambda at an event."""
        event.running = True
        run = Run(self, faults=faults, timeout_seconds=timeout_seconds)
        self._attempts.append(run)
        error: str | None = None
        try:
            self._deliver(event.payload, run)
        except Died:
            error = "Task timed out"
        except Exception as raised:
            error = str(raised) or type(raised).__name__
        event.running = False
        self._attempts.remove(run)
        self.queue.ended(event, error)
        self.check()

    def _deliver(self, payload: dict[str, Any], run: Run) -> None:
        ses = run.client("sesv2", self.provider)
        channels = [
            channel
            for name in CHANNELS
            for channel in email.channels(_email_settings(name), client=ses)
        ]
        dynamodb = run.client("dynamodb", self.dynamo)
        deliveries = Leases(DELIVERIES, dynamodb, self.clock)
        breakers = circuit_breaker_rows(DELIVERIES, dynamodb)
        context = SimpleNamespace(aws_request_id="r", invoked_function_arn=TARGET_ARN)
        dead_letters = SqsDeadLetters("q", payload, context, run.client("sqs", self.dead_letters))
        notify_channels(
            TaskEvent.from_payload(payload),
            deliveries,
            with_circuit_breakers(channels, breakers, self.clock),
            dead_letters,
            run.seconds_left,
        )

    def replay(self, faults: Faults, *, force: bool = False) -> list[Outcome]:
        """An operator replays the dead-letter queue, or begins to."""
        run = Run(self, faults=faults)
        outcomes: list[Outcome] = []
        rules = ReplayRules(started_at=self.utc_now(), max_replays=None if force else MAX_REPLAYS)
        sqs = run.client("sqs", self.dead_letters)
        try:
            with DeadLetterReader(sqs, "q", clock=self.clock, poll_seconds=0) as reader:
                Replay(
                    reader=reader,
                    destination=FunctionDestination(run.client("lambda", self.queue), TARGET_ARN),
                    rate_limiter=RateLimiter(1000, self.clock, self.advance),
                    sleep=self.advance,
                    interrupts=Interrupts(),
                    record=outcomes.append,
                ).run(select_for_replay(reader.receive(10), rules))
        except (
            Died,
            BotoCoreError,
            ClientError,
            NotAcceptedError,
        ):  # the operator sees it, and tries again
            pass
        return outcomes

    def _changed(self, change: Change) -> None:
        self.ledger.changed(change, self._acting, self.now)

    def _accepted(self, message: Message) -> None:
        if self._acting is not None:
            self._acting.unrecorded.add(message)


def _email_settings(name: str) -> EmailSettings:
    return EmailSettings(name=name, sender="tasks@example.com", recipients=[f"{name}@example.com"])
