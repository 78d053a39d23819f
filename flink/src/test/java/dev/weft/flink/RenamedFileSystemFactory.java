// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import java.net.URI;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystemFactory;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** The local files under a scheme that nobody else knows. Public, as Flink makes it. */
public final class RenamedFileSystemFactory implements FileSystemFactory {
  @Override
  public String getScheme() {
    return "renamed";
  }

  @Override
  public FileSystem create(URI uri) {
    return new LocalFileSystem();
  }
}
