// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.a64.EncodingSpace;
import dev.spelunk.api.mmu.Translation;
import dev.spelunk.api.mmu.Translator;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;

/** What a person can do about a guest that failed, told from its last exception. */
final class FailureHint {
    private static final int EC_UNKNOWN = 0;
    private static final int EC_FP_TRAP = 7;

    private FailureHint() {}

    static String of(PeContext context) {
        PeState pe = context.pe;
        int ec = ExceptionClass.of(pe.lastExceptionSyndrome);
        String what = String.format(
                "; the exception before it was EC 0x%02x at PC 0x%x, address 0x%x",
                ec, pe.lastExceptionPc, pe.lastExceptionAddress);
        if (ec == EC_UNKNOWN || ec == EC_FP_TRAP) {
            Translation t = new Translation();
            if (context.translator.translate(t, pe.lastExceptionPc, Translator.READ | Translator.MAINTENANCE)
                    && context.memory.isRam(t.pa, 4)) {
                int word = (int) context.memory.read(t.pa, 4);
                if (EncodingSpace.isFloatingPointOrSimd(word)) {
                    return what
                            + String.format(
                                    ": the instruction 0x%08x is floating-point or SIMD, %s",
                                    word,
                                    ec == EC_FP_TRAP
                                            ? "to which access is off (CPACR_EL1.FPEN): turn it on, or compile the guest "
                                                    + "with -mgeneral-regs-only"
                                            : context.architecture.has("FEAT_FP")
                                                    ? "of a feature that this variant does not have"
                                                    : "which this variant does not have: compile the guest with -mgeneral-regs-only");
                }
                return what + String.format(": the instruction 0x%08x is UNDEFINED here", word);
            }
        }
        if (context.register(SystemRegister.VBAR_EL1) == 0) {
            return what + "; VBAR_EL1 was never set";
        }
        return what;
    }
}
