// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A pickle put together instruction by instruction, so that it may say what torch never would. */
final class PickleBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A pickle with the start of protocol 2. */
  static PickleBytes start() {
    return new PickleBytes().code(0x80, 2);
  }

  /** A pickle whose root is a dictionary with one value, which is to follow. */
  static PickleBytes valueOf(String key) {
    return start().code('}').text(key);
  }

  /** Plain bytes: instructions and their small arguments. */
  PickleBytes code(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleBytes raw(String text) {
    out.writeBytes(text.getBytes(UTF_8));
    return this;
  }

  PickleBytes integer(int value) {
    return code('J').little(4, value);
  }

  /** An integer of eight bytes. */
  PickleBytes wide(long value) {
    return code(0x8a, 8).little(8, value);
  }

  PickleBytes little(int bytes, long value) {
    ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    out.write(buffer.array(), 0, bytes);
    return this;
  }

  PickleBytes text(String text) {
    return code('X').little(4, text.getBytes(UTF_8).length).raw(text);
  }

  PickleBytes global(String module, String name) {
    return code('c').raw(module + "\n" + name + "\n");
  }

  PickleBytes tuple(long... numbers) {
    code('(');
    for (long number : numbers) {
      wide(number);
    }
    return code('t');
  }

  /** A reference to a storage. */
  PickleBytes storage(String type, String key, long elements) {
    code('(').text("storage").global("torch", type).text(key).text("cpu").wide(elements);
    return code('t', 'Q');
  }

  /** A tensor; its storage is the argument that the caller puts first. */
  PickleBytes tensor(
      String type, String key, long elements, long offset, long[] shape, long[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").code('(').storage(type, key, elements);
    wide(offset).tuple(shape).tuple(strides).code(0x89).emptyOrdered();
    return code('t', 'R');
  }

  PickleBytes emptyOrdered() {
    return global("collections", "OrderedDict").code(')', 'R');
  }

  /** Puts the value into the dictionary and ends. */
  byte[] set() {
    return code('s').stop();
  }

  byte[] stop() {
    return code('.').bytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
