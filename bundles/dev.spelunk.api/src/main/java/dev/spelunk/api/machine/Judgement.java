// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;

/**
 * What a composition is, judged without running it.
 *
 * @param parts the chosen {@code spelunk.name}s by kind of part, in order
 * @param provided features of the machine by the bundle that models them
 * @param required requirements of the parts in {@code arm.feature}, as filters, by the bundle that has them
 * @param asserted features that the variant asserts and none of its parts declares to model
 * @param notAsserted features that its parts model and the machine does not have
 * @param mandatory features that are mandatory in the asserted architecture version and that the machine lacks: it
 *     does not claim them in its identification registers
 * @param problems why it is not a legal machine, one sentence each; empty when it is one
 */
public record Judgement(
        SortedMap<String, List<String>> parts,
        SortedMap<String, SortedSet<String>> provided,
        SortedMap<String, SortedSet<String>> required,
        SortedSet<String> asserted,
        SortedSet<String> notAsserted,
        SortedSet<String> mandatory,
        List<String> problems) {}
