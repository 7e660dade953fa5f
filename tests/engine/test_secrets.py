"""What a stack's file keeps encrypted is encrypted in the state, too."""

from __future__ import annotations

import json

from tests.engine.conftest import MakeStack

TOKEN = "open-sesame-4711"  # noqa: S105 -- what the test looks for


def test_no_secret_setting_is_in_plain_text_in_the_state(make_stack: MakeStack) -> None:
    stack = make_stack("local")
    kinds = [channel["kind"] for channel in stack.project.setting("local", "channels")]
    url = f"https://localhost:4567/hooks/{TOKEN}"
    stack.configure_secret(f"channels[{kinds.index('webhook')}].url", url)
    stack.configure_secret("alarmEmails[0]", f"{TOKEN}@example.com")

    stack.up()

    assert TOKEN not in json.dumps(stack.exported)
