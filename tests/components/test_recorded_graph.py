"""A test of a program finds one resource, or is told what there is instead."""

from __future__ import annotations

import pulumi_aws as aws
import pytest

from pulumi_serverless.testing import Graph, record

QUEUE, TOPIC = "aws:sqs/queue:Queue", "aws:sns/topic:Topic"


@pytest.fixture
def graph() -> Graph:
    def program() -> None:
        aws.sqs.Queue("orders")
        aws.sns.Topic("orders")
        aws.sqs.Queue("mail")

    return record(program)


def test_a_resource_is_found_by_its_name_and_its_type_where_others_share_it(graph: Graph) -> None:
    assert graph.named("mail").type == QUEUE
    assert graph.named("orders", TOPIC).type == TOPIC
    assert graph.only(TOPIC).name == "orders"
    assert [each.name for each in graph.of_type(QUEUE)] == ["orders", "mail"]


def test_several_or_none_of_a_name_are_an_error_with_what_there_is(graph: Graph) -> None:
    with pytest.raises(LookupError, match=rf"expected one resource orders, found \['{QUEUE}', '"):
        graph.named("orders")
    with pytest.raises(LookupError, match=r"expected one resource bills, found \[\]"):
        graph.named("bills")
    with pytest.raises(LookupError, match=rf"expected one {QUEUE}, found \['orders', 'mail'\]"):
        graph.only(QUEUE)
    with pytest.raises(LookupError, match=r"expected one aws:s3/bucket:Bucket, found \[\]"):
        graph.only("aws:s3/bucket:Bucket")
