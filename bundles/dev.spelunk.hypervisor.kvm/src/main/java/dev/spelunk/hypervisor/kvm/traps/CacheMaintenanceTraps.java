// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.hypervisor.Vcpu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.registers.Encoding;
import org.osgi.service.component.annotations.Component;

/** DC ISW, CSW and CISW (HCR_EL2.TSW): memory is always coherent here, so there is nothing to clean. */
@Component(property = {Parts.PART + "=" + Parts.TRAPS, Parts.NAME + "=cache"})
public final class CacheMaintenanceTraps implements TrapHandler {
    private static final int DC_ISW = Encoding.of(1, 0, 7, 6, 2);
    private static final int DC_CSW = Encoding.of(1, 0, 7, 10, 2);
    private static final int DC_CISW = Encoding.of(1, 0, 7, 14, 2);

    @Override
    public boolean handles(int encoding) {
        return encoding == DC_ISW || encoding == DC_CSW || encoding == DC_CISW;
    }

    @Override
    public long read(Vcpu vcpu, int encoding) {
        return 0;
    }

    @Override
    public boolean write(Vcpu vcpu, int encoding, long value) {
        return true;
    }
}
