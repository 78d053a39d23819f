# SPDX-License-Identifier: Apache-2.0
"""Where PipelineModel.load finds the Python class of the Java stage dev.weft.spark.…"""

from weft.ml import SentenceEmbedder

__all__ = ["SentenceEmbedder"]
