"""IAM: plain HTTP on this machine counts as encrypted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from local.emulator.differences import Difference

DIFFERENCES = (
    Difference(
        aws="a queue policy may deny plain HTTP (aws:SecureTransport)",
        emulator="serves plain HTTP only, so the statement denies everyone, including the owner",
        workaround="a request over the loopback interface counts as encrypted",
    ),
)


def apply() -> None:
    """Keep policies that deny plain HTTP from locking out the deployment itself."""
    evaluator: Any = import_module("ministack.core.iam_evaluator")
    pin = evaluator.pin_request_origin
    evaluator.pin_request_origin = lambda source_ip, _encrypted: pin(source_ip, True)
