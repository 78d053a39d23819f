// SPDX-License-Identifier: Apache-2.0
package dev.weft.text;

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The sides that the blocks {@code padding} and {@code truncation} of a {@code tokenizer.json}
 * name. The rest of these blocks says nothing to a transformer, but where {@code
 * tokenizer_config.json} is silent, the reference takes the sides from them. Immutable.
 */
public final class TokenizerSides {
  private static final String PADDING = "padding";
  private static final String TRUNCATION = "truncation";
  private static final String LEFT = "Left";

  private final Map<String, String> directions;

  private TokenizerSides(Map<String, String> directions) {
    this.directions = directions;
  }

  /**
   * Reads as much of the file as it takes, as its vocabulary may be large and comes behind. Of a
   * file that is not well formed nothing is known; the native library refuses it.
   */
  public static TokenizerSides of(String json) {
    Map<String, String> directions = new HashMap<>();
    try (JsonReader reader = new JsonReader(new StringReader(json))) {
      reader.beginObject();
      for (int left = 2; left > 0 && reader.hasNext(); ) {
        String name = reader.nextName();
        if (name.equals(PADDING) || name.equals(TRUNCATION)) {
          direction(reader).ifPresent(direction -> directions.put(name, direction));
          left--;
        } else {
          reader.skipValue();
        }
      }
    } catch (IOException | IllegalStateException | JsonParseException e) {
      return new TokenizerSides(Map.of());
    }
    return new TokenizerSides(directions);
  }

  private static Optional<String> direction(JsonReader reader) throws IOException {
    if (reader.peek() != JsonToken.BEGIN_OBJECT) {
      reader.skipValue();
      return Optional.empty();
    }
    String direction = "";
    reader.beginObject();
    while (reader.hasNext()) {
      if (reader.nextName().equals("direction") && reader.peek() == JsonToken.STRING) {
        direction = reader.nextString();
      } else {
        reader.skipValue();
      }
    }
    reader.endObject();
    return Optional.of(direction).filter(name -> !name.isEmpty());
  }

  /** Empty where there is no such block. */
  public Optional<PaddingSide> padding() {
    return Optional.ofNullable(directions.get(PADDING))
        .map(name -> name.equals(LEFT) ? PaddingSide.LEFT : PaddingSide.RIGHT);
  }

  /** Empty where there is no such block. */
  public Optional<TruncationSide> truncation() {
    return Optional.ofNullable(directions.get(TRUNCATION))
        .map(name -> name.equals(LEFT) ? TruncationSide.LEFT : TruncationSide.RIGHT);
  }
}
