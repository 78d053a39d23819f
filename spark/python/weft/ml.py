# SPDX-License-Identifier: Apache-2.0
"""The Spark ML stage; it needs NumPy, as pyspark.ml does."""

from typing import Any

from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasInputCol, HasOutputCol
from pyspark.ml.util import JavaMLReadable, JavaMLWritable
from pyspark.ml.wrapper import JavaTransformer

from weft.names import camel_case


def _param(name: str, doc: str, converter: Any) -> Any:
    return Param(Params._dummy(), name, doc, typeConverter=converter)


_TEXT, _NUMBER, _FLAG = TypeConverters.toString, TypeConverters.toInt, TypeConverters.toBoolean


class SentenceEmbedder(
    JavaTransformer,
    HasInputCol,
    HasOutputCol,
    JavaMLReadable["SentenceEmbedder"],
    JavaMLWritable,
):
    """Adds the embeddings of a text column: embed() as a stage of a Spark ML pipeline.

        SentenceEmbedder(inputCol="text", outputCol="emb", model=dir, truncate_dim=128)

    Options are those of embed(), in Python's spelling or SQL's, and those of the Java class
    dev.weft.spark.SentenceEmbedder, whose form a saved stage has.
    """

    # Where pyspark.ml looks for the Python class of a Java stage, and the other way round.
    __module__ = "dev.weft.spark"

    model = _param("model", "a directory, a .zip, an address or a hub id", _TEXT)
    device = _param("device", "auto, cpu, cuda or cuda:N", _TEXT)
    workers = _param("workers", "batches at once in an executor", _NUMBER)
    batchTokens = _param("batchTokens", "the most padded tokens of a batch", _NUMBER)
    backend = _param("backend", "torch, onnx or openvino", _TEXT)
    fileName = _param("fileName", "the exported file", _TEXT)
    subfolder = _param("subfolder", "where the exported file is", _TEXT)
    provider = _param("provider", "ONNX Runtime's execution provider", _TEXT)
    library = _param("library", "the folder of OpenVINO's library", _TEXT)
    dtype = _param("dtype", "what torch multiplies in: float32, bfloat16 or float16", _TEXT)
    longTexts = _param("longTexts", "texts that are too long: cut, fail or split", _TEXT)
    onError = _param("onError", "texts that fail: fail or null", _TEXT)
    prompt = _param("prompt", "put in front of every text", _TEXT)
    promptName = _param("promptName", "one of the prompts the model carries", _TEXT)
    task = _param("task", "the route of a Router, the key of an Asym", _TEXT)
    truncateDim = _param("truncateDim", "keep the first components only", _NUMBER)
    normalize = _param("normalize", "scale to length one", _FLAG)
    taskCol = _param("taskCol", "a column with the task of each row", _TEXT)
    outputType = _param("outputType", "array (of floats) or vector (of Spark ML)", _TEXT)
    path = _param("path", "auto, operator or mapPartitions", _TEXT)
    windowRows = _param("windowRows", "the most rows that mapPartitions gathers", _NUMBER)
    saveModel = _param("saveModel", "saving copies the model beside the params", _FLAG)

    def __init__(
        self,
        *,
        inputCol: str | None = None,
        outputCol: str | None = None,
        model: str | None = None,
        **options: str | int | bool | None,
    ) -> None:
        super().__init__()
        self._java_obj = self._new_java_obj("dev.weft.spark.SentenceEmbedder", self.uid)
        self.setParams(inputCol=inputCol, outputCol=outputCol, model=model, **options)

    def setParams(self, **params: str | int | bool | None) -> "SentenceEmbedder":
        """Sets params by name, options also in Python's spelling; None leaves one as it is.

        Raises TypeError for a name that is no param and for a value of another type.
        """
        given = {camel_case(name): value for name, value in params.items() if value is not None}
        unknown = [name for name in given if not self.hasParam(name)]
        if unknown:
            known = sorted(param.name for param in self.params)
            raise TypeError(f"SentenceEmbedder has no param {unknown[0]!r}; known: {known}")
        return self._set(**given)

    def setInputCol(self, value: str) -> "SentenceEmbedder":
        """Sets the column of texts."""
        return self._set(inputCol=value)

    def setOutputCol(self, value: str) -> "SentenceEmbedder":
        """Sets the column of embeddings to add."""
        return self._set(outputCol=value)

    def setModel(self, value: str) -> "SentenceEmbedder":
        """Sets the model: a directory, a .zip, an address or a hub id."""
        return self._set(model=value)
