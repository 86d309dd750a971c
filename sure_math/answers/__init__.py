"""Answers: the final answer of a response, its canonical form, and when two answers are equal."""
