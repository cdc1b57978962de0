// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spe.pbt;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.profiling.PacketEncoder;
import dev.spelunk.api.profiling.Packets;
import dev.spelunk.api.profiling.SampleCollector;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;

/**
 * Follows the operations before a sampled one, and shows the target of the last of them that was a taken branch.
 * A branch before the window is not known, and one before a gap (profiling was off there) is not shown. A hypervisor that
 * is not executed leaves such a gap too: the last branch is then its return to the guest, where profiling is prohibited.
 */
final class LastBranch implements SampleCollector, PacketEncoder {
    private static final int INDEX = 4;

    /** Index of the value that is 1 when there is a branch, of the packet's payload, and of the count of operations. */
    private final int known;

    private final int target;
    private final int executed;
    /** Index of what {@code SpuState.hiddenReturns} was. */
    private final int returns;

    private final int window;

    LastBranch(int known, int target, int executed, int returns, int window) {
        this.known = known;
        this.target = target;
        this.executed = executed;
        this.returns = returns;
        this.window = window;
    }

    @Override
    public int window() {
        return window;
    }

    @Override
    public void observe(PeContext context, Operation operation) {
        long[] values = context.pe.spu.values;
        if (!follows(context)) {
            values[known] = 0;
        }
        values[executed] = context.pe.executed;
        values[returns] = context.pe.spu.hiddenReturns;
        if (operation.is(Operation.TAKEN)) {
            values[known] = 1;
            values[target] = Packets.instruction(operation.target, operation.targetEl, operation.ns);
        }
    }

    @Override
    public void collect(PeContext context, Operation sample) {
        long[] values = context.pe.spu.values;
        sample.values[known] = follows(context) ? values[known] : 0;
        sample.values[target] = values[target];
    }

    /** Whether the operation follows the one that was observed last, with nothing in between. */
    private boolean follows(PeContext context) {
        long[] values = context.pe.spu.values;
        return context.pe.executed == values[executed] + 1 && context.pe.spu.hiddenReturns == values[returns];
    }

    @Override
    public int encode(Operation operation, ProfilingExtension extension, byte[] out, int at) {
        return operation.values[known] == 0 ? at : Packets.address(out, at, INDEX, operation.values[target]);
    }
}
