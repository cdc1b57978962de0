// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instructions on the SIMD&FP registers: what a sample says of them, and access to them. */
class VectorInstructionsTest {
    private static final long DATA = BareMachine.BASE + 0x100000;
    private static final int EC_FP = 7;

    private static BareMachine machine(String word, long cpacr) {
        BareMachine m = new BareMachine("FEAT_FP", "FEAT_AdvSIMD");
        m.set(SystemRegister.CPACR_EL1, cpacr << 20);
        m.pe.x[0] = DATA;
        return m.code((int) (long) Long.decode(word));
    }

    private static Operation observe(BareMachine m) {
        Operation o = new Operation();
        m.core.runObserved(o);
        assertThat(m.core.observed()).isTrue();
        return o;
    }

    @ParameterizedTest
    @CsvSource({
        "0x3dc00001, true, true, 16", "0xfd000001, false, false, 8", "0xbd400001, true, false, 4",
        "0x6d400801, true, false, 16", "0xad000801, false, true, 32", "0x4c407001, true, true, 16",
        "0xfc408401, true, false, 8", "0xfc6169e1, true, false, 8"
    })
    void loadsAndStoresTellTheirRegisters(String word, boolean load, boolean simd, int size) {
        BareMachine m = machine(word, 3);
        m.pe.x[15] = DATA;
        m.pe.x[1] = 0;
        Operation o = observe(m);
        assertThat(o.operationClass).isEqualTo(Operation.LOAD_STORE);
        assertThat(o.flags & ~(Operation.HAS_PA | Operation.TLB_WALK))
                .isEqualTo((load ? Operation.LOAD : Operation.STORE)
                        | Operation.SIMD_FP_REGISTERS
                        | Operation.HAS_VA
                        | (simd ? Operation.ADVANCED_SIMD : Operation.FLOATING_POINT));
        assertThat(o.va).isEqualTo(DATA);
        assertThat(o.accessSize).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"0x1e612800, 0x800", "0x4e221c20, 0x1000", "0x1e620c20, 0x8000820", "0x1e620400, 0x8000820"})
    void dataProcessingTellsItsKind(String word, String flags) {
        Operation o = observe(machine(word, 3));
        assertThat(o.operationClass).isEqualTo(Operation.OTHER);
        assertThat(o.flags).isEqualTo(Integer.decode(flags));
    }

    @ParameterizedTest
    @CsvSource({"0x1e612800, 0", "0x4e221c20, 2", "0x3dc00001, 0"})
    void accessThatIsOffTraps(String word, long fpen) {
        BareMachine m = machine(word, fpen);
        m.run(1);
        assertThat(m.pe.lastExceptionSyndrome >>> 26).isEqualTo(EC_FP);
        assertThat(m.pe.lastExceptionSyndrome & 0x1FFFFFF).isEqualTo(0x1E00000);
        assertThat(m.pe.lastExceptionPc).isEqualTo(BareMachine.BASE);
    }

    @Test
    void anUnallocatedWordIsUndefinedAlsoWhereAccessIsOff() {
        BareMachine m = machine("0x1ee12800", 0);
        m.run(1);
        assertThat(m.pe.lastExceptionSyndrome >>> 26).isZero();
    }

    /** DDI 0487, AArch64.AdvSIMDFPAccessTrap. */
    @Test
    void whatHypervisorTrapsOfEl0TakeToEl2HasNoSyndrome() {
        BareMachine m = new BareMachine("FEAT_FP", "FEAT_AdvSIMD", "FEAT_EL2").code(0x1e612800);
        m.set(SystemRegister.CPACR_EL1, 0);
        m.set(SystemRegister.HCR_EL2, 1L << 27);
        m.pe.el = 0;
        assertThat(m.run(1)).isEqualTo(Core.EXCEPTION_TO_EL2);
        assertThat(m.get(SystemRegister.ESR_EL2)).isEqualTo(1 << 25);
    }
}
