"""A bot that posts what a test says, through the platforms' own APIs."""

from __future__ import annotations

from typing import Any

import aiohttp

from bridge_sandbox.sandbox import Sandbox


class Bot:
    """Holds the sandbox's tokens. Raises AssertionError for what a platform refuses."""

    def __init__(self, sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
        self._sandbox = sandbox
        self._http = http

    async def slack(self, method: str, **arguments: Any) -> str:
        """Call a method of Slack's Web API; the `ts` of its answer."""
        slack = self._sandbox.slack
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with self._http.post(slack.api_url + method, json=arguments, headers=headers) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return str(answer.get("ts", ""))

    async def discord(self, verb: str, path: str, **body: Any) -> str:
        """Call Discord's REST API; the `id` of its answer."""
        discord = self._sandbox.discord
        headers = {"Authorization": f"Bot {discord.token}"}
        async with self._http.request(verb, discord.api_url + path, json=body, headers=headers) as response:
            assert response.status < 300, await response.text()
            return str((await response.json())["id"]) if response.status != 204 else ""
