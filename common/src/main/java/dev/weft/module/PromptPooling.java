// SPDX-License-Identifier: Apache-2.0
package dev.weft.module;

/** Whether the tokens of a prompt take part in pooling ({@code include_prompt}). */
public enum PromptPooling {
  INCLUDE,
  EXCLUDE
}
