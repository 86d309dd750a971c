"""Weights: semantic entropy of the clusters, eq. 4-6."""
