// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.hypervisor.VirtualMachine;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.ProgressState;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.machine.board.BoardWiring;

/** Serves why a PE stopped: exits to the hypervisor, calls to firmware and host, a guest that cannot go on. */
final class Stops {
    private static final long NOT_SUPPORTED = -1;
    /** Exits to the hypervisor without an operation between them that no guest comes back from. */
    private static final int FRUITLESS_EXITS = 1000;

    private final BoardWiring board;
    private final Semihosting semihosting;
    private final int startEl;
    private final RunEnd end;
    private final FirmwareCalls.Pes pes = new Pes();

    /** @param startEl Exception level at which firmware starts a PE */
    Stops(BoardWiring board, Semihosting semihosting, int startEl, RunEnd end) {
        this.board = board;
        this.semihosting = semihosting;
        this.startEl = startEl;
        this.end = end;
    }

    /** @param reason see {@link Core}; {@link Core#EXCEPTION_TO_EL2} with a VM, whose changes are settled */
    void serve(PeContext context, int reason) {
        switch (reason) {
            case Core.EXCEPTION_TO_EL2:
                exit(context, board.vm);
                break;
            case Core.SEMIHOSTING:
                int code = semihosting.call(context);
                if (code >= 0) {
                    end.exited(code);
                }
                break;
            case Core.FIRMWARE_CALL:
                firmware(context);
                break;
            default:
                end.failed("the guest cannot go on: its exception vector at EL" + context.pe.el
                        + " leads to nothing but the next exception" + FailureHint.of(context));
                break;
        }
    }

    private void exit(PeContext context, VirtualMachine vm) {
        switch (vm.exit(context)) {
            case SYSTEM_OFF:
                end.poweredOff();
                break;
            case SYSTEM_RESET:
                end.reset();
                break;
            case FAILED:
                end.failed(vm.failure());
                break;
            default:
                break;
        }
        watchProgress(context);
    }

    /** A vector that the hypervisor cannot let the guest fetch is entered again and again. */
    private void watchProgress(PeContext context) {
        PeState pe = context.pe;
        ProgressState progress = pe.progress;
        if (pe.executed != progress.executedAtExit) {
            progress.executedAtExit = pe.executed;
            progress.fruitlessExits = 0;
        } else if (++progress.fruitlessExits == FRUITLESS_EXITS && end.ending() == null) {
            end.failed(
                    "the guest cannot go on: it exits to the hypervisor again and again without executing an instruction"
                            + FailureHint.of(context));
        }
    }

    private void firmware(PeContext context) {
        PeState pe = context.pe;
        if (board.firmware == null) {
            pe.x[0] = NOT_SUPPORTED;
            return;
        }
        FirmwareCalls.Request request = board.firmware.call(pe.x, pes);
        switch (request.action()) {
            case STANDBY:
                pe.waiting = true;
                pe.waitingForEvent = false;
                break;
            case CPU_OFF:
                pe.powered = false;
                pe.changed |= PeState.CHANGED_POWER;
                break;
            case CPU_ON:
                PeContext other = board.pes[request.pe()];
                other.reset(startEl);
                other.powerOn(request.entry(), request.argument(), pe.cycles());
                break;
            case SYSTEM_OFF:
                end.poweredOff();
                break;
            case SYSTEM_RESET:
                end.reset();
                break;
            default:
                break;
        }
    }

    /** The PEs as firmware calls name them. */
    private final class Pes implements FirmwareCalls.Pes {
        @Override
        public int count() {
            return board.pes.length;
        }

        @Override
        public long affinity(int pe) {
            return board.pes[pe].register(SystemRegister.MPIDR_EL1);
        }

        @Override
        public boolean powered(int pe) {
            return board.pes[pe].pe.powered;
        }
    }
}
