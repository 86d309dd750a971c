"""The release: tables, data card and local folder; the hub side and `load_dataset`."""
