// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The meanings of floating-point, Advanced SIMD and cryptographic instructions against {@code qemu-aarch64}, called
 * without a processing element around them: every engine that calls them can rely on them.
 */
class VectorMeaningTest {
    private final VectorRun run = new VectorRun("differential test of SIMD&FP meanings against qemu-aarch64");

    private static MeaningEngine engine(int version) {
        return new MeaningEngine(CoreEngine.architecture(version));
    }

    @Test
    void everyInstructionDoesWhatQemuSays() throws IOException {
        run.compare(engine(85), 85, "meanings", 14 * VectorRun.TIMES);
        run.compare(engine(82), 82, "meanings", 4 * VectorRun.TIMES);
        run.verify("coverage-meanings.txt", 400_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void unallocatedEncodingsAreUndefined(int version) throws IOException {
        run.undefined(engine(version), version, 40_000);
    }

    @Test
    void encodingsThatOnlyTheManualCallsUnallocatedAreUndefined() throws IOException {
        run.undefinedByTheManual(engine(85));
    }

    @TestFactory
    Stream<DynamicTest> keptReproducers() throws IOException {
        return VectorRun.keptReproducers(engine(85));
    }

    @ParameterizedTest
    @ValueSource(ints = {82, 85})
    void failingAccessesLeaveNothingBehind(int version) throws IOException {
        run.failing(engine(version), version);
    }
}
