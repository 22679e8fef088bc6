"""`bridge demo`: the sandbox, its page, and the real bridge as a process of its own."""
