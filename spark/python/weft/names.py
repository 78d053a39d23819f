# SPDX-License-Identifier: Apache-2.0
"""Names of options in the two languages."""

import re


def camel_case(name: str) -> str:
    """SQL's name of an option in Python's spelling: truncate_dim is truncateDim."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)
