// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.checks;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.trace.TraceSink;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.hypervisor.kvm.settings.HostSettings;
import dev.spelunk.hypervisor.kvm.state.BufferEvent;
import dev.spelunk.hypervisor.kvm.state.ExitReason;
import dev.spelunk.hypervisor.kvm.state.VcpuState;
import dev.spelunk.hypervisor.kvm.state.VmState;

/**
 * Follows the buffer registers of one vCPU, in memory and in hardware, through each exit and entry: for the
 * timeline, and for the check of the {@link Invariant}s. It looks at values only, and knows nothing of how the
 * world switch comes to them. A vCPU has none when nobody asked for either.
 */
public final class RegisterWatch {
    static final int LIMIT = 0;
    static final int POINTER = 1;
    static final int STATUS = 2;
    private static final int[] ENCODINGS = {
        SystemRegister.PMBLIMITR_EL1, SystemRegister.PMBPTR_EL1, SystemRegister.PMBSR_EL1
    };
    private static final String[] NAMES = {"PMBLIMITR_EL1", "PMBPTR_EL1", "PMBSR_EL1"};
    private static final String[] MEMORY_TRACKS = {
        TraceSink.MEMORY + NAMES[0], TraceSink.MEMORY + NAMES[1], TraceSink.MEMORY + NAMES[2]
    };
    private static final String[] HARDWARE_TRACKS = {
        TraceSink.HARDWARE + NAMES[0], TraceSink.HARDWARE + NAMES[1], TraceSink.HARDWARE + NAMES[2]
    };

    private final PeContext context;
    private final int vcpu;
    private final VcpuState state;
    private final VmState vm;
    private final RegisterChecks checks;
    private final RegisterHistory history = new RegisterHistory();
    private final long[] memory = new long[ENCODINGS.length];
    private final long[] hardware = new long[ENCODINGS.length];
    private long pins = -1;
    private int line = -1;
    private String running;
    /** Where the guest was at the exit that is being served. */
    private long pc;
    /** The access that is being served; empty for none. */
    private String access = "";

    public RegisterWatch(
            PeContext context, int vcpu, VcpuState state, VmState vm, VmOptions options, HostSettings settings) {
        this.context = context;
        this.vcpu = vcpu;
        this.state = state;
        this.vm = vm;
        checks = options.check()
                ? new RegisterChecks(
                        context,
                        state,
                        options.profiling().maxBufferSize(),
                        options.physicalAddresses(),
                        settings,
                        this::history)
                : null;
        changed("as found");
    }

    /**
     * The state of the vCPU has been made, reset or replaced, or it comes to this PE: what was before does not count.
     *
     * @param reason for the history
     */
    public void begin(String reason) {
        changed(reason);
        if (checks != null) {
            checks.begin();
        }
    }

    /** An exception was taken to EL2; the host has done nothing yet. */
    public void exitTaken() {
        changed("the SPU, while the guest ran");
        pc = context.register(SystemRegister.ELR_EL2);
        access = "";
        if (checks != null) {
            checks.exitTaken();
        }
    }

    /** The world switch has written a register of the hardware. */
    public void written(int encoding) {
        if (encoding == ENCODINGS[LIMIT] || encoding == ENCODINGS[POINTER] || encoding == ENCODINGS[STATUS]) {
            changed("the world switch");
        }
        if (checks != null) {
            checks.written(encoding);
        }
    }

    /** The world switch to the host is complete. */
    public void left() {
        changed("the world switch, exit");
        if (checks != null) {
            checks.left();
        }
    }

    /** What hardware reported has been taken into memory. */
    public void reported() {
        changed("reported by hardware");
        if (checks != null) {
            checks.reported();
        }
    }

    /** A trapped access has been served. */
    public void trapped(int encoding, boolean read, long value) {
        if (!read) {
            changed("guest write of " + name(encoding));
        }
        if (context.trace != null) {
            access = read
                    ? String.format("MRS %s, 0x%x", name(encoding), value)
                    : String.format("MSR %s, 0x%x", name(encoding), value);
        }
        if (checks != null) {
            if (read) {
                checks.shown(encoding, value);
            } else {
                checks.guestWrote(encoding, value);
            }
        }
    }

    /** The exit has been served, whatever it was. */
    public void served(ExitReason reason) {
        changed("exit: " + reason.label);
        if (checks != null) {
            checks.served();
        }
        if (context.trace != null) {
            running = reason.label;
            context.trace.exit(vcpu, new TraceSink.Exit(reason.label, access, pc, ""), context.pe.cycles());
        }
    }

    /** The guest runs from now on. */
    public void entered(boolean lineHigh) {
        changed("the world switch, entry");
        if (checks != null) {
            checks.entered(lineHigh);
        }
        TraceSink trace = context.trace;
        if (trace != null) {
            show("guest");
            if (line != (lineHigh ? 1 : 0)) {
                line = lineHigh ? 1 : 0;
                trace.counter(vcpu, TraceSink.LINE, line, context.pe.cycles());
            }
            if (pins != vm.pinnedPages()) {
                pins = vm.pinnedPages();
                trace.counter(vcpu, TraceSink.PINS, pins, context.pe.cycles());
            }
        }
    }

    /** What the vCPU does from now on. */
    void show(String what) {
        if (context.trace != null && !what.equals(running)) {
            running = what;
            context.trace.state(vcpu, TraceSink.RUN, what, context.pe.cycles());
        }
    }

    private void changed(String reason) {
        BufferEvent event = vm.takeNews();
        if (event != null && context.trace != null) {
            context.trace.instant(vcpu, TraceSink.EVENTS, event.label, vm.newsReason(event), context.pe.cycles());
        }
        for (int i = 0; i < ENCODINGS.length; i++) {
            long value = context.register(ENCODINGS[i]);
            if (value != hardware[i]) {
                tell(true, i, hardware[i], value, reason);
                hardware[i] = value;
            }
            value = state.register(ENCODINGS[i]);
            if (value != memory[i]) {
                tell(false, i, memory[i], value, reason);
                memory[i] = value;
            }
        }
    }

    private void tell(boolean isHardware, int register, long from, long to, String reason) {
        history.add(context.pe.executed, isHardware, NAMES[register], from, to, reason);
        if (context.trace != null) {
            context.trace.state(
                    vcpu,
                    (isHardware ? HARDWARE_TRACKS : MEMORY_TRACKS)[register],
                    String.format("0x%x", to),
                    context.pe.cycles());
        }
    }

    private String name(int encoding) {
        return context.registers.description(encoding) == null
                ? "a register"
                : context.registers.description(encoding).name();
    }

    private String history() {
        changed("found by the check");
        return "vCPU " + vcpu + ", the last changes of its buffer registers:" + history;
    }
}
