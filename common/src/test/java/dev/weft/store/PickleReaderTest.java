// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.config.ModelException;
import dev.weft.store.PickleValue.Dict;
import dev.weft.store.PickleValue.Text;
import dev.weft.store.PickleValue.Whole;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Pickles that are made to do harm, and the few instructions that none of torch's files here has.
 */
class PickleReaderTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "builtins, eval",
    "builtins, getattr",
    "__builtin__, exec",
    "subprocess, Popen",
    "torch.storage, _load_from_bytes",
    "torch._utils, _rebuild_tensor",
    "torch._utils, _rebuild_parameter_with_state",
    "torch, load",
    "torch, ComplexFloatStorage",
    "collections, defaultdict",
    "collections.OrderedDict, __init__",
    "torch._utils _rebuild_tensor_v2, ''",
    "'', collections OrderedDict",
  })
  void aGlobalOutsideTheListIsNamed(String module, String name) {
    byte[] pickle =
        PickleBytes.start()
            .global(module, name)
            .code('(')
            .text("touch /tmp/x")
            .code('t', 'R')
            .stop();

    assertRefused(pickle, 2, "global \"" + module + "." + name + "\" is not allowed");
  }

  @Test
  void theMessageSaysWhatToDo() {
    byte[] pickle = PickleBytes.start().global("os", "system").code(')', 'R').stop();

    assertThatThrownBy(() -> read(pickle))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            file()
                + ": pickle at offset 2: global \"os.system\" is not allowed; only tensors are read"
                + " and nothing is run; convert the weights to safetensors (in Python: load the"
                + " model and save_pretrained it)");
  }

  @ParameterizedTest
  @CsvSource({
    "69, INST",
    "6f, OBJ",
    "81, NEWOBJ",
    "92, NEWOBJ_EX",
    "93, STACK_GLOBAL",
    "82, EXT1",
    "83, EXT2",
    "84, EXT4",
    "50, PERSID",
    "4c, LONG",
    "8b, LONG4",
    "8c, SHORT_BINUNICODE",
    "8d, BINUNICODE8",
    "54, BINSTRING",
    "42, BINBYTES",
    "8e, BINBYTES8",
    "96, BYTEARRAY8",
    "94, MEMOIZE",
    "95, FRAME",
  })
  void anInstructionThatIsNoneOfWeightsIsNamed(String code, String name) {
    PickleBytes pickle = PickleBytes.start().code('}', '(', Integer.parseInt(code, 16));

    assertRefused(
        pickle.little(8, -1).stop(), 4, "instruction 0x" + code + " (" + name + ") is not allowed");
  }

  /** Every byte but those of {@link PickleOpcode}, on a stack that would serve any of them. */
  @Test
  void everyOtherByteIsRefused() throws IOException {
    String allowed = "().GJKMNQRUX]abcehjqrstu}\u0080\u0085\u0086\u0087\u0088\u0089\u008a";
    for (int code = 0; code < 256; code++) {
      if (allowed.indexOf(code) < 0) {
        byte[] pickle =
            PickleBytes.start().code('(', '}').text("a").code('N', code).little(8, 1).stop();
        assertThatThrownBy(() -> read(pickle))
            .isInstanceOf(ModelException.class)
            .hasMessageContaining("pickle at offset 11: instruction 0x%02x".formatted(code))
            .hasMessageContaining(" is not allowed; ");
      }
    }
  }

  @Test
  void aCallOfAnythingButAListedFunctionIsRefused() {
    String none = "a call of a value that is no function";
    assertLastRefused(PickleBytes.start().text("os.system").code(')', 'R'), none);
    assertLastRefused(PickleBytes.start().code('}', ')', 'R'), none);
    assertLastRefused(PickleBytes.start().emptyOrdered().code(')', 'R'), none);
    assertLastRefused(PickleBytes.start().global("torch", "FloatStorage").code('N', 'R'), none);
    assertLastRefused(
        PickleBytes.start().global("torch", "FloatStorage").code(')', 'R'),
        "a call of FLOAT, which is no function");
  }

  @Test
  void argumentsOfAnotherFormAreRefused() {
    PickleBytes pairs = PickleBytes.start().global("collections", "OrderedDict");
    assertLastRefused(
        pairs.code(']', 0x85, 'R'), "an OrderedDict made of something else than nothing");

    PickleBytes parameter = PickleBytes.start().global("torch._utils", "_rebuild_parameter");
    assertLastRefused(
        parameter.code('N', 0x88).emptyOrdered().code(0x87, 'R'),
        "a Parameter that holds no tensor");

    PickleBytes tensor = PickleBytes.start().global("torch._utils", "_rebuild_tensor_v2");
    assertLastRefused(
        tensor.code('(', 'N', 'K', 0).tuple(1).tuple(1).code(0x89, 'N', 't', 'R'),
        "a tensor that is no plain view of a storage");
  }

  /** A seventh argument says that the numbers behind the tensor are not the tensor's own. */
  @Test
  void aTensorThatIsToBeNegatedIsRefused() {
    PickleBytes tensor = PickleBytes.start().global("torch._utils", "_rebuild_tensor_v2");
    tensor.code('(').storage("FloatStorage", "0", 4).code('K', 0).tuple(4).tuple(1).code(0x89, 'N');
    tensor.code('}').text("neg").code(0x88, 's', 't', 'R');

    assertThatThrownBy(() -> read(tensor.stop()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("a tensor that is no plain view of a storage");
  }

  @Test
  void attributesAreForADictionaryOfWeightsOnly() {
    String message = "attributes for something else than a dictionary of weights";
    assertLastRefused(PickleBytes.start().code('}', '}', 'b'), message);
    assertLastRefused(PickleBytes.start().code(']', '}', 'b'), message);
    assertLastRefused(PickleBytes.start().global("torch", "FloatStorage").code('}', 'b'), message);
    assertLastRefused(PickleBytes.start().emptyOrdered().code('N', 'b'), message);
    PickleBytes other = PickleBytes.start().emptyOrdered();
    other.code('}').text("__class__").code('N', 's', 'b');
    assertLastRefused(other, message);
  }

  @Test
  void referencesAreToStoragesOnly() {
    String message = "a reference to something else than a storage of numbers";
    assertLastRefused(PickleBytes.start().text("0").code('Q'), message);
    assertLastRefused(PickleBytes.start().code(')', 'Q'), message);
    PickleBytes module = PickleBytes.start().code('(').text("module");
    module.global("torch", "FloatStorage").text("f.py").text("import os").code('K', 1, 't', 'Q');
    assertLastRefused(module, message);
    PickleBytes ordered = PickleBytes.start().code('(').text("storage");
    ordered.global("collections", "OrderedDict").text("0").text("cpu").code('K', 1, 't', 'Q');
    assertLastRefused(ordered, message);
    PickleBytes view = PickleBytes.start().code('(').text("storage");
    view.global("torch", "FloatStorage").text("0").text("cpu").code('K', 1).tuple(0).code('t', 'Q');
    assertThatThrownBy(() -> read(view.stop())).hasMessageContaining(message);
    assertThatThrownBy(() -> read(PickleBytes.start().storage("FloatStorage", "0", -1).stop()))
        .hasMessageContaining(message);
  }

  @Test
  void oneStorageHasOneTypeAndSize() {
    PickleBytes pickle = PickleBytes.start().storage("FloatStorage", "0", 4);

    assertThatThrownBy(() -> read(pickle.storage("DoubleStorage", "0", 4).stop()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("storage \"0\" has two types or two sizes");
  }

  /** Containers that hold themselves, and a thousand levels: nothing walks through them. */
  @Test
  void valuesMayHoldThemselves() throws IOException {
    PickleBytes dict = PickleBytes.start().code('}', 'q', 0).text("me").code('h', 0, 's');
    assertThat(((Dict) read(dict.stop())).items()).containsOnlyKeys("me");

    PickleBytes list = PickleBytes.valueOf("list").code(']', 'q', 0, 'h', 0, 'a');
    assertThat(((Dict) read(list.set())).items()).containsOnlyKeys("list");

    PickleBytes tuple = PickleBytes.valueOf("deep").code(')');
    for (int i = 0; i < 200_000; i++) {
      tuple.code(0x85);
    }
    assertThat(((Dict) read(tuple.set())).items()).containsOnlyKeys("deep");
  }

  @Test
  void aDictionaryAsItsOwnKeyIsRefused() {
    PickleBytes pickle = PickleBytes.start().code('}', 'q', 0, 'h', 0, 'N', 's');

    assertRefused(pickle.stop(), 8, "a dictionary of weights has texts for keys");
  }

  @ParameterizedTest
  @CsvSource({"(, 258", "N, 65538", "], 65538"})
  void whatStandsOpenAtOnceIsBounded(char code, int offset) {
    byte[] pickle = new byte[1 << 17];
    Arrays.fill(pickle, (byte) code);

    assertRefused(pickle, offset - 2, "more values at once than weights need");
  }

  @Test
  void theMemoIsBounded() {
    PickleBytes pickle = PickleBytes.start().code('N');
    for (int i = 0; i <= 1 << 20; i++) {
      pickle.code('r').little(4, i);
    }

    assertRefused(pickle.stop(), 3 + 5 * (1 << 20), "more values at once than weights need");
  }

  @Test
  void theNumberOfInstructionsIsBounded() {
    byte[] pickle = new byte[1 << 23];
    // A tuple around a tuple keeps the stack at one value.
    Arrays.fill(pickle, (byte) 0x85);
    pickle[0] = ')';

    assertRefused(pickle, (1 << 22) - 1, "more than 4194304 instructions");
  }

  @ParameterizedTest
  @ValueSource(longs = {13, 65537, 0x7fffffffL, 0x80000000L, 0xffffffffL})
  void aTextLongerThanThePickleIsRefusedBeforeItIsAllocated(long length) {
    byte[] pickle = PickleBytes.start().code('X').little(4, length).raw("0123456789").stop();

    assertRefused(
        pickle, 2, "a text of " + length + " bytes is more than there are, or than weights need");
  }

  @Test
  void aTextOfTheLongestLengthIsRead() throws IOException {
    String text = "x".repeat(1 << 16);

    assertThat(((Text) read(PickleBytes.start().text(text).stop())).value()).isEqualTo(text);
    assertThatThrownBy(() -> read(PickleBytes.start().text(text + "x").stop()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("a text of 65537 bytes");
  }

  @Test
  void aTextMustBeUtf8() {
    byte[] pickle = PickleBytes.start().code('X').little(4, 1).code(0xff).stop();

    assertRefused(pickle, 2, "a text that is not UTF-8");
  }

  @Test
  void aNameWithoutAnEndIsRefused() {
    assertRefused(
        PickleBytes.start().code('c').raw("x".repeat(300)).stop(),
        2,
        "a name of more than 256 bytes");
    assertRefused(
        PickleBytes.start().code('c').raw("os").stop(),
        2,
        "the pickle goes on after its end at offset 6");
  }

  @ParameterizedTest
  @CsvSource({
    "0, '', 0",
    "1, 'ff', -1",
    "1, '7f', 127",
    "2, '00 80', -32768",
    "8, 'ff ff ff ff ff ff ff 7f', 9223372036854775807",
    "8, '00 00 00 00 00 00 00 80', -9223372036854775808",
  })
  void integersAreLittleEndianInTwosComplement(int length, String hex, long value)
      throws IOException {
    PickleBytes pickle = PickleBytes.start().code(0x8a, length);
    for (String digits : hex.isEmpty() ? new String[0] : hex.split(" ")) {
      pickle.code(Integer.parseInt(digits, 16));
    }

    assertThat(((Whole) read(pickle.stop())).value()).isEqualTo(value);
  }

  @Test
  void anIntegerBeyondALongIsRefused() {
    byte[] pickle = PickleBytes.start().code(0x8a, 9).little(8, 1).code(0).stop();

    assertRefused(pickle, 2, "an integer of 9 bytes is more than weights need");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 255})
  void aLaterProtocolIsRefused(int protocol) {
    assertRefused(
        new PickleBytes().code(0x80, protocol).stop(),
        0,
        "pickle protocol " + protocol + ", but weights are saved with 2");
  }

  /** An instruction may not take what stands below a mark, nor what is not there. */
  @ParameterizedTest
  @ValueSource(
      strings = {".", "N(.", "a", "N(a", "s", "}(NNs", "b", "R", "N(R", "Q", "t", "u", "e"})
  void anEmptyStackIsRefused(String codes) {
    PickleBytes pickle = PickleBytes.start();
    codes.chars().forEach(pickle::code);

    assertThatThrownBy(() -> read(pickle.stop()))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("pickle at offset " + (1 + codes.length()) + ": ");
  }

  @Test
  void anUnknownMemoIsRefused() {
    assertRefused(PickleBytes.start().code('h', 7).stop(), 2, "the memo has no value 7");
    assertRefused(
        PickleBytes.start().code('j').little(4, -1).stop(), 2, "the memo has no value 4294967295");
  }

  @Test
  void onlyAListIsAppendedToAndOnlyADictionarySet() {
    assertRefused(
        PickleBytes.start().code(')', 'N', 'a').stop(), 4, "only a list can be appended to");
    assertRefused(
        PickleBytes.start().code(']', '(', 'N', 'N', 'u').stop(),
        6,
        "only a dictionary takes keys with values");
    assertRefused(
        PickleBytes.start().code('}', '(', 'N', 'u').stop(),
        5,
        "only a dictionary takes keys with values");
  }

  /** The last byte is the instruction that is refused. */
  private void assertLastRefused(PickleBytes pickle, String message) {
    assertRefused(pickle.bytes(), pickle.bytes().length - 1, message);
  }

  private void assertRefused(byte[] pickle, int offset, String message) {
    assertThatThrownBy(() -> read(pickle))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            file() + ": pickle at offset " + offset + ": " + message + "; only ");
  }

  private PickleValue read(byte[] pickle) throws IOException {
    Files.write(file(), pickle);
    try (FileChannel channel = FileChannel.open(file())) {
      return new PickleReader(new PickleInput(file(), channel, 0, channel.size())).read();
    }
  }

  private Path file() {
    return folder.resolve("pytorch_model.bin");
  }
}
