// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;

/**
 * What runs: the PEs of one machine and what is around them. As with a {@link PeContext}, whoever keeps it reads its
 * fields where they are used: a swap changes them between two operations.
 */
public final class BoardWiring {
    public final PeContext[] pes;
    /** Made once for a machine. */
    public final List<Device> devices = new ArrayList<>();
    /** When they must be advanced, by their place in {@link #devices}. */
    public final Deadlines deadlines;
    /** Null without hypervisor. */
    public VirtualMachine vm;
    /** Brings the PEs' interrupt inputs up to date. */
    public InterruptController interruptController;
    /** The physical interrupts' own. */
    public InterruptDistributor distributor;
    /** Null: calls to firmware are answered with NOT_SUPPORTED. */
    public FirmwareCalls firmware;

    public BoardWiring(PeContext... pes) {
        this.pes = pes;
        deadlines = new Deadlines(pes.length);
    }
}
