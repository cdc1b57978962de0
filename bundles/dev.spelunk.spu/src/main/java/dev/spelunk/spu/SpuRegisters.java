// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/** The registers that the SPU reads, by storage index. Looked up again when the register file is another one. */
final class SpuRegisters {
    private static final int[] ENCODINGS = {
        SystemRegister.PMSCR_EL1,
        SystemRegister.PMSCR_EL2,
        SystemRegister.PMSICR_EL1,
        SystemRegister.PMSIRR_EL1,
        SystemRegister.PMBLIMITR_EL1,
        SystemRegister.PMBPTR_EL1,
        SystemRegister.MDCR_EL2,
        SystemRegister.MDCR_EL3,
        SystemRegister.HCR_EL2,
        SystemRegister.SCR_EL3,
        SystemRegister.CONTEXTIDR_EL1,
        SystemRegister.CONTEXTIDR_EL2,
        SystemRegister.CNTVOFF_EL2,
        SystemRegister.CNTPOFF_EL2,
        SystemRegister.CNTHCTL_EL2,
    };
    static final int PMSCR_EL1 = 0;
    static final int PMSCR_EL2 = 1;
    static final int PMSICR_EL1 = 2;
    static final int PMSIRR_EL1 = 3;
    static final int PMBLIMITR_EL1 = 4;
    static final int PMBPTR_EL1 = 5;
    static final int MDCR_EL2 = 6;
    static final int MDCR_EL3 = 7;
    static final int HCR_EL2 = 8;
    static final int SCR_EL3 = 9;
    static final int CONTEXTIDR_EL1 = 10;
    static final int CONTEXTIDR_EL2 = 11;
    static final int CNTVOFF_EL2 = 12;
    static final int CNTPOFF_EL2 = 13;
    static final int CNTHCTL_EL2 = 14;

    final PeContext context;
    final PeState pe;

    boolean ecv;

    private final int[] indices = new int[ENCODINGS.length];
    private RegisterFile file;
    private Architecture architecture;

    SpuRegisters(PeContext context) {
        this.context = context;
        pe = context.pe;
    }

    /** To be called before values are read: the register file may have been replaced since. */
    void refresh() {
        if (file != context.registers || architecture != context.architecture) {
            file = context.registers;
            architecture = context.architecture;
            for (int i = 0; i < indices.length; i++) {
                indices[i] = file.index(ENCODINGS[i]);
            }
            ecv = architecture.has("FEAT_ECV");
        }
    }

    /** Value of the register, 0 when it is absent. */
    long get(int register) {
        int i = indices[register];
        return i < 0 ? 0 : pe.sys[i];
    }

    void set(int register, long value) {
        int i = indices[register];
        if (i >= 0) {
            pe.sys[i] = value;
        }
    }
}
