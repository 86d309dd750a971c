"""Evol-Instruct for mathematics: plan first, then prompt, parse and validate."""
