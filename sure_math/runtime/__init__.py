"""What every stage runs on: ids, shards, runs, the stage contract, executors and progress."""
