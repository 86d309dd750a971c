"""Our own problems: written for this project, each answer recomputed by a program."""
