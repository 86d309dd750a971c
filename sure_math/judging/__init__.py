"""Asking a model for verdicts: questions, readable words, control questions; no stage."""
