"""Contract suites: what every platform and every provider must do, as pytest classes to subclass.

    class TestMatrix(PlatformContract):
        @pytest.fixture
        async def side(self) -> AsyncIterator[PlatformSide]: ...

They need pytest, and pytest-asyncio in its auto mode. Name `bridge.testing.contracts` in
`pytest.register_assert_rewrite` before it is imported to see the values of what fails.
"""

from bridge.testing.contracts.platform import PlatformContract
from bridge.testing.contracts.provider import ProviderContract
from bridge.testing.contracts.sides import Failure, Inbox, PlatformSide, ProviderSide

__all__ = ["Failure", "Inbox", "PlatformContract", "PlatformSide", "ProviderContract", "ProviderSide"]
