"""The tests of the project beside this file run in its own environment, by `test_echo.py`."""

collect_ignore = ["bridge_echo"]
