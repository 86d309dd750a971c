"""One function per curated problem, named after its id; it recomputes the answer.

A check starts from the data of the statement, by brute force where that is possible and by computer
algebra elsewhere, and never from the printed answer.
"""
