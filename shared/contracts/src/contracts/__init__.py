"""What crosses the wire between the services, and nothing else."""

from contracts.ledger import CoinsCredited
from contracts.orders import OrderCompleted
from contracts.topics import ACCOUNT_EVENTS, ALL_TOPICS, ORDER_EVENTS

__all__ = ["ACCOUNT_EVENTS", "ALL_TOPICS", "ORDER_EVENTS", "CoinsCredited", "OrderCompleted"]
