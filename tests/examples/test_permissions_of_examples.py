"""Who may do what in these examples: the whole list, so that a new permission is seen in review."""

from __future__ import annotations

from tests.program.programs import ROOT, deploy
from tests.program.test_permissions import LOG_AND_TRACE, permissions

SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payment-provider-a1b2c3"  # noqa: S105
BREAKERS = ("dynamodb:GetItem", "arn:providers"), ("dynamodb:UpdateItem", "arn:providers")
QUEUE = "arn:payments"


def test_a_function_behind_a_circuit_breaker_may_use_the_breakers_and_nothing_else() -> None:
    found = permissions(deploy(ROOT / "examples" / "circuit_breaker"))

    assert found == {"quote": {*BREAKERS, *LOG_AND_TRACE}}


def test_the_consumer_of_a_webhook_may_not_send_and_the_api_may_do_nothing_else() -> None:
    found = permissions(deploy(ROOT / "examples" / "scalable_webhook"))

    assert found == {
        "book-payment": {
            ("sqs:ReceiveMessage", QUEUE),
            ("sqs:DeleteMessage", QUEUE),
            ("sqs:GetQueueAttributes", QUEUE),
            ("sqs:ChangeMessageVisibility", QUEUE),
            ("secretsmanager:GetSecretValue", SECRET_ARN),
            ("dynamodb:UpdateItem", "arn:invoices"),
            ("dynamodb:PutItem", "arn:bookings"),
            *LOG_AND_TRACE,
        },
        "payments-api-to-payments": {("sqs:SendMessage", QUEUE)},
    }


def test_a_caller_may_invoke_its_service_and_nothing_of_what_the_service_uses() -> None:
    found = permissions(deploy(ROOT / "examples" / "internal_api"))

    assert found == {
        "show-offer": {("lambda:InvokeFunction", "arn:ask-price"), *LOG_AND_TRACE},
        "ask-price": {("dynamodb:PutItem", "arn:reservations"), *LOG_AND_TRACE},
    }


def test_an_aggregator_may_invoke_its_services_and_use_their_circuits() -> None:
    found = permissions(deploy(ROOT / "examples" / "aggregator"))

    services = {f"ask-{name}" for name in ("prices", "stock", "reviews")}
    assert found == {
        "page": {
            *(("lambda:InvokeFunction", f"arn:{name}") for name in services),
            ("dynamodb:GetItem", "arn:services"),
            ("dynamodb:UpdateItem", "arn:services"),
            *LOG_AND_TRACE,
        },
        **{name: set(LOG_AND_TRACE) for name in services},
    }


def test_a_gatekeeper_finds_keys_and_only_the_service_that_keeps_them_changes_any() -> None:
    found = permissions(deploy(ROOT / "examples" / "gatekeeper"))

    keys, loans = "arn:partners-table", "arn:loans-table"
    assert found == {
        "partners-authorizer": {("dynamodb:GetItem", keys), *LOG_AND_TRACE},
        "partners-keys": {
            ("dynamodb:PutItem", keys),
            ("dynamodb:UpdateItem", keys),
            ("dynamodb:Query", f"{keys}/index/by-tenant"),
            *LOG_AND_TRACE,
        },
        "partner-desk": {("lambda:InvokeFunction", "arn:partners-keys"), *LOG_AND_TRACE},
        "loans-list-loans": {("dynamodb:Query", loans), *LOG_AND_TRACE},
        "loans-lend-book": {("dynamodb:PutItem", loans), *LOG_AND_TRACE},
        "loans-no-route": set(LOG_AND_TRACE),
    }


def test_an_operation_of_a_web_service_may_do_what_it_declares_and_nothing_else() -> None:
    found = permissions(deploy(ROOT / "examples" / "web_service"))

    table = "arn:loans-table"
    assert found == {
        "loans-lend-book": {("dynamodb:PutItem", table), *LOG_AND_TRACE},
        "loans-get-loan": {("dynamodb:GetItem", table), *LOG_AND_TRACE},
        "loans-return-book": {
            *((f"dynamodb:{action}", table) for action in ("GetItem", "UpdateItem", "DeleteItem")),
            *LOG_AND_TRACE,
        },
        "loans-list-loans": {("dynamodb:Query", f"{table}/index/by-reader"), *LOG_AND_TRACE},
        "loans-no-route": set(LOG_AND_TRACE),
    }


def test_a_router_may_read_its_stages_and_call_the_new_side_and_nothing_of_its_table() -> None:
    found = permissions(deploy(ROOT / "examples" / "strangler"))

    new = {"list-products": "Query", "show-product": "GetItem", "take-order": "PutItem"}
    assert found == {
        "front-router": {
            ("ssm:GetParameter", "arn:front-stages"),
            *(("lambda:InvokeFunction", f"arn:{name}") for name in new),
            *LOG_AND_TRACE,
        },
        **{
            name: {(f"dynamodb:{action}", "arn:shop"), *LOG_AND_TRACE}
            for name, action in new.items()
        },
        "copy-products": {("dynamodb:PutItem", "arn:shop"), *LOG_AND_TRACE},
    }


def test_each_route_of_a_robust_api_may_reach_its_own_back_end_and_no_other() -> None:
    found = permissions(deploy(ROOT / "examples" / "robust_api"))

    outbox, front = "arn:shipping-outbox", "front-POST"
    assert {name: found[name] for name in found if name.startswith("front-")} == {
        "front-GET-quotes-_productId_": {
            ("lambda:InvokeFunction", "arn:ask-price"),
            ("dynamodb:GetItem", "arn:services"),
            ("dynamodb:UpdateItem", "arn:services"),
            *LOG_AND_TRACE,
        },
        f"{front}-orders": {
            ("lambda:InvokeFunction", "arn:ship-order"),
            ("dynamodb:PutItem", outbox),
            ("dynamodb:DeleteItem", outbox),
            *LOG_AND_TRACE,
        },
        f"{front}-restocks": {("events:PutEvents", "arn:happenings"), *LOG_AND_TRACE},
        "front-api-to-clicks": {("sqs:SendMessage", "arn:clicks")},
    }
    assert found["show-product"] == found["ask-price"] == set(LOG_AND_TRACE)
