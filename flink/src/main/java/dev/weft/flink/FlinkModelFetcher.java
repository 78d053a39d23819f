// SPDX-License-Identifier: Apache-2.0
package dev.weft.flink;

import dev.weft.store.ModelFetcher;
import dev.weft.store.RemoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;

/**
 * Models in the file systems that Flink has as plugins ({@code s3:}, {@code gs:}, {@code hdfs:} …).
 * For any threads.
 */
public final class FlinkModelFetcher implements ModelFetcher {
  /** Made by the service loader. */
  public FlinkModelFetcher() {}

  @Override
  public boolean serves(String scheme) {
    try {
      FileSystem.get(URI.create(scheme + ":///"));
      return true;
    } catch (UnsupportedFileSystemSchemeException e) {
      return false;
    } catch (IOException e) {
      // There is one, and it misses the host in the address.
      return true;
    }
  }

  @Override
  public List<RemoteFile> list(URI model) throws IOException {
    Path root = new Path(model);
    FileSystem files = FileSystem.get(model);
    FileStatus status = files.getFileStatus(root);
    List<RemoteFile> found = new ArrayList<>();
    if (status.isDir()) {
      add(files, root, "", found);
    } else {
      found.add(file(status, root.getName()));
    }
    return found;
  }

  private static void add(FileSystem files, Path folder, String prefix, List<RemoteFile> found)
      throws IOException {
    for (FileStatus status : files.listStatus(folder)) {
      String name = status.getPath().getName();
      if (status.isDir()) {
        add(files, new Path(folder, name), prefix + name + "/", found);
      } else {
        found.add(file(status, prefix + name));
      }
    }
  }

  @Override
  public InputStream open(URI model, RemoteFile file) throws IOException {
    Path root = new Path(model);
    FileSystem files = FileSystem.get(model);
    boolean single = !files.getFileStatus(root).isDir();
    return files.open(single ? root : new Path(root, file.path()));
  }

  private static RemoteFile file(FileStatus status, String path) {
    return new RemoteFile(path, status.getLen(), status.getModificationTime());
  }
}
