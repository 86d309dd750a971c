"""How the built-in models are made; needs torch, and nothing else in the package imports it."""
