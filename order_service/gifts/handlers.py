"""The account service's answers to what runs asked of it."""

from contracts import AccountReply
from flextx.saga.replies import takes_replies

takes_replies(AccountReply)
