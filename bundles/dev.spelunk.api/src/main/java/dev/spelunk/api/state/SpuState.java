// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.state;

/** The state of one Statistical Profiling Unit that is not in a system register (DDI 0487, D17.3). */
public final class SpuState {
    /** Value of {@link PeState#executed} up to which PMSICR_EL1 has been counted. */
    public long countedUpTo;
    /** Whether profiling was enabled at the PE's Exception level when last evaluated. */
    public boolean enabled;
    /** Whether a sample is in flight in {@link #sample}. */
    public boolean inFlight;
    /** Virtual time in cycles at which the sample in flight completes. */
    public long completion;
    /** Exception level that owned the profiling buffer when the sample in flight was taken. */
    public int sampleOwner;
    /** The sampled operation in flight. */
    public final Operation sample = new Operation();
    /** What happened since the last record: a collision, a loss, a loss in the middle of a record. */
    public boolean collided;

    public boolean lost;
    public boolean torn;
    /**
     * How often a hypervisor that is not executed has returned to its guest: an exception return where profiling is
     * prohibited, which no operation shows.
     */
    public long hiddenReturns;

    /** Number of {@link #values}. */
    public static final int VALUES = 16;
    /** What profiling features remember between samples, at the indices that the composed rules gave them. */
    public final long[] values = new long[VALUES];
    /** What the SPU itself counts, for reports and PMU events, by index of {@link #COUNTERS}. */
    public final long[] counters = new long[COUNTERS.length];

    /** What keeps operations from being profiled: {@link #notProfiled} says how many, in this order. */
    public static final String[] NOT_PROFILED = {
        "were executed where profiling is disabled for the Exception level (PMSCR_EL1, PMSCR_EL2)",
        "were executed while the profiling buffer was disabled (PMBLIMITR_EL1.E is 0, or another owner has it)",
        "were executed while a recorded buffer management event had stopped profiling (PMBSR_EL1.S is 1)"
    };

    /** Indices of {@link #NOT_PROFILED}. */
    public static final int DISABLED_AT_EL = 0;

    public static final int BUFFER_DISABLED = 1;
    public static final int STOPPED = 2;
    /** Operations that were executed while profiling was not enabled, by what was in its way. */
    public final long[] notProfiled = new long[NOT_PROFILED.length];
    /** What is in its way now, see {@link #NOT_PROFILED}; without meaning while {@link #enabled}. */
    public int disabledBy = BUFFER_DISABLED;

    /** Names of {@link #counters}: those of PMU events as in DDI 0487, D14.3. */
    public static final String[] COUNTERS = {
        "SAMPLE_POP",
        "SAMPLE_FEED",
        "SAMPLE_FILTRATE",
        "SAMPLE_COLLISION",
        "RECORDS_WRITTEN",
        "RECORDS_LOST",
        "BUFFER_FULL",
        "STAGE1_FAULT",
        "STAGE2_FAULT",
        "EXTERNAL_ABORT",
        "ACCESS_NOT_ALLOWED"
    };

    public static final int SAMPLE_POP = 0;
    public static final int SAMPLE_FEED = 1;
    public static final int SAMPLE_FILTRATE = 2;
    public static final int SAMPLE_COLLISION = 3;
    public static final int RECORDS_WRITTEN = 4;
    public static final int RECORDS_LOST = 5;
    public static final int BUFFER_FULL = 6;
    public static final int STAGE1_FAULT = 7;
    public static final int STAGE2_FAULT = 8;
    public static final int EXTERNAL_ABORT = 9;
    public static final int ACCESS_NOT_ALLOWED = 10;
}
