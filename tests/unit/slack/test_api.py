from __future__ import annotations

import pytest

from bridge_slack.api import proxy_for


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_proxy_there_is_none() -> None:
    assert proxy_for("https://slack.com/api/") is None


def test_sockets_take_the_proxy_of_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    assert proxy_for("https://slack.com/api/") == "http://proxy.test:3128"
    assert proxy_for("wss://wss-primary.slack.com/link/") == "http://proxy.test:3128"
    assert proxy_for("http://127.0.0.1:9/api/") is None


def test_what_is_excepted_goes_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,.internal.test")
    assert proxy_for("https://127.0.0.1/api/") is None
    assert proxy_for("https://slack.internal.test/api/") is None
    assert proxy_for("https://slack.com/api/") is not None
