"""The core put together with a platform and a chatbot service in memory, and a real database."""
