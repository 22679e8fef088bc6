"""What is counted while a bridge runs, for `/metrics`. Labels are names from the file and fixed words, never texts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Meter:
    """The numbers of one App. Every method is a few additions, and none blocks."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"bridge_{name}", text, labels, registry=registry)

        def seconds(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"bridge_{name}_seconds", text, labels, registry=registry, buckets=SECONDS)

        self._accepted = counter("accepted", "Messages taken in to be answered.", "platform")
        self._ignored = counter("ignored", "Events that are not answered, by why.", "platform", "why")
        self._duplicates = counter("duplicates", "Deliveries of what was stored already.", "platform")
        self._turns = counter("turns", "Turns that are over, by their end.", "platform", "chatbot", "end")
        self._waits = seconds("turn_wait", "From when a message was sent until its turn began.", "platform")
        self._firsts = seconds("first_text", "From when a turn began until its first text was shown.", "chatbot")
        self._durations = seconds("turn", "How long turns took.", "chatbot")
        self._staleness = seconds("staleness", "For how long text had waited when it was shown.", "platform")
        self._calls = counter("calls", "Calls to platforms, by what became of them.", "platform", "operation", "result")
        self._connected = counter("connected", "How often a platform became connected.", "platform")
        self._gaps = counter("gaps", "Connections after which messages may have been missed.", "platform")
        self._recovered = counter("recovered", "Threads that a start found with something unfinished.")
        self._running = Gauge("bridge_turns_running", "Turns that run now.", registry=registry)

    def accepted(self, platform: str) -> None:
        """A message was stored to be answered."""
        self._accepted.labels(platform).inc()

    def ignored(self, platform: str, why: str) -> None:
        """An event is not answered; `why` is one of a few fixed words."""
        self._ignored.labels(platform, why).inc()

    def duplicate(self, platform: str) -> None:
        """An event came that was stored already."""
        self._duplicates.labels(platform).inc()

    def begun(self, platform: str, waited: float) -> None:
        """A turn began, so many seconds after its first message was sent."""
        self._waits.labels(platform).observe(max(0.0, waited))
        self._running.inc()

    def left(self) -> None:
        """A turn runs no longer, over or not."""
        self._running.dec()

    def ended(self, platform: str, chatbot: str, end: str, *, first_text: float | None, duration: float) -> None:
        """A turn is over; times in seconds."""
        self._turns.labels(platform, chatbot, end).inc()
        self._durations.labels(chatbot).observe(duration)
        if first_text is not None:
            self._firsts.labels(chatbot).observe(first_text)

    def shown(self, platform: str, waited: float) -> None:
        """Text was shown that had waited for so many seconds."""
        self._staleness.labels(platform).observe(waited)

    def called(self, platform: str, operation: str, result: str) -> None:
        """A call to a platform is over; `result` is "ok" or the kind of its error."""
        self._calls.labels(platform, operation, result).inc()

    def connected(self, platform: str) -> None:
        """A platform is connected, for the first time or again."""
        self._connected.labels(platform).inc()

    def gap(self, platform: str) -> None:
        """Messages may have been missed."""
        self._gaps.labels(platform).inc()

    def recovered(self, threads: int) -> None:
        """A start found so many threads with something unfinished."""
        self._recovered.inc(threads)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)
