// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark;

import java.util.List;
import scala.collection.immutable.Map;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Java lists and maps as the immutable ones of Scala that Catalyst takes, and back. */
final class ScalaSeqs {
  private ScalaSeqs() {}

  static <T> Seq<T> of(List<? extends T> items) {
    List<T> copy = List.copyOf(items);
    return CollectionConverters.asScala(copy).toList();
  }

  static <T> List<T> list(scala.collection.Seq<T> seq) {
    return CollectionConverters.asJava(seq);
  }

  static <K, V> Map<K, V> map(java.util.Map<K, V> entries) {
    return Map.from(CollectionConverters.asScala(entries));
  }
}
