"""Runs the end-to-end comparison, with the TypeScript peer if there is a checkout of it."""

from __future__ import annotations

import os
from contextlib import ExitStack

from benchmarks import denials, end_to_end, peer_service, processor, refusals
from benchmarks.peer_bundle import CHECKOUT_VARIABLE, RUNTIME, checkout_from, peer_bundles
from benchmarks.report import keep
from benchmarks.rivals import rivals
from local.stack import deployed_stack

_RETRY_BASE_SECONDS = 0.2
_ONLY_RATIOS = (
    "The emulator takes part in every figure, and starts an event at once, where AWS queues it: "
    "only the ratios of one run tell something."
)


def compare() -> None:
    """Keep what requests take through an API in the emulator, and what refusals do.

    Raises PeerError.
    """
    checkout = checkout_from(os.environ)
    with ExitStack() as open_:
        bundles = open_.enter_context(peer_bundles(checkout)) if checkout else None
        stack = open_.enter_context(
            deployed_stack(
                "bench", retry_base_seconds=_RETRY_BASE_SECONDS, only="webhook", watched=False
            )
        )
        services = rivals(stack)
        remarks, not_measured = [_ONLY_RATIOS], []
        if bundles:
            services.append(peer_service.deploy_peer(stack, bundles))
            remarks.append(
                f"The peer's functions run on node {bundles.node_version} ({RUNTIME} is declared). "
                "Its own target only pretends to send, for 100 ms; here it then tells the same "
                "receiver as ours, and fails if that refuses."
            )
        else:
            not_measured.append(peer_service.NAME)
            remarks.append(f"{peer_service.NAME}: no {CHECKOUT_VARIABLE}, so not measured.")
        parts = [" ".join(remarks)]
        comparison = end_to_end.Comparison(stack, services)
        latencies = end_to_end.latency_table(comparison.latencies(), not_measured)
        parts.append(f"## One at a time\n\n{latencies}")
        rates = {clients: comparison.rates(clients) for clients in end_to_end.CLIENTS}
        parts.append(f"## Many clients\n\n{end_to_end.rate_table(rates)}")
        processor_ms = processor.processor_table(stack, comparison, services)
        parts.append(f"## Processor milliseconds of a task\n\n{processor_ms}")
        outcomes = refusals.outcome_table(stack, services)
        parts.append(f"## The receiver refuses at first\n\n{outcomes}")
        denied = denials.denial_table(stack, services)
        parts.append(f"## Lambda refuses the invocation\n\n{denied}")
    keep("end_to_end", "From the request to the notification, in the emulator", parts)
