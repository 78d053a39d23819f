// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

/** A process of its own that resolves one id, for tests with several of them. */
final class HubProcess {
  private HubProcess() {}

  public static void main(String[] arguments) {
    System.out.println(Hub.fromEnvironment().resolve(arguments[0]));
  }
}
