// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system.broken;

import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.pmu.PmuEvent;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.timing.OperationTimer;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A timing model that does not do what a part has to, in a bundle that a test makes: at one place, in one way. */
public final class MisbehavingTiming implements TimingModel, OperationTimer, BundleActivator {
    private static int created;

    private String place = "";
    private String what = "";

    void activate(Map<String, Object> properties) {
        place = properties.get("place").toString();
        what = properties.get("what").toString();
        misbehave("activate");
    }

    private void misbehave(String here) {
        if (!here.equals(place)) {
            return;
        }
        switch (what) {
            case "throws" -> throw new IllegalStateException("it is broken");
            case "asserts" -> throw new AssertionError("it is broken");
            default -> hang();
        }
    }

    private static void hang() {
        while (true) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                // Such a part heeds nobody.
                continue;
            }
        }
    }

    @Override
    public void start(BundleContext context) {
        hang();
    }

    @Override
    public void stop(BundleContext context) {
        // It has never started.
    }

    @Override
    public List<PmuEvent> events() {
        misbehave("events");
        return List.of();
    }

    @Override
    public OperationTimer create(PeContext context) {
        misbehave("create");
        created++;
        if (created == 2) {
            misbehave("second create");
        }
        return this;
    }

    @Override
    public int warmingWindow() {
        return 0;
    }

    @Override
    public void warm(Operation operation) {
        // It asks for none.
    }

    @Override
    public void time(Operation operation) {
        misbehave("time");
    }

    @Override
    public List<String> report() {
        misbehave("report");
        return List.of();
    }

    @Override
    public void invalidate() {
        // Nothing is derived.
    }
}
