"""Reports on a published dataset: text, JSON and pictures."""
