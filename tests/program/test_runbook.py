"""The runbook has a section for every alarm of the program, and none besides."""

from __future__ import annotations

import re

import pytest

from local.monitor import Graph
from tests.runbook import BY_PULUMI, commands, sections, words

PARTS = ("It means", "People notice", "Look here", "Do this", "It is over when")


def test_alarms_and_sections_are_the_same(dev: Graph) -> None:
    assert set(sections()) == set(dev.exports["alarmNames"])


def test_every_alarms_message_names_its_section(dev: Graph) -> None:
    alarms = [
        *dev.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"),
        *dev.of_type("aws:cloudwatch/compositeAlarm:CompositeAlarm"),
    ]
    messages = [each.inputs["alarmDescription"] for each in alarms]

    named = [re.search(r"What to do: docs/runbook\.md#([a-z-]+)$", text) for text in messages]
    assert sorted(match[1] for match in named if match) == sorted(sections())


@pytest.mark.parametrize("section", sections())
def test_every_section_has_all_parts_in_order_and_something_to_type(section: str) -> None:
    found = re.findall(r"^\*\*(.+?)\*\*", sections()[section], re.MULTILINE)

    assert found == list(PARTS)
    assert commands(section)


@pytest.mark.parametrize("section", sections())
def test_every_command_is_ours_or_the_one_of_pulumi(section: str) -> None:
    known = dict.fromkeys(("STACK", "EVENT_ID", "CORRELATION_ID", "CHANNEL", "FILE"), "x")
    for command in commands(section):
        assert command == BY_PULUMI or words(command, **known)


def test_every_link_within_the_runbook_leads_to_a_section() -> None:
    text = " ".join(sections().values())
    assert set(re.findall(r"\]\(#([a-z-]+)\)", text)) <= set(sections())
