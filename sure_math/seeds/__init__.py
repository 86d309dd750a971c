"""Seed problems: adapters for public sources, our own curated set, and the removal of duplicates.

`read` gives the checked rows of one source; `deduplicate` joins the sources.
"""
