"""Experiments: methods and seeds as one plan of ordinary commands, run, recorded and resumed."""
