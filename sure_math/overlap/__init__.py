"""How much two statements share: tokens, n-grams and numbers, over batches of texts.

Pure, stable and fast: one regular expression per batch, 64-bit hashes that are the same on every
machine and in every process, and numpy for the rest.
"""
