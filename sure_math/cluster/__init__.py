"""Clusters: responses grouped by the meaning of their answers."""
