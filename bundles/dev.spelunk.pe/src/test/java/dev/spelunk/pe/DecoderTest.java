// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.a64.Decoding;
import dev.spelunk.a64.Instruction;
import dev.spelunk.a64.InstructionSet;
import dev.spelunk.a64.OperationNames;
import dev.spelunk.a64.fp.FrequentOperations;
import java.util.BitSet;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("The decodings of the instruction table and the kinds")
class DecoderTest {
    private static final InstructionSet TABLE = InstructionSet.whole();
    private static final long PC = 0xFFFF_8000_1234_5678L;
    /** What stands in a block without being decoded, and the kinds at which groups begin. */
    private static final Set<String> NO_KINDS = Set.of("EXIT", "FALL", "REGION", "DATA", "VECTOR", "MEMORY");

    private final Decoder decoder = new Decoder();

    /** A word with few bits set. */
    private static int sparse(SplittableRandom random) {
        int bits = random.nextInt();
        bits &= random.nextInt();
        return bits & random.nextInt();
    }

    private long decode(int word) {
        decoder.constants = 0;
        return decoder.decode(word, PC);
    }

    @Test
    @DisplayName("every decoding names an operation that is known for one instruction of the class at least")
    void everyName() {
        Set<String> said = new TreeSet<>();
        Set<String> known = new TreeSet<>();
        for (Instruction instruction : TABLE.instructions()) {
            String mnemonic = instruction.mnemonic().toUpperCase(Locale.ROOT);
            for (Decoding decoding : instruction.decodings()) {
                String line = instruction.instructionClass().name() + ": "
                        + decoding.names().get(0).replace(mnemonic, "@");
                said.add(line);
                if (decoding.names().stream().anyMatch(name -> Decoder.known(name) >= 0)) {
                    known.add(line);
                }
            }
        }
        assertThat(said).hasSizeGreaterThan(50);
        said.removeAll(known);
        assertThat(said).isEmpty();
    }

    @Test
    @DisplayName("every kind is what some word is decoded to, and so is every frequent floating-point operation")
    void everyKind() {
        SplittableRandom random = new SplittableRandom(20261130);
        BitSet kinds = new BitSet();
        BitSet operations = new BitSet();
        for (Instruction instruction : TABLE.instructions()) {
            for (int i = 0; i < 3000; i++) {
                int fields = i % 3 == 0 ? random.nextInt() : sparse(random);
                int word = fields & ~instruction.fixedMask() | instruction.fixedBits();
                word |= i % 5 == 0 ? 31 << 5 & ~instruction.fixedMask() : 0;
                long op = decode(word);
                kinds.set(Decoder.kind(op));
                if (Decoder.kind(op) == Kinds.FP) {
                    operations.set((int) (op >>> 16) & 0xFF);
                }
            }
        }
        // LSL of all but one bit, and LSR, are rare among random words.
        kinds.set(Decoder.kind(decode(0xD37DF041)));
        kinds.set(Decoder.kind(decode(0xD343FC41)));
        Set<String> missing = new TreeSet<>();
        OperationNames.of(Kinds.class).forEach((name, kind) -> {
            if (!NO_KINDS.contains(name) && !kinds.get(kind)) {
                missing.add(name);
            }
        });
        assertThat(missing).isEmpty();
        Set<String> without = new TreeSet<>();
        OperationNames.of(FrequentOperations.class).forEach((name, number) -> {
            if (!operations.get(number)) {
                without.add(name);
            }
        });
        assertThat(without).isEmpty();
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "0x910043FF, ADD SP SP #16,            ADDI_X,    32, 32, 0, 0x10",
        "0xD10043E0, SUB X0 SP #16,            ADDI_X,    0,  32, 0, 0xFFFFFFF0",
        "0xF100401F, CMP X0 #16,               SUBSI_X,   33, 0,  0, 0x10",
        "0x92800000, MOV X0 #-1,               MOVI,      0,  0,  0, 0xFFFFFFFF",
        "0x12800000, MOV W0 #-1,               MOVI_POOL, 0,  0,  0, 0",
        "0x8B0214C3, ADD X3 X6 X2 LSL 5,       ADD_LSL_X, 3,  6,  2, 5",
        "0xAA0203E1, MOV X1 X2,                MOV_X,     1,  2,  0, 0",
        "0x9B021C23, MADD X3 X1 X2 X7,         MADD_X,    3,  1,  2, 7",
        "0x54000000, B.EQ,                     B_COND,    0,  0,  0, 0xF0F0",
        "0xB7F80003, TBNZ X3 #63,              TBNZ,      0,  3,  63, 0",
        "0xF90007FF, STR XZR [SP #8],          STR_X,     31, 32, 15, 8",
        "0xF84087E0, LDR X0 [SP] #8,           LDR_X_WB,  0,  32, 15, 0x80000",
        "0xA9BF7BFD, STP X29 X30 [SP #-16]!,   STP_X_WB,  29, 32, 30, 0xFFF0FFF0",
        "0xF8627823, LDR X3 [X1 X2 LSL #3],    LDR_X_REG, 3,  1,  2, 3",
        "0x3DC00020, LDR Q0 [X1],              LDR_Q,     0,  1,  0, 0",
        "0xF9800020, PRFM PLDL1KEEP [X1],      NOP,       0,  0,  0, 0"
    })
    @DisplayName("operands come from the fields that the table names")
    void operands(String word, String assembly, String kind, int d, int n, int m, String immediate) {
        long expected = Decoder.op(Decoder.known(kind), d, n, m, (int) (long) Long.decode(immediate));
        assertThat(Long.toHexString(decode((int) (long) Long.decode(word)))).isEqualTo(Long.toHexString(expected));
    }

    @Test
    @DisplayName("a hint of pointer authentication is a NOP without the feature only")
    void hints() {
        int paciasp = 0xD503233F;
        assertThat(Decoder.kind(decode(paciasp))).isEqualTo(Kinds.NOP);
        decoder.features = Features.PAUTH;
        assertThat(Decoder.kind(decode(paciasp))).isEqualTo(Kinds.SLOW);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "0x17FFFFFF, B -4, -4",
        "0x94000002, BL 8, 8",
        "0x54FFFFE0, B.EQ -4, -4",
        "0xB4000041, CBZ 8, 8",
        "0x3607FFE0, TBZ -4, -4",
        "0xD61F0000, BR, 0"
    })
    @DisplayName("the target of a direct branch")
    void target(String word, String assembly, int offset) {
        assertThat(Decoder.directTarget((int) (long) Long.decode(word), PC)).isEqualTo(PC + offset);
    }
}
