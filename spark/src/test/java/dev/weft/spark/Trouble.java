// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * Passes rows on, and gets the first attempt of a partition into trouble after some of them.
 *
 * @param after rows of the partition that are passed on before
 */
record Trouble(Kind kind, int partition, int after) implements MapPartitionsFunction<Row, Row> {
  enum Kind {
    /** The task fails. */
    THROW,
    /** The executor's process ends as if it was killed. */
    HALT,
    /** The task goes on for ever, until it is killed. */
    HANG
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    boolean first =
        TaskContext.getPartitionId() == partition && TaskContext.get().attemptNumber() == 0;
    return first ? new Interrupted(rows) : rows;
  }

  private final class Interrupted implements Iterator<Row> {
    private final Iterator<Row> rows;
    private int passed;

    Interrupted(Iterator<Row> rows) {
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return rows.hasNext();
    }

    @Override
    public Row next() {
      if (passed++ == after) {
        strike();
      }
      return rows.next();
    }
  }

  private void strike() {
    switch (kind) {
      case THROW -> throw new IllegalStateException("trouble after " + after + " rows");
      case HALT -> Runtime.getRuntime().halt(137);
      case HANG -> {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException("killed while it hung", e);
        }
      }
    }
  }
}
