// SPDX-License-Identifier: Apache-2.0
package dev.weft.cli;

import com.google.gson.JsonObject;
import java.util.Optional;

/**
 * A row of an input file with its vector.
 *
 * @param columns every column of the row
 * @param vector empty where the row has no text
 */
public record EmbeddedRow(JsonObject columns, Optional<float[]> vector) {}
