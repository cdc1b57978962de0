// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.parts;

import java.util.List;

/** Names of the service properties by which parts are chosen, and the kinds of parts. */
public final class Parts {
    /** Service property: the kind of the part, one of the constants here. */
    public static final String PART = "spelunk.part";
    /** Service property: the name of the implementation, {@code fixed} of a timing model. */
    public static final String NAME = "spelunk.name";

    public static final String REGISTERS = "registers";
    public static final String MMU = "mmu";
    public static final String PE = "pe";
    public static final String SPU = "spu";
    public static final String FEATURES = "features";
    public static final String TIMING = "timing";
    public static final String TRAPS = "traps";
    public static final String POLICY = "policy";
    public static final String HYPERVISOR = "hypervisor";
    public static final String INTERRUPTS = "interrupts";
    public static final String DEVICE = "device";
    public static final String FIRMWARE = "firmware";
    /** PMU events. */
    public static final String EVENTS = "events";

    /** Kinds that {@code SwapService} replaces one by one. */
    public static final List<String> SWAPPABLE =
            List.of(REGISTERS, MMU, PE, SPU, FEATURES, TIMING, TRAPS, POLICY, HYPERVISOR);

    private Parts() {}
}
