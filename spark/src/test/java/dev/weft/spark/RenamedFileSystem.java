// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.util.functional.RemoteIterators;

/** The local files under a scheme that nobody else knows, to read. Public, as Hadoop makes it. */
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
  public Path makeQualified(Path path) {
    return path.makeQualified(getUri(), getWorkingDirectory());
  }

  @Override
  public Path resolvePath(Path path) throws IOException {
    return getFileStatus(path).getPath();
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return renamed(super.getFileStatus(local(path)));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return Arrays.stream(super.listStatus(local(path)))
        .map(RenamedFileSystem::renamed)
        .toArray(FileStatus[]::new);
  }

  @Override
  public RemoteIterator<LocatedFileStatus> listLocatedStatus(Path path) throws IOException {
    return RemoteIterators.mappingRemoteIterator(
        RemoteIterators.remoteIteratorFromArray(listStatus(path)),
        status -> new LocatedFileStatus(status, null));
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    OPENED.incrementAndGet();
    return super.open(local(path), buffer);
  }

  @Override
  public FutureDataInputStreamBuilder openFile(Path path) throws IOException {
    return super.openFile(local(path));
  }

  private static Path local(Path path) {
    return new Path("file", null, path.toUri().getPath());
  }

  private static FileStatus renamed(FileStatus status) {
    return new FileStatus(
        status.getLen(),
        status.isDirectory(),
        status.getReplication(),
        status.getBlockSize(),
        status.getModificationTime(),
        new Path("renamed", null, status.getPath().toUri().getPath()));
  }
}
