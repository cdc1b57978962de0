// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.StateBlock;
import java.util.Arrays;

/** In-memory registers and the SPE side of one vCPU, in blocks of the machine's state. */
public final class VcpuState {
    private static final int FLAGS = 0;
    private static final int DELIVERY_DUE = 1;
    private static final int RAISED_AT = 2;
    private static final int RESUME_ADDRESS = 3;
    private static final int RESUME_SPSR = 4;
    private static final int REGISTERS = 8;
    private static final int REGISTER_COUNT = 128;
    private static final int WORDS = REGISTERS + 2 * REGISTER_COUNT;

    /** The buffer registers of this vCPU are in hardware: the predicate held at the last entry. */
    private static final long LOADED = 1;
    /** PMBLIMITR_EL1 or PMBPTR_EL1 has been written since the buffer was last judged. */
    private static final long UNJUDGED = 2;
    /** E stays out of hardware until PMBLIMITR_EL1 or PMBPTR_EL1 is written. */
    private static final long HELD_OFF = 4;
    /** The vCPU is out of the guest: in an exit, or never entered. */
    private static final long OUTSIDE = 8;
    /** Breakpoints, watchpoints and MDSCR_EL1 are lent to the guest. */
    private static final long OWNS_DEBUG = 16;

    /** WFE traps: others wanted the PE when it was loaded. */
    private static final long TRAPS_WFE = 32;

    /** User space knows the buffer, and has its pages in the dirty log. */
    private static final long LOGGED = 64;

    private final StateBlock block;
    private final RegisterWords registers;

    public VcpuState(MachineState machine, int index) {
        block = machine.block("kvm.vcpu." + index, WORDS, 0);
        registers = new RegisterWords(block, REGISTERS, REGISTER_COUNT);
    }

    /** As a vCPU that was just made: all in-memory registers zero. */
    public void create() {
        Arrays.fill(block.words, 0);
        set(OUTSIDE, true);
    }

    public long register(int encoding) {
        return registers.get(encoding);
    }

    public void register(int encoding, long value) {
        registers.set(encoding, value);
    }

    /** Where the vCPU goes on when it gets a PE again, and PSTATE there. */
    public void resume(long address, long spsr) {
        block.words[RESUME_ADDRESS] = address;
        block.words[RESUME_SPSR] = spsr;
    }

    public long resumeAddress() {
        return block.words[RESUME_ADDRESS];
    }

    public long resumeSpsr() {
        return block.words[RESUME_SPSR];
    }

    public boolean loaded() {
        return is(LOADED);
    }

    public void loaded(boolean value) {
        set(LOADED, value);
    }

    public boolean unjudged() {
        return is(UNJUDGED);
    }

    public void unjudged(boolean value) {
        set(UNJUDGED, value);
    }

    public boolean heldOff() {
        return is(HELD_OFF);
    }

    public void heldOff(boolean value) {
        set(HELD_OFF, value);
    }

    /** Whether the vCPU is out of the guest: in an exit, or never entered. */
    public boolean outside() {
        return is(OUTSIDE);
    }

    public void outside(boolean value) {
        set(OUTSIDE, value);
    }

    /** Whether breakpoints, watchpoints and MDSCR_EL1 are the guest's and do not trap. */
    public boolean ownsDebug() {
        return is(OWNS_DEBUG);
    }

    public void ownsDebug(boolean value) {
        set(OWNS_DEBUG, value);
    }

    /** Whether a WFE that would wait leaves the guest. */
    public boolean trapsWfe() {
        return is(TRAPS_WFE);
    }

    public void trapsWfe(boolean value) {
        set(TRAPS_WFE, value);
    }

    /** Whether user space knows the buffer since the dirty log was last fetched, and has its pages in it. */
    public boolean logged() {
        return is(LOGGED);
    }

    public void logged(boolean value) {
        set(LOGGED, value);
    }

    private boolean is(long flag) {
        return (block.words[FLAGS] & flag) != 0;
    }

    private void set(long flag, boolean value) {
        block.words[FLAGS] = value ? block.words[FLAGS] | flag : block.words[FLAGS] & ~flag;
    }

    /** Virtual time at which the host takes the SPU's interrupt that is on its way; 0 when none is. */
    public long deliveryDue() {
        return block.words[DELIVERY_DUE];
    }

    /** Number of operations that the PE had executed when the SPU raised the interrupt that is on its way. */
    public long raisedAt() {
        return block.words[RAISED_AT];
    }

    /** An interrupt of the SPU is on its way to the host's handler. */
    public void delivery(long raisedAt, long due) {
        block.words[RAISED_AT] = raisedAt;
        block.words[DELIVERY_DUE] = due;
    }
}
