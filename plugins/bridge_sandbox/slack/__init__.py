"""A fake Slack workspace: Web API and Socket Mode on loopback, as strict as the real one."""

from bridge_sandbox.slack.fake import FakeSlack

__all__ = ["FakeSlack"]
