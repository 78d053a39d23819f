// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;

/** The local files under a scheme that nobody else knows. Public, as Hadoop makes it. */
public final class RenamedFileSystem extends FilterFileSystem {
  /** How many files have been opened. */
  static final AtomicInteger OPENED = new AtomicInteger();

  /** Made by Hadoop. */
  public RenamedFileSystem() {
    super(new RawLocalFileSystem());
  }

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(URI.create("file:///"), conf);
  }

  @Override
  public URI getUri() {
    return URI.create("renamed:///");
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return super.getFileStatus(local(path));
  }

  @Override
  public RemoteIterator<LocatedFileStatus> listLocatedStatus(Path path) throws IOException {
    return super.listLocatedStatus(local(path));
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    OPENED.incrementAndGet();
    return super.open(local(path), buffer);
  }

  private static Path local(Path path) {
    return new Path("file", null, path.toUri().getPath());
  }
}
