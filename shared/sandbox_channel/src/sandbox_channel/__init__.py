"""A stand-in for the payment company. It shares no code with the services it pays: only the wire."""
