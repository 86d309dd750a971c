"""Reports on a published dataset, or on a run: text, JSON and pictures."""
