// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.timing.fixed;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.registers.fields.PMSEVFR_EL1;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;

/** Gives operations their fixed cycles. The only event it knows is a misaligned access that takes longer. */
final class FixedOperationTimer implements OperationTimer {
    /** Events packet bit 11 (DDI 0487, D18.2.6). */
    private final PeContext context;

    private final int issue;
    private final int other;
    private final int branch;
    private final int load;
    private final int store;
    private final int atomic;
    private final int translation;
    private final int misaligned;

    FixedOperationTimer(PeContext context, FixedTimingModel.Config config) {
        this.context = context;
        issue = config.issue();
        other = config.other();
        branch = config.branch();
        load = config.load();
        store = config.store();
        atomic = config.atomic();
        translation = config.translation();
        misaligned = config.misaligned();
    }

    @Override
    public int warmingWindow() {
        return 0;
    }

    @Override
    public void warm(Operation operation) {
        // No state that past operations could have changed.
    }

    @Override
    public void time(Operation operation) {
        operation.issueLatency = issue;
        operation.totalLatency = issue + execution(operation);
        // An access that ended in an exception did not happen: no translation latency (DDI 0487, D17.6.4).
        if (operation.is(Operation.HAS_VA) && !operation.is(Operation.EXCEPTION)) {
            operation.flags |= Operation.HAS_TRANSLATION_LATENCY;
            operation.translationLatency = translation;
            operation.totalLatency += translation;
            if (misaligned > 0 && operation.is(Operation.MISALIGNED)) {
                operation.totalLatency += misaligned;
                ProfilingExtension extension = context.architecture.profiling();
                operation.events |= extension == null ? 0 : PMSEVFR_EL1.MISALIGNED & extension.events();
            }
        }
    }

    private int execution(Operation operation) {
        switch (operation.operationClass) {
            case Operation.BRANCH:
                return branch;
            case Operation.LOAD_STORE:
                if (operation.is(Operation.ATOMIC)) {
                    return atomic;
                }
                return operation.is(Operation.LOAD) ? load : store;
            default:
                return other;
        }
    }

    @Override
    public void invalidate() {
        // Nothing is derived.
    }
}
