// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Floating point, Advanced SIMD and cryptographic instructions of the processing element against
 * {@code qemu-aarch64}: random blocks over every encoding class, compared bit for bit with all registers, FPCR and
 * FPSR. Seed and number of batches are set as for {@link ProcessingElementTest}; the profile {@code long} compares ten
 * times as many.
 */
class VectorProcessingElementTest {
    private final VectorRun run = new VectorRun("differential SIMD&FP instruction test against qemu-aarch64");

    @Test
    void everyInstructionDoesWhatQemuSays() throws IOException {
        compare(85, 0, CoreEngine.Form.BLOCKS, 58);
        compare(82, 0, CoreEngine.Form.BLOCKS, 12);
        compare(85, 1, CoreEngine.Form.BLOCKS, 8);
        compare(85, 0, CoreEngine.Form.SINGLE, 4);
        compare(85, 0, CoreEngine.Form.OBSERVED, 6);
        run.verify("coverage-simd-fp.txt", 2_000_000);
    }

    /** In one block: branches, atomics and flags beside floating point, as compilers mix them. */
    @ParameterizedTest
    @EnumSource(CoreEngine.Form.class)
    void mixedWithBaseInstructionsTheyDoWhatQemuSays(CoreEngine.Form form) throws IOException {
        VectorRun mixed = new VectorRun(
                "differential test of SIMD&FP mixed with base instructions against qemu-aarch64",
                InstructionSet.unprivileged());
        CoreEngine core = ProcessingElementTest.core(85, 0, form);
        long counted = mixed.compare(core, 85, "mixed with base instructions, " + form, 4 * VectorRun.TIMES);
        mixed.verifyAlike();
        assertThat(core.executed()).isGreaterThanOrEqualTo(counted);
    }

    private void compare(int version, int el, CoreEngine.Form form, int batches) throws IOException {
        CoreEngine core = ProcessingElementTest.core(version, el, form);
        long counted = run.compare(core, version, "EL" + el + ", " + form, batches * VectorRun.TIMES);
        // The count of the table is that of the executed instructions, not more.
        assertThat(core.executed()).isGreaterThanOrEqualTo(counted);
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void unallocatedEncodingsAreUndefined(int version) throws IOException {
        run.undefined(ProcessingElementTest.core(version, 0, CoreEngine.Form.BLOCKS), version, 40_000);
    }

    @Test
    void encodingsThatOnlyTheManualCallsUnallocatedAreUndefined() throws IOException {
        run.undefinedByTheManual(ProcessingElementTest.core(85, 0, CoreEngine.Form.BLOCKS));
    }

    @TestFactory
    Stream<DynamicTest> keptReproducers() throws IOException {
        return VectorRun.keptReproducers(ProcessingElementTest.core(85, 0, CoreEngine.Form.BLOCKS));
    }

    @ParameterizedTest
    @EnumSource(CoreEngine.Form.class)
    void failingAccessesLeaveNothingBehind(CoreEngine.Form form) throws IOException {
        run.failing(ProcessingElementTest.core(82, 0, form), 82);
        run.failing(ProcessingElementTest.core(85, 0, form), 85);
    }
}
