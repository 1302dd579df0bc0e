"""Django's admin, for reading only, for operators with a token: no users, no sessions, no tables of its own."""
