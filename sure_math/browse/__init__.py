"""A local web page over a run or a release: search, filter and read every problem.

The server only reads. It holds the light columns of all problems in memory and reads everything
else, row by row, when a problem is opened.
"""
