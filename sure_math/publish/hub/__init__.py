"""What talks to `datasets` and to a dataset hub; nothing else of the release does."""
