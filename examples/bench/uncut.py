# SPDX-License-Identifier: Apache-2.0
"""A copy of a model directory that cuts no text before its positions end.

Why: all-MiniLM-L6-v2 cuts texts at 256 tokens, though it has 512 positions. Sides that are held
together must run the same tokens, so all take as many as there are positions.
"""

import json
import os
from pathlib import Path

SETTINGS = "sentence_bert_config.json"


def copy(model: Path, target: Path) -> Path:
    """Files of the copy are links, but for the one that says where texts are cut."""
    model = model.resolve()
    for folder, _, files in os.walk(model):
        made = target / Path(folder).relative_to(model)
        made.mkdir(parents=True)
        for name in files:
            (made / name).symlink_to(Path(folder) / name)
    transformer = target / first_module(model)
    positions = config(transformer).get("max_position_embeddings", 0)
    settings = transformer / SETTINGS
    if positions and settings.is_file():
        text = json.loads(settings.read_text(encoding="utf-8"))
        settings.unlink()
        # Not all of more: some models count two positions that no token has.
        text["max_seq_length"] = max(text.get("max_seq_length") or 0, min(positions, 512))
        settings.write_text(json.dumps(text), encoding="utf-8")
    return target


def config(transformer: Path) -> dict[str, int]:
    file = transformer / "config.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def first_module(model: Path) -> str:
    """The folder of the transformer, which may be the model's own."""
    file = model / "modules.json"
    modules = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else [{"path": ""}]
    return str(modules[0]["path"])
