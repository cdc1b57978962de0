// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.gic;

import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.platform.InterruptDistributor;
import dev.spelunk.api.state.StateBlock;
import dev.spelunk.api.wiring.PeContext;
import org.osgi.service.component.annotations.Component;

/** Publishes the GICv3 model. */
@Component(property = {Parts.PART + "=" + Parts.INTERRUPTS, Parts.NAME + "=gicv3"})
public final class GicComponent implements InterruptController {
    @Override
    public int stateWords(int peCount) {
        return InterruptState.words(peCount);
    }

    @Override
    public InterruptDistributor create(StateBlock state, long[] affinities, InterruptDistributor.Output output) {
        return new Gicv3(state, affinities, output);
    }

    @Override
    public void update(PeContext context) {
        CpuInterface.update(context);
    }
}
