// SPDX-License-Identifier: Apache-2.0
package dev.weft.backend;

/** From one number for each distance to one for each pair of positions. */
final class Distances {
  private Distances() {}

  /**
   * A function from (2T − 1, n), a row for each of the distances 1 − T to T − 1 between a token and
   * the one it looks at, to (1, n, T, T): at (i, j) the numbers of the distance j − i.
   */
  static ScriptFunction square(Scripts scripts) {
    // Row r of the unfolded numbers is that of position T − 1 − r.
    return scripts.compile(
        "x: Tensor",
        """
        t = torch.floordiv(torch.add(torch.size(x, 0), 1), 2)
        columns = torch.contiguous(torch.transpose(x, 0, 1))
        return torch.unsqueeze(torch.flip(torch.unfold(columns, 1, t, 1), [1]), 0)
        """);
  }
}
