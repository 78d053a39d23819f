// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.catalyst;

import java.util.List;
import java.util.Map;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Java collections as the immutable ones Catalyst takes, and back. */
public final class ScalaCollections {
  private ScalaCollections() {}

  /** A list of its own. */
  public static <T> Seq<T> seq(List<? extends T> items) {
    List<T> copy = List.copyOf(items);
    return CollectionConverters.asScala(copy).toList();
  }

  /** A view. */
  public static <T> List<T> list(scala.collection.Seq<T> seq) {
    return CollectionConverters.asJava(seq);
  }

  /** A map of its own. */
  public static <K, V> scala.collection.immutable.Map<K, V> map(Map<K, V> entries) {
    return scala.collection.immutable.Map$.MODULE$.from(CollectionConverters.asScala(entries));
  }
}
