// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

/**
 * A file of a model in another file system.
 *
 * @param path below the model's directory, with slashes; the name, if the model is one file
 * @param length in bytes
 * @param modified when it was changed, in whatever unit: another number means other content
 */
public record RemoteFile(String path, long length, long modified) {}
