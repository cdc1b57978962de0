// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.HCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.SCR_EL3;
import dev.spelunk.api.wiring.PeContext;

/** What firmware at EL3 leaves behind, of which a machine has nothing else. */
final class Firmware {
    private static final long HCR_EL2_POINTER_AUTHENTICATION = HCR_EL2.APK | HCR_EL2.API;
    /** NS, HCE, RW, APK, API, FGTEn and FGTEn2. */
    private static final long SCR_EL3_RESET =
            SCR_EL3.NS | SCR_EL3.HCE | SCR_EL3.RW | SCR_EL3.APK | SCR_EL3.API | SCR_EL3.FGTEn | SCR_EL3.FGTEn2;
    /** NSPB: Non-secure state has the buffer; EnPMSN, EnPMS3 and EnPMS4; PMSEE: profiling exceptions are delegated. */
    private static final long MDCR_EL3_RESET =
            MDCR_EL3.NSPB | MDCR_EL3.EnPMSN | MDCR_EL3.EnPMS3 | 1L << MDCR_EL3.PMSEE_SHIFT | MDCR_EL3.EnPMS4;

    private Firmware() {}

    /** As after a Warm reset, with what firmware at EL3 sets up for Non-secure EL2 and EL1. */
    static void warmReset(PeContext context, int el) {
        context.warmReset(el);
        firmware(context, SystemRegister.SCR_EL3, SCR_EL3_RESET);
        firmware(context, SystemRegister.MDCR_EL3, MDCR_EL3_RESET);
        if (el == 1 && context.architecture.has("FEAT_PAuth") && context.architecture.has("FEAT_EL2")) {
            context.register(
                    SystemRegister.HCR_EL2, context.register(SystemRegister.HCR_EL2) | HCR_EL2_POINTER_AUTHENTICATION);
        }
        context.translator.contextChanged();
    }

    /** Sets a register of EL3 as firmware does: fields that are not there stay 0. */
    private static void firmware(PeContext context, int encoding, long value) {
        RegisterDescription definition = context.registers.description(encoding);
        if (definition != null) {
            context.register(encoding, definition.merge(0, value));
        }
    }
}
