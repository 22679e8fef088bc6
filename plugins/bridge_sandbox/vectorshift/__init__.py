"""A VectorShift that runs on this machine: the same REST and WebSocket protocol, its chatbots made of plain rules."""

from bridge_sandbox.vectorshift.answers import long_answer
from bridge_sandbox.vectorshift.service import FakeVectorShift, Quirks
from bridge_sandbox.vectorshift.sessions import FakeSession

__all__ = ["FakeSession", "FakeVectorShift", "Quirks", "long_answer"]
