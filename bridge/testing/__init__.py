"""The test kit: for bridge's own tests and for those of plugins.

- `MemoryWorld` and `MemoryPlatform`: a chat platform in memory, and the people on it (plugin type "memory").
- `ScriptedService` and `ScriptedProvider`: chatbots that say what a test scripts (plugin type "scripted").
- `VirtualClock`: time that stands still until a test moves it. `eventually`: waiting without sleeping.
- `Fuse`: stops a bridge dead at its k-th effect, or has that effect fail once.

Register the two plugins by `plugins.register(bridge.testing.memory, "memory")` and likewise `scripted`.
"""

from bridge.testing import memory, scripted
from bridge.testing.clock import VirtualClock
from bridge.testing.crash import Fuse
from bridge.testing.memory import BareMemoryPlatform, MemoryPlatform, MemoryTable
from bridge.testing.record import SessionRecord
from bridge.testing.screen import Shown
from bridge.testing.script import Answer, Ask, Script, ScriptedService, echo
from bridge.testing.scripted import ScriptedChatbotTable, ScriptedProvider, ScriptedTable
from bridge.testing.turnstile import Call
from bridge.testing.waiting import eventually
from bridge.testing.world import CAPABILITIES, MemoryWorld

__all__ = [
    "CAPABILITIES",
    "Answer",
    "Ask",
    "BareMemoryPlatform",
    "Call",
    "Fuse",
    "MemoryPlatform",
    "MemoryTable",
    "MemoryWorld",
    "Script",
    "ScriptedChatbotTable",
    "ScriptedProvider",
    "ScriptedService",
    "ScriptedTable",
    "SessionRecord",
    "Shown",
    "VirtualClock",
    "echo",
    "eventually",
    "memory",
    "scripted",
]
