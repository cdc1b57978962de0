// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.pmsver.v1p0;

import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.state.SpuState;

/** SAMPLE_POP: operations that might have been sampled (DDI 0487, D14.3). While profiling is enabled, each is one. */
final class SamplePopulation implements PmuEvent {
    @Override
    public int number() {
        return 0x4000;
    }

    @Override
    public String name() {
        return "SAMPLE_POP";
    }

    @Override
    public long happened(PeState pe) {
        return pe.spu.counters[SpuState.SAMPLE_POP];
    }

    @Override
    public long operationsUntil(PeState pe, long times) {
        return pe.spu.enabled ? times : Long.MAX_VALUE;
    }
}
