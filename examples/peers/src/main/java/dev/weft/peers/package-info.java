// SPDX-License-Identifier: Apache-2.0
/**
 * What else embeds texts in Java, run as the benchmarks run Weft. No user of Weft needs it.
 *
 * <pre>{@code
 * java -cp … dev.weft.peers.LangChain4jRate model texts.txt vectors
 * }</pre>
 */
@NullMarked
package dev.weft.peers;

import org.jspecify.annotations.NullMarked;
