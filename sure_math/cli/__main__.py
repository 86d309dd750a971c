"""`python -m sure_math.cli` is `sure-math`."""

from sure_math.cli.group import main

main()
