// SPDX-License-Identifier: Apache-2.0
package dev.weft.store;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names without an organisation that the hub itself knows, from before it had organisations; they
 * do not stand for {@code sentence-transformers/name}.
 *
 * @see <a
 *     href="https://github.com/UKPLab/sentence-transformers/blob/master/sentence_transformers/util/misc.py">misc.py</a>
 */
final class ClassicNames {
  private static final Set<String> NAMES =
      Stream.of(
              family("albert-", "base-v1 base-v2 large-v1 large-v2 xlarge-v1 xlarge-v2"),
              family("albert-", "xxlarge-v1 xxlarge-v2"),
              family("bert-base-", "cased cased-finetuned-mrpc chinese german-cased uncased"),
              family("bert-base-", "german-dbmdz-cased german-dbmdz-uncased"),
              family("bert-base-", "multilingual-cased multilingual-uncased"),
              family("bert-large-", "cased cased-whole-word-masking"),
              family("bert-large-", "cased-whole-word-masking-finetuned-squad"),
              family("bert-large-", "uncased uncased-whole-word-masking"),
              family("bert-large-", "uncased-whole-word-masking-finetuned-squad"),
              family("distilbert-base-", "cased cased-distilled-squad german-cased"),
              family("distilbert-base-", "multilingual-cased uncased uncased-distilled-squad"),
              family("distilbert-base-", "uncased-finetuned-sst-2-english"),
              family("", "camembert-base ctrl distilgpt2 distilroberta-base transfo-xl-wt103"),
              family("", "gpt2 gpt2-large gpt2-medium gpt2-xl openai-gpt"),
              family("roberta-", "base base-openai-detector large large-mnli"),
              family("roberta-", "large-openai-detector"),
              family("t5-", "11b 3b base large small"),
              family("xlm-", "clm-ende-1024 clm-enfr-1024 mlm-100-1280 mlm-17-1280 mlm-en-2048"),
              family("xlm-mlm-", "ende-1024 enfr-1024 enro-1024 tlm-xnli15-1024 xnli15-1024"),
              family("xlm-roberta-", "base large large-finetuned-conll02-dutch"),
              family("xlm-roberta-", "large-finetuned-conll02-spanish"),
              family("xlm-roberta-", "large-finetuned-conll03-english"),
              family("xlm-roberta-", "large-finetuned-conll03-german"),
              family("xlnet-", "base-cased large-cased"))
          .flatMap(List::stream)
          .collect(Collectors.toUnmodifiableSet());

  private ClassicNames() {}

  static Set<String> all() {
    return NAMES;
  }

  /** The repository a name stands for, with an organisation unless it is a classic one. */
  static String repository(String name) {
    return name.contains("/") || NAMES.contains(name) ? name : "sentence-transformers/" + name;
  }

  private static List<String> family(String prefix, String names) {
    return Stream.of(names.split(" ")).map(name -> prefix + name).toList();
  }
}
