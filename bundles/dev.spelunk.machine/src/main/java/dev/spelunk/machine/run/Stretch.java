// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.machine.ExecutionObserver;
import dev.spelunk.api.pe.Core;
import dev.spelunk.api.spu.Sampler;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;

/**
 * Executes a stretch of a PE's operations, as many as possible at full speed: in observed form only those that are
 * sampled, those of a window before them that the timing model or the SPU wants to see, and those that somebody is
 * told of.
 */
final class Stretch {
    /** The stretch was of no operation: the sample in flight has completed. */
    static final int NOTHING = -1;

    /** The machine is to stop before the next operation. */
    static final int STOPPED = -2;

    private final Operation operation = new Operation();
    private ExecutionObserver observer;
    private Checks checks;

    /** Sets who is told of executed operations, or null. */
    void observe(ExecutionObserver told) {
        observer = told;
    }

    /** Sets who says where to stop, or null. */
    void check(Checks stops) {
        checks = stops;
    }

    /**
     * Executes.
     *
     * @param most most operations
     * @return why the PE stopped, see {@link Core}, or {@link #NOTHING} or {@link #STOPPED}
     */
    int run(PeContext context, long most) {
        Sampler sampler = context.sampler;
        boolean told = observer != null && observer.observes(context);
        long checked = checks == null ? 0 : checks.closely(context);
        long count = checked == 0 ? most : Math.min(most, checked);
        boolean closely = told || checked != 0;
        if (sampler == null) {
            return closely ? observed(context, Long.MAX_VALUE, count, told) : context.core.run(count);
        }
        long completion = sampler.cyclesToCompletion();
        if (completion <= 0) {
            sampler.completeIfDue();
            return NOTHING;
        }
        long grant = sampler.grant();
        int warming = context.latencyModel.warmingWindow();
        int window = Math.max(warming, sampler.window());
        if (grant > 0 && (closely || warming == OperationTimer.EVERY_OPERATION)) {
            return observed(context, grant, Math.min(count, Math.min(grant, completion)), told);
        }
        if (grant > window) {
            int reason = context.core.run(Math.min(count, Math.min(grant - window, completion)));
            sampler.synchronize();
            return reason;
        }
        if (grant > 0) {
            return observed(context, grant, Math.min(count, Math.min(grant, completion)), told);
        }
        if (checks != null && checks.before(context)) {
            return STOPPED;
        }
        int reason = context.core.runObserved(operation);
        if (context.core.observed()) {
            context.latencyModel.time(operation);
            sampler.sample(operation);
            executed(context, told);
        }
        return reason;
    }

    /**
     * At most count operations that are not sampled, each shown to the timing model and the SPU where it lies in
     * their windows.
     *
     * @param grant operations up to the next one that may be sampled
     * @param told whether the observer is told of each
     */
    private int observed(PeContext context, long grant, long count, boolean told) {
        int warming = context.latencyModel.warmingWindow();
        int window = context.sampler == null ? 0 : context.sampler.window();
        long start = context.pe.executed;
        int reason = Core.CONTINUE;
        for (long i = 0; i < count && reason == Core.CONTINUE && context.pe.changed == 0; i++) {
            if (checks != null && (i != 0 && checks.due() || checks.before(context))) {
                reason = STOPPED;
                break;
            }
            long left = grant - (context.pe.executed - start);
            reason = context.core.runObserved(operation);
            if (context.core.observed()) {
                if (warming == OperationTimer.EVERY_OPERATION || left <= warming) {
                    context.latencyModel.warm(operation);
                }
                if (left <= window) {
                    context.sampler.observe(operation);
                }
                executed(context, told);
            }
        }
        if (context.sampler != null) {
            context.sampler.synchronize();
        }
        return reason;
    }

    private void executed(PeContext context, boolean told) {
        if (told) {
            observer.executed(context, operation);
        }
        if (checks != null) {
            checks.after(context, operation);
        }
    }
}
