"""The pool: what is left for the teacher once repeated and surplus problems are gone."""
