# SPDX-License-Identifier: Apache-2.0
"""Prints the jars, for `spark-submit --jars "$(python -m weft)"`."""

from weft.session import jars

print(",".join(jars()))
