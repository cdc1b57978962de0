// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pe;

import dev.spelunk.a64.DecodedInstruction;
import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.DBGBCR_EL1;
import dev.spelunk.api.registers.fields.ID_AA64DFR0_EL1;
import dev.spelunk.api.registers.fields.MDCR_EL2;
import dev.spelunk.api.registers.fields.MDCR_EL3;
import dev.spelunk.api.registers.fields.MDSCR_EL1;
import dev.spelunk.api.registers.fields.OSLAR_EL1;
import dev.spelunk.api.registers.fields.SPSR_ELx;
import dev.spelunk.api.registers.fields.TTBRn_ELx;
import dev.spelunk.api.registers.fields.VTCR_EL2;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.SecurityState;
import dev.spelunk.api.wiring.SystemFunctions;

/**
 * Self-hosted debug of one PE (DDI 0487, chapter D2): where debug exceptions are generated, Software Step and
 * breakpoints; {@link Watchpoints} has the watchpoints. While MDSCR_EL1.{MDE, SS} is 0 the PE asks for one register
 * at the places where it looks at its surroundings anyway, and for nothing at each operation.
 */
final class SelfHostedDebug {
    /** IFSC and DFSC of a debug exception (DDI 0487, D24.2.40). */
    static final int FSC_DEBUG = 0x22;

    private static final long LOCKED = OSLAR_EL1.OSLK;
    private static final int ISV = 1 << 24;
    private static final int EX = 1 << 6;

    /** DBGBCR.BT: bit 0 is linking; the first two types are of addresses, the others by BT[3:1]. */
    private static final int BT_LINKED = 1;

    private static final int BT_CONTEXT = 1;
    private static final int BT_CONTEXT_EL1 = 3;
    private static final int BT_VMID = 4;
    private static final int BT_VMID_CONTEXT_EL1 = 5;
    private static final int BT_CONTEXT_EL2 = 6;
    private static final int BT_BOTH_CONTEXTS = 7;

    private final PeState pe;
    private final ControlRegisters control;
    private final SystemFunctions system;
    private final SynchronousException exception;
    final Watchpoints watchpoints;

    private int mdscr = -1;
    private int oslar;
    private int osdlr;
    private int contextidrEl1;
    private int contextidrEl2;
    private int vttbr;
    private int vtcr;
    private boolean vmid16;
    private boolean contextTypes;
    private boolean secureEl2;
    private int addressTop = 48;
    private int[] values = {};
    private int[] controls = {};
    private int firstContextAware;

    SelfHostedDebug(PeState pe, ControlRegisters control, SoftwareTlb tlb, SynchronousException exception) {
        this.pe = pe;
        this.control = control;
        system = control.system;
        this.exception = exception;
        watchpoints = new Watchpoints(pe, this, tlb, exception);
    }

    /** Looks the registers up again. */
    void resolve(RegisterFile file, Architecture architecture) {
        mdscr = file.index(SystemRegister.MDSCR_EL1);
        oslar = file.index(SystemRegister.OSLAR_EL1);
        osdlr = architecture.has("FEAT_DoubleLock") ? file.index(SystemRegister.OSDLR_EL1) : -1;
        contextidrEl1 = file.index(SystemRegister.CONTEXTIDR_EL1);
        contextidrEl2 = file.index(SystemRegister.CONTEXTIDR_EL2);
        vttbr = file.index(SystemRegister.VTTBR_EL2);
        vtcr = file.index(SystemRegister.VTCR_EL2);
        vmid16 = architecture.has("FEAT_VMID16");
        contextTypes = architecture.has("FEAT_VHE") || architecture.has("FEAT_Debugv8p2");
        addressTop = architecture.has("FEAT_LVA") ? 52 : 48;
        secureEl2 = architecture.has("FEAT_SEL2");
        int features = file.index(SystemRegister.ID_AA64DFR0_EL1);
        long dfr0 = features < 0 ? 0 : pe.sys[features];
        int breakpoints = mdscr < 0 ? 0 : (int) (dfr0 >>> ID_AA64DFR0_EL1.BRPs_SHIFT & 15) + 1;
        values = indices(file, breakpoints, 4);
        controls = indices(file, breakpoints, 5);
        firstContextAware = breakpoints - (int) (dfr0 >>> ID_AA64DFR0_EL1.CTX_CMPs_SHIFT & 15) - 1;
        int points = mdscr < 0 ? 0 : (int) (dfr0 >>> ID_AA64DFR0_EL1.WRPs_SHIFT & 15) + 1;
        watchpoints.resolve(indices(file, points, 6), indices(file, points, 7));
    }

    private static int[] indices(RegisterFile file, int count, int op2) {
        int[] indices = new int[count];
        for (int n = 0; n < count; n++) {
            indices[n] = file.index(Encoding.of(2, 0, 0, n, op2));
        }
        return indices;
    }

    private long get(int index) {
        return index < 0 ? 0 : pe.sys[index];
    }

    /**
     * Whether the next operation can be the last before a Software Step exception or a breakpoint, so that operations
     * must be executed one by one. Watchpoints do not need that: it makes them see to the pages that they watch.
     */
    boolean byOperation() {
        if (mdscr < 0) {
            return false;
        }
        long enables = pe.sys[mdscr] & (MDSCR_EL1.SS | MDSCR_EL1.MDE);
        if (enables == 0 && !watchpoints.watching) {
            return false;
        }
        watchpoints.update((enables & MDSCR_EL1.MDE) != 0);
        return enables != 0
                && generatesExceptions()
                && ((enables & MDSCR_EL1.SS) != 0 || (enables & MDSCR_EL1.MDE) != 0 && breakpointsEnabled());
    }

    private boolean breakpointsEnabled() {
        for (int index : controls) {
            if ((get(index) & DBGBCR_EL1.E) != 0) {
                return true;
            }
        }
        return false;
    }

    /** AArch64.GenerateDebugExceptions. */
    boolean generatesExceptions() {
        return generatesExceptions(pe.el, (pe.daif & PeState.D) != 0);
    }

    /** AArch64.GenerateDebugExceptionsFrom, in the current Security state. */
    private boolean generatesExceptions(int from, boolean masked) {
        if ((get(oslar) & LOCKED) != 0 || (get(osdlr) & LOCKED) != 0 || from == 3) {
            return false;
        }
        if (secure() && (control.mdcrEl3() & MDCR_EL3.SDD) != 0) {
            return false;
        }
        int target = routedToEl2() ? 2 : 1;
        return from == target ? (pe.sys[mdscr] & MDSCR_EL1.KDE) != 0 && !masked : target > from;
    }

    /** Whether debug exceptions go to EL2, from below it. */
    private boolean routedToEl2() {
        return system.effectiveTge() || (control.mdcrEl2() & MDCR_EL2.TDE) != 0;
    }

    /** The EL that a debug exception of the current EL goes to. */
    int target() {
        return pe.el == 2 || routedToEl2() ? 2 : 1;
    }

    /** Whether Software Step is active: each operation ends with its exception. */
    private boolean stepping() {
        return (pe.sys[mdscr] & MDSCR_EL1.SS) != 0 && generatesExceptions();
    }

    /** Takes the Software Step exception that is pending (active-pending state; DDI 0487, D2.12). */
    void checkStep() {
        if (!pe.ss && stepping()) {
            int iss = FSC_DEBUG
                    | (pe.stepped != PeState.NOT_STEPPED ? ISV : 0)
                    | (pe.stepped == PeState.STEPPED_EXCLUSIVE ? EX : 0);
            pe.stepped = PeState.NOT_STEPPED;
            exception.of(SynchronousException.SOFTWARE_STEP, iss, target());
            exception.onFetch = true;
            throw exception;
        }
    }

    /** Takes the exception of a breakpoint that matches at pc (DDI 0487, D2.8). */
    void checkBreakpoints() {
        if ((pe.sys[mdscr] & MDSCR_EL1.MDE) == 0 || !generatesExceptions()) {
            return;
        }
        for (int n = 0; n < controls.length; n++) {
            if (breakpointMatches(n)) {
                exception.of(SynchronousException.BREAKPOINT, FSC_DEBUG, target());
                exception.onFetch = true;
                throw exception;
            }
        }
    }

    /** Whether the operation that comes now is one step of an active Software Step. */
    boolean stepsNow() {
        return pe.ss && stepping();
    }

    /** After a stepped operation that took no exception (SSAdvance). */
    void stepped(int word) {
        pe.ss = false;
        DecodedInstruction instruction = DecodedInstruction.of(word);
        boolean loadExclusive = instruction.is(Operation.LOAD) && instruction.is(Operation.EXCLUSIVE);
        pe.stepped = loadExclusive ? PeState.STEPPED_EXCLUSIVE : PeState.STEPPED;
    }

    /** PSTATE.SS after an exception return (DebugExceptionReturnSS), asked for before it changes anything. */
    boolean stepAfterReturn(long spsr, int destination) {
        return (spsr & SPSR_ELx.SS) != 0
                && mdscr >= 0
                && (pe.sys[mdscr] & MDSCR_EL1.SS) != 0
                && !generatesExceptions()
                && generatesExceptions(destination, (spsr & SPSR_ELx.D) != 0);
    }

    /** AArch64.BreakpointMatch. A reserved type, and a link to what is no context-aware breakpoint, match nothing. */
    private boolean breakpointMatches(int n) {
        long value = get(controls[n]);
        int type = (int) (value >>> DBGBCR_EL1.BT_SHIFT) & 15;
        boolean linked = type == BT_LINKED;
        if ((value & DBGBCR_EL1.E) == 0 || type > BT_LINKED && (type & BT_LINKED) != 0) {
            return false;
        }
        return stateMatches(
                        value,
                        (int) (value >>> DBGBCR_EL1.PMC_SHIFT) & 3,
                        linked,
                        (int) (value >>> DBGBCR_EL1.LBN_SHIFT) & 15)
                && (type <= BT_LINKED ? addressMatches(get(values[n])) : contextMatches(n, type));
    }

    private boolean addressMatches(long value) {
        return comparable(pe.pc ^ value) >>> 2 == 0;
    }

    /** The bits of an address that are compared, up to DebugAddrTop, sign-extended: neither tag nor RESS matter. */
    long comparable(long address) {
        return address << 63 - addressTop >> 63 - addressTop;
    }

    /** Whether the context of an enabled, context-aware breakpoint is the current one, whatever its linking bit. */
    private boolean contextMatches(int n, int type) {
        if (n < firstContextAware) {
            return false;
        }
        long value = get(values[n]);
        boolean below = pe.el < 2;
        boolean host = system.isInHost();
        switch (type >>> 1) {
            case BT_CONTEXT:
                return host ? equal(contextidrEl2, value) : below && equal(contextidrEl1, value);
            case BT_CONTEXT_EL1:
                return contextTypes && below && !host && equal(contextidrEl1, value);
            case BT_VMID:
                return vmidMatches(value);
            case BT_VMID_CONTEXT_EL1:
                return vmidMatches(value) && equal(contextidrEl1, value);
            case BT_CONTEXT_EL2:
                return contextTypes && system.el2Enabled() && equal(contextidrEl2, value >>> 32);
            case BT_BOTH_CONTEXTS:
                return contextTypes
                        && system.el2Enabled()
                        && below
                        && !host
                        && equal(contextidrEl1, value)
                        && equal(contextidrEl2, value >>> 32);
            default:
                return false;
        }
    }

    private boolean equal(int index, long value) {
        return (int) get(index) == (int) value;
    }

    private boolean vmidMatches(long value) {
        if (pe.el > 1 || !system.el2Enabled() || system.isInHost()) {
            return false;
        }
        long bits = vmid16 && (get(vtcr) & VTCR_EL2.VS) != 0 ? 0xFFFF : 0xFF;
        return ((get(vttbr) >>> TTBRn_ELx.VMID_SHIFT ^ value >>> 32) & bits) == 0;
    }

    private boolean secure() {
        return system.securityStateAtEl(1) == SecurityState.SECURE;
    }

    /**
     * AArch64.StateMatch for the current EL and Security state, which is never Root. Reserved combinations of SSC, HMC
     * and PxC match nothing.
     *
     * @param value DBGBCR or DBGWCR
     * @param privileges its PMC or PAC
     */
    boolean stateMatches(long value, int privileges, boolean linked, int link) {
        return stateMatches(value, privileges, linked, link, pe.el);
    }

    /** The same for an access made with the privilege of another EL. */
    boolean stateMatches(long value, int privileges, boolean linked, int link, int el) {
        int ssc = (int) (value >>> DBGBCR_EL1.SSC_SHIFT) & 3;
        boolean hmc = (value & DBGBCR_EL1.HMC) != 0;
        if (reserved(hmc, ssc, privileges)) {
            return false;
        }
        boolean privilege =
                switch (el) {
                    case 0 -> (privileges & 2) != 0;
                    case 1 -> (privileges & 1) != 0;
                    default -> hmc && !(ssc == 2 && privileges == 0) || ssc == 3;
                };
        boolean state =
                switch (ssc) {
                    case 0 -> true;
                    case 1 -> !secure();
                    case 2 -> secure();
                    default -> hmc || secure();
                };
        return privilege && state && (!linked || linkMatches(link));
    }

    private boolean linkMatches(int n) {
        if (n < firstContextAware || n >= controls.length) {
            return false;
        }
        long value = get(controls[n]);
        int type = (int) (value >>> DBGBCR_EL1.BT_SHIFT) & 15;
        return (value & DBGBCR_EL1.E) != 0 && (type & BT_LINKED) != 0 && type > BT_LINKED && contextMatches(n, type);
    }

    /**
     * CheckValidStateMatch: combinations that no version of the architecture has, or not this composition (DDI 0487,
     * D2.8.7.2). The point behaves as disabled.
     */
    private boolean reserved(boolean hmc, int ssc, int privileges) {
        boolean el2 = system.haveEl(2);
        boolean el3 = system.haveEl(3);
        int combination = (hmc ? 16 : 0) | ssc << 2 | privileges;
        boolean noEl2Alone = !secureEl2 && (combination == 0b01100 || combination == 0b10100);
        boolean noEl2Both = !secureEl2 && ssc == 3 && (privileges & 1) != 0;
        return noEl2Alone
                || noEl2Both
                || unallocated(hmc, ssc, privileges)
                || !el3 && !el2 && (hmc || ssc != 0)
                || !el3 && (ssc == 1 || ssc == 2) && combination != 0b10100
                || !el3 && combination == 0b11000
                || !el2 && combination == 0b11100;
    }

    private static boolean unallocated(boolean hmc, int ssc, int privileges) {
        if (hmc) {
            return privileges == 2 || ssc == 0 && privileges == 0;
        }
        return ssc == 3 ? privileges == 2 : privileges == 0;
    }
}
