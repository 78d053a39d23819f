// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import dev.weft.store.ModelFetcher;
import dev.weft.store.RemoteFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * Models in the file systems of Hadoop ({@code hdfs:}, {@code s3a:}, {@code abfss:} …), set up by
 * {@code spark.hadoop.*}, which executors get as well. For any threads.
 */
public final class HadoopModelFetcher implements ModelFetcher {
  /** Hadoop reads these, but cannot list them. */
  private static final Set<String> WEB = Set.of("http", "https");

  /** Made by the service loader. */
  public HadoopModelFetcher() {}

  @Override
  public boolean serves(String scheme) {
    try {
      return !WEB.contains(scheme) && FileSystem.getFileSystemClass(scheme, setup()) != null;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public List<RemoteFile> list(URI model) throws IOException {
    Path root = new Path(model);
    FileSystem files = FileSystem.get(model, setup());
    FileStatus status = files.getFileStatus(root);
    if (status.isFile()) {
      return List.of(file(status, root.getName()));
    }
    int folder = path(status.getPath()).length() + 1;
    List<RemoteFile> found = new ArrayList<>();
    RemoteIterator<LocatedFileStatus> each = files.listFiles(root, true);
    while (each.hasNext()) {
      LocatedFileStatus next = each.next();
      found.add(file(next, path(next.getPath()).substring(folder)));
    }
    return found;
  }

  @Override
  public InputStream open(URI model, RemoteFile file) throws IOException {
    Path root = new Path(model);
    FileSystem files = FileSystem.get(model, setup());
    boolean single = files.getFileStatus(root).isFile();
    return files.open(single ? root : new Path(root, file.path()));
  }

  private static RemoteFile file(FileStatus status, String path) {
    return new RemoteFile(path, status.getLen(), status.getModificationTime());
  }

  private static String path(Path path) {
    return path.toUri().getPath();
  }

  private static Configuration setup() {
    SparkConf conf =
        Optional.ofNullable(SparkEnv.get()).map(SparkEnv::conf).orElseGet(SparkConf::new);
    return SparkHadoopUtil.get().newConfiguration(conf);
  }
}
