"""The runbook has a section for every alarm of the program, and none besides."""

from __future__ import annotations

import re

import pytest

from pulumi_serverless.testing.program import Graph
from stack_config import StackConfig
from tests.runbook import PARTS, PLACEHOLDERS, RUNBOOK, commands, parts, sections, words


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
    assert tuple(parts(section)) == PARTS
    assert commands(section)


@pytest.mark.parametrize("section", sections())
def test_every_command_is_ours_or_pulumis_and_is_about_the_stack(section: str) -> None:
    for command in commands(section):
        assert words(command, dict.fromkeys(PLACEHOLDERS, "x"))[-2:] == ["--stack", "x"]


def test_every_setting_that_a_command_changes_exists() -> None:
    changed = re.findall(r"^pulumi config set (?:--path )?(\w+)", RUNBOOK.read_text(), re.MULTILINE)

    assert changed
    assert set(changed) <= {str(field.alias) for field in StackConfig.model_fields.values()}


def test_every_link_within_the_runbook_leads_to_a_section() -> None:
    text = " ".join(sections().values())
    assert set(re.findall(r"\]\(#([a-z-]+)\)", text)) <= set(sections())
