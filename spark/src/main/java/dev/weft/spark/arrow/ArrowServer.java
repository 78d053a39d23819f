// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.arrow;

import dev.weft.spark.catalyst.ThrowUnchecked;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.rdd.RDD;
import org.apache.spark.security.SocketAuthHelper;
import org.apache.spark.security.SocketAuthServer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.execution.SQLExecution;
import scala.Option;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Hands the streams of a data set to the Python process of a session, partitions in the order in
 * which they are done, as {@code DataFrame.toArrow} does: the driver holds none for long.
 */
public final class ArrowServer {
  private ArrowServer() {}

  /**
   * Runs the query when Python connects. It is sent frames: their length, the number of the
   * partition in four bytes that count with it, and a stream.
   *
   * @return port, secret and server, as PySpark's own sockets have them
   */
  public static Object[] serve(Dataset<?> rows) {
    var streams = (org.apache.spark.sql.classic.Dataset<byte[]>) ArrowStreamsNode.of(rows);
    QueryExecution query = streams.queryExecution();
    return SocketAuthServer.serveToStream(
        "serve Arrow streams",
        new SocketAuthHelper(streams.sparkSession().sparkContext().conf()),
        out ->
            SQLExecution.withNewExecutionId(query, Option.apply("toArrow"), () -> run(query, out)));
  }

  private static BoxedUnit run(QueryExecution query, OutputStream out) {
    DataOutputStream frames = new DataOutputStream(out);
    RDD<InternalRow> streams = query.executedPlan().execute();
    streams
        .sparkContext()
        .runJob(
            streams,
            new Collect(),
            (partition, collected) -> send((Integer) partition, collected, frames),
            ClassTag$.MODULE$.apply(byte[][].class));
    return BoxedUnit.UNIT;
  }

  private static BoxedUnit send(int partition, byte[][] streams, DataOutputStream frames) {
    try {
      for (byte[] stream : streams) {
        frames.writeInt(Integer.BYTES + stream.length);
        frames.writeInt(partition);
        frames.write(stream);
      }
      return BoxedUnit.UNIT;
    } catch (IOException e) {
      throw ThrowUnchecked.of(e);
    }
  }

  /** The streams of a partition. */
  private static final class Collect extends AbstractFunction1<Iterator<InternalRow>, byte[][]>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public byte[][] apply(Iterator<InternalRow> rows) {
      List<byte[]> streams = new ArrayList<>();
      while (rows.hasNext()) {
        streams.add(rows.next().getBinary(0));
      }
      return streams.toArray(byte[][]::new);
    }
  }
}
