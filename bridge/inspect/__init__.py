"""Answers for operators, without side effects."""
