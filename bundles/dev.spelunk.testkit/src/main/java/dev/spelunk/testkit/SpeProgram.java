// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.testkit;

import dev.spelunk.api.registers.SystemRegister;

/** What a driver of SPE writes to profile: interval, filters, buffer, and then the enables (DDI 0487, D17). */
public final class SpeProgram {
    /** PMSCR_EL1.E0SPE. */
    public static final long E0SPE = 1;
    /** PMSCR_EL1.E1SPE. */
    public static final long E1SPE = 2;
    /** PMBLIMITR_EL1.E. */
    public static final long E = 1;

    private static final long RND = 1;
    private static final int INTERVAL_SHIFT = 8;

    /** Executes an MSR. */
    @FunctionalInterface
    public interface Msr {
        void write(int encoding, long value);
    }

    private int interval = 1;
    private boolean randomized;
    private Long filter;
    private long control = E1SPE;
    private long pointer;
    private long limit;

    /** PMSIRR_EL1.INTERVAL: the sampling interval in units of 256 operations. */
    public SpeProgram interval(int units) {
        interval = units;
        return this;
    }

    /** PMSIRR_EL1.RND. */
    public SpeProgram randomized(boolean rnd) {
        randomized = rnd;
        return this;
    }

    /** PMSFCR_EL1; it is left as it is unless the test says otherwise. */
    public SpeProgram filter(long value) {
        filter = value;
        return this;
    }

    /** PMSCR_EL1, {@link #E1SPE} unless the test says otherwise. */
    public SpeProgram control(long value) {
        control = value;
        return this;
    }

    /** The profiling buffer from pointer up to limit, a multiple of the smallest granule. */
    public SpeProgram buffer(long bufferPointer, long bufferLimit) {
        pointer = bufferPointer;
        limit = bufferLimit;
        return this;
    }

    /** Programs the buffer alone and enables it. */
    public void enableBuffer(Msr msr) {
        msr.write(SystemRegister.PMBPTR_EL1, pointer);
        msr.write(SystemRegister.PMBSR_EL1, 0);
        msr.write(SystemRegister.PMBLIMITR_EL1, limit | E);
    }

    /** Programs and enables everything, profiling last. */
    public void enable(Msr msr) {
        msr.write(SystemRegister.PMSIRR_EL1, (long) interval << INTERVAL_SHIFT | (randomized ? RND : 0));
        msr.write(SystemRegister.PMSICR_EL1, 0);
        if (filter != null) {
            msr.write(SystemRegister.PMSFCR_EL1, filter);
        }
        enableBuffer(msr);
        msr.write(SystemRegister.PMSCR_EL1, control);
    }
}
