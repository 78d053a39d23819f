// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.util.Optional;

/**
 * What came back in the end, after all redirects.
 *
 * @param body the bytes
 * @param range the header {@code Content-Range}, if this is a part of a file
 * @param hubTag the entity tag that the hub itself gave; blank if none
 * @param tag the entity tag of the host that sends the bytes; blank if none
 */
record HubAnswer(HubBody body, Optional<String> range, String hubTag, String tag) {

  /** Both tags: bytes with equal ones belong together. */
  String tags() {
    return hubTag + "\n" + tag;
  }

  /** Whether a tag promises equal bytes; a weak one promises equal meaning only. */
  boolean isStrong() {
    return !tag.isBlank() && !tag.startsWith("W/");
  }
}
