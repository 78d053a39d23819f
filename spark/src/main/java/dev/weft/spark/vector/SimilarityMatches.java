// SPDX-License-Identifier: Apache-2.0
package dev.weft.spark.vector;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.TaskContext;
import scala.Tuple2;

/**
 * What is found where blocks of the left side meet tiles of the right one. A block meets all tiles
 * before the next block comes, so the best of its rows are known when it is left; without a limit
 * the matches of a few rows are handed on before the next rows are scored. For one task's thread.
 */
final class SimilarityMatches implements Iterator<SimilarityMatch> {
  private final Iterator<Tuple2<VectorBlock, VectorTile>> meetings;
  private final SimilaritySpec spec;
  private final Comparator<Object> ids;
  private final boolean samePartition;
  private final float[][] scores = new float[TileProduct.ROWS][VectorTile.WIDTH];
  private final Deque<SimilarityMatch> found = new ArrayDeque<>();

  /** The meeting whose rows are scored, up to {@code row}. */
  private Optional<Tuple2<VectorBlock, VectorTile>> meeting = Optional.empty();

  private int row;

  /** The meeting after it, once its tile is no longer needed. */
  private Optional<Tuple2<VectorBlock, VectorTile>> next = Optional.empty();

  private boolean asked;

  /** The matches of the block's rows so far; handed on up to {@code handedOn}. */
  private TopScores[] best = new TopScores[0];

  private int handedOn;

  /**
   * @param samePartition whether both sides are one partition of the same rows
   */
  SimilarityMatches(
      Iterator<Tuple2<VectorBlock, VectorTile>> meetings,
      SimilaritySpec spec,
      Comparator<Object> ids,
      boolean samePartition) {
    this.meetings = meetings;
    this.spec = spec;
    this.ids = ids;
    this.samePartition = samePartition;
  }

  @Override
  public boolean hasNext() {
    while (found.isEmpty()) {
      if (!step()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public SimilarityMatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return found.remove();
  }

  /** Does a little more; false if all is done. */
  private boolean step() {
    if (meeting.isPresent() && row < meeting.get()._1().size()) {
      score(meeting.get()._1(), meeting.get()._2());
      return true;
    }
    if (!asked) {
      asked = true;
      TaskContext.get().killTaskIfInterrupted();
      next = meetings.hasNext() ? Optional.of(meetings.next()) : Optional.empty();
    }
    boolean sameBlock =
        meeting.isPresent() && next.isPresent() && next.get()._1().equals(meeting.get()._1());
    if (!sameBlock && handedOn < best.length) {
      handOn(meeting.orElseThrow()._1());
      return true;
    }
    if (next.isEmpty()) {
      return false;
    }
    start(next.get(), sameBlock);
    return true;
  }

  private void start(Tuple2<VectorBlock, VectorTile> started, boolean sameBlock) {
    VectorBlock block = started._1();
    int dimension = started._2().dimension();
    if (block.dimension() != dimension) {
      throw VectorError.dimensionMismatch(SimilarityJoin.NAME, block.dimension(), dimension);
    }
    meeting = Optional.of(started);
    row = 0;
    asked = false;
    if (!sameBlock && spec.isLimited()) {
      handedOn = 0;
      best = new TopScores[block.size()];
      for (int i = 0; i < best.length; i++) {
        best[i] = new TopScores(spec.k(), ids);
      }
    }
  }

  private void score(VectorBlock block, VectorTile tile) {
    int end = Math.min(row + scores.length, block.size());
    spec.metric().scores(block.vectors(), row, end, tile, scores);
    for (int r = row; r < end; r++) {
      collect(block, r, tile, scores[r - row]);
    }
    row = end;
  }

  private void collect(VectorBlock block, int r, VectorTile tile, float[] scoresOfRow) {
    float floor = floor(r);
    for (int j = 0; j < tile.size(); j++) {
      // Not a number is never a match.
      if (scoresOfRow[j] >= floor) {
        offer(block, r, tile.id(j), scoresOfRow[j]);
        floor = floor(r);
      }
    }
  }

  private float floor(int r) {
    return spec.isLimited() ? best[r].floor(spec.minScore()) : spec.minScore();
  }

  private void offer(VectorBlock block, int r, Object right, float score) {
    Object left = block.id(r);
    switch (spec.pairing()) {
      case EVERY -> keep(r, left, right, score);
      case OTHER_IDS -> {
        if (ids.compare(left, right) != 0) {
          keep(r, left, right, score);
        }
      }
      case ONCE -> {
        int order = ids.compare(left, right);
        if (order < 0) {
          keep(r, left, right, score);
        } else if (order > 0 && !samePartition) {
          keep(r, right, left, score);
        }
      }
    }
  }

  private void keep(int r, Object left, Object right, float score) {
    if (spec.isLimited()) {
      best[r].offer(right, score);
    } else {
      found.add(new SimilarityMatch(left, right, score));
    }
  }

  private void handOn(VectorBlock block) {
    TopScores matches = best[handedOn];
    for (int i = 0; i < matches.size(); i++) {
      found.add(new SimilarityMatch(block.id(handedOn), matches.id(i), matches.score(i)));
    }
    handedOn++;
  }
}
