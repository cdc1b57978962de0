// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.platform;

import dev.spelunk.api.state.BusTarget;
import org.osgi.annotation.versioning.ProviderType;

/** One GICv3 distributor with a redistributor for each PE (IHI 0069), Group 1 Non-secure interrupts. */
@ProviderType
public interface InterruptDistributor {
    /** INTID that means none. */
    int SPURIOUS = 1023;

    /** Hears of changes. */
    @FunctionalInterface
    interface Output {
        void changed(int pe);
    }

    /** GICD registers: 64 KiB. */
    BusTarget distributor();

    /** GICR registers: 128 KiB for each PE. */
    BusTarget redistributors();

    /** Sets the input line of a PPI (16..31, of that PE) or an SPI (32 and more, pe is ignored). */
    void setLine(int pe, int intid, boolean level);

    /** INTID of the pending, enabled interrupt with the highest priority for that PE that is not active, or {@link #SPURIOUS}. */
    int highestPending(int pe);

    /** Fills intids with pending or active interrupts of that PE, enabled, highest priority first; returns how many. */
    int pending(int pe, int[] intids);

    int priority(int pe, int intid);

    boolean isPending(int pe, int intid);

    boolean isActive(int pe, int intid);

    boolean isLevel(int pe, int intid);

    boolean isEnabled(int pe, int intid);

    /** Line level of the input, for level-sensitive interrupts. */
    boolean line(int pe, int intid);

    /** Pending becomes active: edges and SGIs lose pending, levels keep it while the line is high. */
    void acknowledge(int pe, int intid);

    /** Sets or clears the active state. */
    void setActive(int pe, int intid, boolean active);

    /** Sets or clears the latched pending state, as ISPENDR and ICPENDR do. */
    void setPending(int pe, int intid, boolean pending);

    /** An SGI as a write to ICC_SGI1R_EL1 by that PE generates. */
    void softwareGenerated(int fromPe, long icc);
}
