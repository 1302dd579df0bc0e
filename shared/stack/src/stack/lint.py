"""placeholder"""

from stack.options import Options


def lint(options: Options) -> int:
    return 0
