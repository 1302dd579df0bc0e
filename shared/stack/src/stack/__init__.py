"""Starts the whole system on one machine, by name, and takes it down again."""
