// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs blocks on two engines and keeps a minimised reproducer of each difference. */
final class Comparison {
    /** After so many differences the rest would say the same again. */
    private static final int ENOUGH = 5;

    private static final Path FOLDER = Path.of("target", "differential", "reproducers");

    private final InstructionSet catalogue;
    private final Engine reference;
    private final Engine tested;
    private final String source;
    private final int enough;
    private final List<String> failures = new ArrayList<>();

    /** @param source where the blocks come from, for the reproducers: a seed */
    Comparison(InstructionSet catalogue, Engine reference, Engine tested, String source) {
        this(catalogue, reference, tested, source, ENOUGH);
    }

    /** @param enough after how many differences to stop */
    Comparison(InstructionSet catalogue, Engine reference, Engine tested, String source, int enough) {
        this.enough = enough;
        this.catalogue = catalogue;
        this.reference = reference;
        this.tested = tested;
        this.source = source;
    }

    /** Compares the outcomes of each block. Returns false when there is no point in going on. */
    boolean compare(List<Block> blocks) throws IOException {
        List<Outcome> expected = reference.run(blocks);
        List<Outcome> actual = tested.run(blocks);
        for (int i = 0; i < blocks.size() && failures.size() < enough; i++) {
            if (!expected.get(i).differences("", actual.get(i), "").isEmpty()) {
                report(blocks.get(i));
            }
        }
        return failures.size() < enough;
    }

    /** Texts of the reproducers. */
    List<String> failures() {
        return failures;
    }

    private void report(Block failing) throws IOException {
        Block block = Reproducer.minimise(failing, reference, tested);
        Outcome right = reference.run(List.of(block)).get(0);
        Outcome wrong = tested.run(List.of(block)).get(0);
        List<String> comment = new ArrayList<>();
        comment.add(source);
        comment.addAll(right.differences(reference.name(), wrong, tested.name()));
        String text = new Reproducer(comment, block, right).format(catalogue);
        failures.add(text);
        Files.createDirectories(FOLDER);
        Path file = FOLDER.resolve(source.replaceAll("\\W+", "-") + "-" + failures.size() + ".txt");
        Files.writeString(file, text);
        System.out.println("Difference, kept in " + file + ":\n" + text);
    }
}
