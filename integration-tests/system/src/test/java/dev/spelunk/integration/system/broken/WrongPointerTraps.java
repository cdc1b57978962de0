// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system.broken;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.registers.SystemRegister;

/** A wrong part, in a bundle that a test makes: what the guest writes to PMBPTR_EL1 arrives a page too high. */
public final class WrongPointerTraps implements TrapHandler {
    private static final long PAGE = 4096;

    @Override
    public boolean handles(int encoding) {
        return encoding == SystemRegister.PMBPTR_EL1;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return vcpu.memory(encoding);
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        vcpu.memory(encoding, value + PAGE);
        return true;
    }
}
