"""Errors that are nobody's fault: the work is whole, do all of it again."""

from django.db import InterfaceError, InternalError, OperationalError

from flextx.errors import TransportUnavailable

RETRY_ALL = (OperationalError, InterfaceError, InternalError, TransportUnavailable)
"""A lost connection, a lock or serialization failure, a log that is away. Retrying burns no attempt of any record."""
