from .models import Prepay

DECIMALS_DEFAULT = 2
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}


def shown_amount(prepay: Prepay) -> str:
    """648 and CNY -> `6.48 CNY`. Whole numbers only: money is not divided, a point is set."""
    decimals = DECIMALS.get(prepay.currency, DECIMALS_DEFAULT)
    digits = str(prepay.amount_minor).rjust(decimals + 1, "0")
    number = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    return f"{number} {prepay.currency}"
