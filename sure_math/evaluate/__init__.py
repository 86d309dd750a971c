"""Evaluation: completions of a model on benchmarks, graded apart from sampling."""
