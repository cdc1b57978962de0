// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.api.state.Operation;

final class OperationObserver {
    private final Processor p;
    OperationObserver(Processor p) { this.p = p; }
    void execute(Operation operation, int word) {
        if (Instructions.execute(p, word) == Processor.NEXT) { p.pe.pc += 4; }
        p.pe.executed++;
    }
}
