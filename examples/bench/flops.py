# SPDX-License-Identifier: Apache-2.0
"""How many operations a transformer's matrix products take, by its config.json.

A layer of BERT's shape multiplies each token by four matrices of h times h (query, key, value,
output) and two of h times i, and each of T tokens with all others twice: two operations a
multiplication make 8h² + 4hi + 4Th a token. What is not a product is not counted, nor is padding.
"""

from collections.abc import Iterable

# Those whose layers are that and nothing else.
SHAPED_LIKE_BERT = {"bert", "camembert", "electra", "mpnet", "roberta", "xlm-roberta"}


def of_texts(config: dict[str, int], lengths: Iterable[int]) -> float:
    """Operations for texts of these numbers of tokens; zero where the shape is another."""
    if config.get("model_type") not in SHAPED_LIKE_BERT:
        return 0.0
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    layers = config["num_hidden_layers"]
    token = 8 * hidden * hidden + 4 * hidden * inner
    return float(sum(layers * count * (token + 4 * count * hidden) for count in lengths))
