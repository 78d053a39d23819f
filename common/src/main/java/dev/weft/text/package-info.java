// SPDX-License-Identifier: Apache-2.0
/**
 * Texts on their way to tensors: what is asked ({@link dev.weft.text.TextBatch}), the tokenizers
 * ({@link dev.weft.text.FastTokenizer}, {@link dev.weft.text.WordTokenizer}), the ids in Java
 * memory ({@link dev.weft.text.Tokens}) and where they stand in a padded batch ({@link
 * dev.weft.text.AttentionMask}). Knows no module.
 *
 * <pre>{@code
 * String json = Files.readString(Path.of("model/tokenizer.json"));
 * try (FastTokenizer tokenizer = FastTokenizer.parse("model/tokenizer.json", json, 256)) {
 *   Tokens tokens = tokenizer.encode(List.of("a text", "another text"));
 *   int length = tokens.length(0); // [CLS] a text [SEP] = 4
 * }
 * }</pre>
 */
@NullMarked
package dev.weft.text;

import org.jspecify.annotations.NullMarked;
