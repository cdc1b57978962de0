// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Snapshots;
import dev.spelunk.api.machine.StateDigests;
import dev.spelunk.cli.composition.Composition;
import dev.spelunk.cli.run.Lockstep;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interpreter and the translator leave the same state behind, and a state that differs is found. */
class LockstepTest {
    @ParameterizedTest
    @ValueSource(strings = {"hot", "all"})
    void theEnginesAgreeOverTheBundledGuest(String translate) {
        Spelunk.Outcome outcome = Spelunk.run(
                "lockstep",
                "--translate",
                translate,
                "--every",
                "500000",
                "--append",
                "workload=sort,scan switch=1 spe.jitter=1 spe.interval=256");
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out()).containsPattern("interpreter and translator agree: [0-9,]{8,} instructions");
    }

    @Test
    void whatIsComparedOfARestoredRunIsWhatRunsHere(@TempDir Path folder) {
        Path saved = folder.resolve("saved");
        String guest = "workload=scan";
        assertThat(Spelunk.run(
                                "run",
                                "--append",
                                guest,
                                "--max-instructions",
                                "1500000",
                                "--save-at",
                                "1000000=" + saved,
                                "-o",
                                folder.resolve("out").toString())
                        .code())
                .isEqualTo(4);
        Spelunk.Outcome outcome = Spelunk.run(
                "lockstep",
                "--append",
                guest,
                "--max-instructions",
                "3000000",
                "--every",
                "500000",
                "--restore",
                saved.toString());
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("agree: 2,000,000 instructions after the first 1,000,000, the state compared 4 times");
    }

    /** The digests of the second engine are spoilt from an instruction on: that one is to be found. */
    @Test
    void theFirstInstructionOfADifferenceIsFound() {
        long wrong = 1_234_567;
        Composition composition = Machines.composition("default");
        RunOptions options = RunOptions.of(Guests.BUNDLED).withMemory(64 << 20).withMaxInstructions(3_000_000);
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        int code = new Lockstep(
                        List.of("one", "other"),
                        (engine, with) -> machine(composition, engine == 0 ? with : spoilt(with, wrong)),
                        options,
                        1_000_000,
                        new PrintStream(told, true, StandardCharsets.UTF_8))
                .call();
        assertThat(code).isEqualTo(1);
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains("the states differ after 2,000,000 instructions; at 1,000,000 they were equal")
                .contains("between 1,234,566 and 1,234,567");
    }

    private static Machine machine(Composition composition, RunOptions options) {
        return composition.machine(options);
    }

    private static RunOptions spoilt(RunOptions options, long from) {
        Snapshots plain = options.snapshots();
        if (plain.digests() == null) {
            return options;
        }
        StateDigests digests = (instructions, sha256) -> {
            if (instructions >= from) {
                sha256[0] ^= 1;
            }
            return plain.digests().digest(instructions, sha256);
        };
        return options.withSnapshots(new Snapshots(plain.saves(), plain.restore(), plain.every(), digests));
    }
}
