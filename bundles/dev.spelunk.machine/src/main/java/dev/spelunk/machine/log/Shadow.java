// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.log;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/**
 * The registers of a PE as they are before its next operation, and as the trace has told them: what the trace does not know yet is
 * told before the operation, what the operation has written after it.
 */
final class Shadow {
    private static final int GENERAL = 31;
    private static final int VECTORS = 32;
    /** Places of the other registers behind X0 to X30 and the halves of V0 to V31. */
    private static final int SP = GENERAL + 2 * VECTORS;

    private static final int PSTATE = SP + 1;
    private static final int FPCR = SP + 2;
    private static final int FPSR = SP + 3;
    private static final int VTTBR = SP + 4;
    private static final int CONTEXTIDR = SP + 5;
    private static final int VALUES = SP + 6;
    private static final int PSTATE_SP = 1;

    private final PeContext context;
    private final long[] now = new long[VALUES];
    private final long[] told = new long[VALUES];
    private boolean any;

    Shadow(PeContext context) {
        this.context = context;
    }

    /** Takes in what the registers are. */
    void read() {
        PeState pe = context.pe;
        System.arraycopy(pe.x, 0, now, 0, GENERAL);
        System.arraycopy(pe.v, 0, now, GENERAL, 2 * VECTORS);
        now[SP] = pe.x[PeState.SP];
        now[PSTATE] = pe.spsr();
        now[FPCR] = pe.fpcr;
        now[FPSR] = pe.fpsr;
        now[VTTBR] = context.register(SystemRegister.VTTBR_EL2);
        now[CONTEXTIDR] = context.register(SystemRegister.CONTEXTIDR_EL1);
    }

    /** Whether PSTATE.SP selects the stack pointer of the Exception level. */
    boolean handler() {
        return (now[PSTATE] & PSTATE_SP) != 0;
    }

    /**
     * Tells the registers that are not as the trace has them, and those that were written.
     *
     * @param written as {@link DecodedInstruction#writes}
     */
    void tell(Line line, long count, long written) {
        for (int i = 0; i < GENERAL; i++) {
            if (due(i) || (written >>> i & 1) != 0) {
                line.begin(count, context.pe, "R X")
                        .add(i)
                        .add(' ')
                        .hex(now[i], 16)
                        .end();
            }
        }
        if (due(SP) || due(PSTATE)) {
            int bank = handler() ? (int) (now[PSTATE] >>> 2) & 3 : 0;
            line.begin(count, context.pe, "R SP_EL")
                    .add(bank)
                    .add(' ')
                    .hex(now[SP], 16)
                    .end();
        }
        if (due(PSTATE) || (written >>> DecodedInstruction.FLAGS & 1) != 0) {
            line.begin(count, context.pe, "R cpsr ").hex(now[PSTATE], 8).end();
        }
        for (int i = 0; i < VECTORS; i++) {
            int low = GENERAL + 2 * i;
            if (due(low) || due(low + 1) || (written >>> DecodedInstruction.V + i & 1) != 0) {
                line.begin(count, context.pe, "R V")
                        .add(i)
                        .add(' ')
                        .hex(now[low + 1], 16)
                        .add('_');
                line.hex(now[low], 16).end();
            }
        }
        tell(line, count, FPCR, "R FPCR ", 8);
        tell(line, count, FPSR, "R FPSR ", 8);
        tell(line, count, VTTBR, "R VTTBR_EL2 ", 16);
        tell(line, count, CONTEXTIDR, "R CONTEXTIDR_EL1 ", 16);
        System.arraycopy(now, 0, told, 0, VALUES);
        any = true;
    }

    private boolean due(int i) {
        return !any || now[i] != told[i];
    }

    private void tell(Line line, long count, int i, String name, int digits) {
        if (due(i)) {
            line.begin(count, context.pe, name).hex(now[i], digits).end();
        }
    }
}
