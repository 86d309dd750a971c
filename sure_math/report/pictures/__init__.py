"""Pictures of the reports on recorded runs."""
