"""Teacher sampling: N responses per problem with their log-probabilities."""
