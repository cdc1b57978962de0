// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.wiring.PeContext;

/**
 * A register file with the values that it has laid out.
 *
 * @param registers null before the first one
 * @param values {@code PeState.sys}
 */
record RegisterLayout(RegisterFile registers, long[] values) {
    RegisterLayout(PeContext context) {
        this(context.registers, context.pe.sys);
    }

    void use(PeContext context) {
        context.registers = registers;
        context.pe.sys = values;
    }
}
