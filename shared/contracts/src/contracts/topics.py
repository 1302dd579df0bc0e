"""The topics. The key of every record is the id of the aggregate it is about."""

ORDER_EVENTS = "order.events"  # key: order_no
ACCOUNT_EVENTS = "account.events"  # key: the id of what caused it, such as order_no
ACCOUNT_COMMANDS = "account.commands"  # key: run_id
ACCOUNT_REPLIES = "account.replies"  # key: run_id

ALL_TOPICS = (ORDER_EVENTS, ACCOUNT_EVENTS, ACCOUNT_COMMANDS, ACCOUNT_REPLIES)
