// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of a revision, as the hub lists it.
 *
 * @param path below the model directory, with slashes
 * @param size in bytes, if the hub says it
 * @param hash of its content, if the hub says it
 */
record HubFile(String path, OptionalLong size, Optional<HubHash> hash) {}
