// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.hypervisor.BufferPinningPolicy;
import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.parts.FirmwareCalls;
import dev.spelunk.api.parts.Hypervisor;
import dev.spelunk.api.parts.InterruptController;
import dev.spelunk.api.parts.Mmu;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.PlatformDevice;
import dev.spelunk.api.parts.PmuEvents;
import dev.spelunk.api.parts.ProcessingElement;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.parts.SamplingUnit;
import dev.spelunk.api.parts.TimingModel;
import dev.spelunk.api.profiling.ProfilingFeatures;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The kinds of services that a machine is made of, in the order in which a swap puts them in place. */
public enum Kind {
    REGISTER_MODEL(Parts.REGISTERS, RegisterModel.class, false),
    REGISTER_BANK(Parts.REGISTERS, RegisterBank.class, true),
    MMU(Parts.MMU, Mmu.class, false),
    TIMING(Parts.TIMING, TimingModel.class, false),
    INTERRUPTS(Parts.INTERRUPTS, InterruptController.class, false),
    FEATURES(Parts.FEATURES, ProfilingFeatures.class, true),
    PMU_EVENTS(Parts.EVENTS, PmuEvents.class, true),
    SPU(Parts.SPU, SamplingUnit.class, false),
    PE(Parts.PE, ProcessingElement.class, false),
    FIRMWARE(Parts.FIRMWARE, FirmwareCalls.class, false),
    DEVICE(Parts.DEVICE, PlatformDevice.class, true),
    TRAPS(Parts.TRAPS, TrapHandler.class, true),
    POLICY(Parts.POLICY, BufferPinningPolicy.class, false),
    HYPERVISOR(Parts.HYPERVISOR, Hypervisor.class, false);

    /** What people call it: a constant of {@link Parts}. */
    public final String part;

    public final Class<?> type;
    /** Whether a machine may have several, or none. */
    public final boolean several;

    Kind(String part, Class<?> type, boolean several) {
        this.part = part;
        this.type = type;
        this.several = several;
    }

    /** The kinds that people call so. */
    public static List<Kind> of(String part) {
        return Arrays.stream(values()).filter(k -> k.part.equals(part)).collect(Collectors.toList());
    }
}
