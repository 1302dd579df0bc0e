"""placeholder"""

from stack.options import Options


def test(options: Options) -> int:
    return 0
