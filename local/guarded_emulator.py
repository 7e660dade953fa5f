"""Runs MiniStack in the emulator's own Python; it ends when whoever started it is gone.

The starter holds the other end of standard input and never writes. When the starter ends, even
by SIGKILL, the read returns and the whole process group goes, the functions' workers included.

Things in MiniStack are replaced, which is why its version is pinned: see the functions below, and
local/emulator_cloudwatch.py.
"""

import base64
import hashlib
import json
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from hypercorn.config import Config
from ministack.core import iam_evaluator
from ministack.services import apigateway, lambda_svc, sns

# Run as a script, this file finds its neighbours instead of the packages.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from local import emulator_cloudwatch  # noqa: E402 -- only now can it be found

_WORKERS_PER_FUNCTION = 4 * (os.cpu_count() or 1)
_LOOK_AGAIN_SECONDS = 0.03

# Hypercorn's own 100 turns connections of a burst away before anything has seen them.
_WAITING_CONNECTIONS = 2_048


def _end_with_the_starter() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


def _queue_for_workers() -> None:
    """Let an invocation wait for a free worker once a function has as many as this machine bears.

    MiniStack starts a process for every invocation under way. A burst of 500 would start 500 on
    a few cores, and all of them would time out; AWS has the room. A function that waits for
    another run of itself would wait for ever here.
    """
    acquire = lambda_svc.acquire_worker

    def acquire_patiently(*args: Any, **kwargs: Any) -> tuple[Any, str]:
        while True:
            worker, how = acquire(*args, **{**kwargs, "max_concurrency": _WORKERS_PER_FUNCTION})
            if worker is not None:
                return worker, how
            time.sleep(_LOOK_AGAIN_SECONDS)

    lambda_svc.acquire_worker = acquire_patiently


def _count_the_loopback_as_encrypted() -> None:
    """Let policies that refuse plain HTTP stand: the emulator speaks nothing else.

    A real `pulumi up` declares such a policy too, and would lock itself out.
    """
    pin = iam_evaluator.pin_request_origin
    iam_evaluator.pin_request_origin = lambda source_ip, _encrypted: pin(source_ip, True)


def _let_phones_receive() -> None:
    """Put what a topic pushes to a phone into the queue that the phone's user data names.

    MiniStack forgets it. AWS hands each platform the part of a message that is for it.
    """
    fan_out = sns._fanout

    def fan_out_to_phones(  # noqa: PLR0917 -- as MiniStack calls it
        topic_arn: str,
        message_id: str,
        message: str,
        subject: str,
        structure: str = "",
        attributes: Any = None,
        **fifo: Any,
    ) -> None:
        fan_out(topic_arn, message_id, message, subject, structure, attributes, **fifo)
        topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
        for subscription in topic["subscriptions"]:
            phone = sns._platform_endpoints.get(subscription["endpoint"])
            if phone is None:
                continue
            platform = phone["application_arn"].split("/")[1]
            shown = sns._resolve_message_for_protocol(message, structure, platform)
            sns._deliver_to_sqs(
                phone["attributes"]["CustomUserData"],
                "",
                True,  # as it is, without SNS's envelope
                shown,
                message_attributes=attributes,
                topic_arn=topic_arn,
            )

    sns._fanout = fan_out_to_phones


def _check_signatures_of_tokens() -> None:
    """Check RS256 here: without the package `cryptography` MiniStack refuses every token.

    Installed beside the emulator, the package could be imported by functions, which in AWS have
    no such thing.
    """
    apigateway._verify_rs256_signature = _is_signed_by


# What precedes a SHA-256 digest in a signature: https://www.rfc-editor.org/rfc/rfc8017#section-9.2
_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def _is_signed_by(token: str, key: dict[str, str]) -> bool:
    """Whether the public JSON web key has made the token's RS256 signature."""
    header, payload, signature = token.split(".")
    if json.loads(_decoded(header)).get("alg") != "RS256":
        return False
    modulus, exponent = (int.from_bytes(_decoded(key[part]), "big") for part in ("n", "e"))
    length = (modulus.bit_length() + 7) // 8
    digest = hashlib.sha256(f"{header}.{payload}".encode()).digest()
    end = b"\x00" + _SHA256_DIGEST_INFO + digest
    expected = b"\x00\x01".ljust(length - len(end), b"\xff") + end
    signed = int.from_bytes(_decoded(signature), "big")
    return signed < modulus and pow(signed, exponent, modulus) == int.from_bytes(expected, "big")


def _decoded(base64url: str) -> bytes:
    return base64.urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))


Config.backlog = _WAITING_CONNECTIONS
_queue_for_workers()
_count_the_loopback_as_encrypted()
_let_phones_receive()
_check_signatures_of_tokens()
emulator_cloudwatch.install()
threading.Thread(target=_end_with_the_starter, daemon=True).start()
# The argument is the instance's folder: there to be seen in a process list, not for MiniStack.
del sys.argv[1:]
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
