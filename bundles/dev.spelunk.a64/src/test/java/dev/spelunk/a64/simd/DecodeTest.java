// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.state.PeState;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which encodings exist, and with which features. */
class DecodeTest {
    private static AdvancedSimd with(Set<String> features) {
        return new AdvancedSimd(new Architecture(82, features, null, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "FEAT_AES, 4E284820", "FEAT_PMULL, 0EE2E020", "FEAT_SHA1, 5E020020", "FEAT_SHA1, 5E280820",
        "FEAT_SHA256, 5E024020", "FEAT_SHA256, 5E282820", "FEAT_RDM, 2E428420", "FEAT_RDM, 7E428420",
        "FEAT_RDM, 2F42D020", "FEAT_RDM, 7F42D020", "FEAT_DotProd, 0E829420", "FEAT_DotProd, 2F82E020",
        "FEAT_FCMA, 6EC2C420", "FEAT_FCMA, 6F821020", "FEAT_FCMA, 2E82E420", "FEAT_FHM, 0E22EC20",
        "FEAT_FHM, 2FB2C020", "FEAT_FRINTTS, 0E21E820", "FEAT_FP16, 0E421420", "FEAT_FP16, 0E79D820",
        "FEAT_FP16, 5E422420", "FEAT_FP16, 5E79D820", "FEAT_FP16, 0F021020", "FEAT_FP16, 5F021020",
        "FEAT_FP16, 0F1FE420", "FEAT_FP16, 5F1FE420", "FEAT_FP16, 0F03FE00", "FEAT_FP16, 0E30C820",
        "FEAT_FP16, 5E30C820", "FEAT_I8MM, 4E82A420", "FEAT_I8MM, 0E829C20", "FEAT_I8MM, 0F02F020"
    })
    void featuresDecide(String feature, String word) {
        PeState pe = new PeState(0);
        int bits = (int) Long.parseLong(word, 16);
        assertThat(with(Set.of()).execute(pe, bits)).isFalse();
        assertThat(with(Set.of(feature)).execute(pe, bits)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // ADD .1D, SHADD .2D, SQDMULH .8B, TBL with op2 = 1, EXT .8B with position 8, DUP .1D, INS without Q,
        // INS element without Q, SMOV of a doubleword, UMOV X of a word, UZP1 .1D, SADDLV .2S, FMAXV .2S
        "0EE28420",
        "4EE20420",
        "0E22B420",
        "0E420020",
        "2E024020",
        "0E080420",
        "0E041C20",
        "2E040420",
        "4E082C20",
        "4E043C20",
        "0EC21820",
        "0EB03820",
        "2E30F820",
        // FADD .1D, FMLA by element .1D, SSHR .1D, SHRN to doublewords, PMULL of halfwords, three different of
        // doublewords, MUL of doublewords, SQADD of no operation in scalar MAX, BFDOT, AES with size 1
        "0E62D420",
        "0FC21020",
        "0F400420",
        "0F408420",
        "0E62E020",
        "0EE20020",
        "4EE29C20",
        "5EE26420",
        "2E42FC20",
        "4E684820"
    })
    void unallocated(String word) {
        int bits = (int) Long.parseLong(word, 16);
        assertThat(InstructionSet.whole().decode(bits)).isNull();
        assertThat(new AdvancedSimd(-1).execute(new PeState(0), bits)).isFalse();
        Instruction reserved = InstructionSet.whole().identify(bits);
        if (reserved != null) {
            assertThat(new AdvancedSimd(-1).execute(new PeState(0), bits, reserved.form()))
                    .as(reserved.toString())
                    .isFalse();
        }
    }

    /** Words of the whole space either do nothing, and say so, or write registers; none fails. */
    @Test
    void randomWords() {
        SplittableRandom random = new SplittableRandom(5);
        AdvancedSimd simd = new AdvancedSimd(-1);
        Vectors vectors = new Vectors(5);
        long[] before = new long[64];
        int executed = 0;
        for (int i = 0; i < 1_000_000; i++) {
            if (i % 100 == 0) {
                vectors.fill();
                vectors.pe.fpcr = random.nextInt() & 0x07C80000;
            }
            int word = random.nextInt() & ~0x80000000 | 0x0E000000;
            vectors.pe.fpsr = 0;
            System.arraycopy(vectors.pe.v, 0, before, 0, 64);
            if (simd.execute(vectors.pe, word)) {
                executed++;
            } else {
                assertThat(vectors.pe.v).isEqualTo(before);
                assertThat(vectors.pe.fpsr).isZero();
            }
        }
        assertThat(executed).isBetween(100_000, 800_000);
        assertThat(vectors.pe.x[PeState.ZERO]).isZero();
    }

    @Test
    void wordsOfOtherGroupsAreLeftAlone() {
        // ADD X, FADD D0, LDR Q0, LD1, B, and a scalar FMADD
        for (int word : new int[] {0x8B020020, 0x1E622820, 0x3DC00020, 0x4C407020, 0x14000000, 0x1F420C20}) {
            assertThat(new AdvancedSimd(-1).execute(new PeState(0), word)).isFalse();
        }
    }
}
