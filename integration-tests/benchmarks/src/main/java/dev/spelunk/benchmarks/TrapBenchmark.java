// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Composition;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of the KVM model: a guest that does nothing but enable and disable a profiling buffer of one page. An
 * operation is one trap and return, each second one with the walk of the buffer and its pins.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class TrapBenchmark {
    private static final int ROUND_TRIPS = 100_000;
    private static final long MEMORY = 64L << 20;

    /** Pinning policy. */
    @Param({"on-enable", "cached"})
    public String policy;

    private Composition composition;
    private Machine machine;
    private Thread thread;
    private long target;

    /** Starts the guest, which has no end. */
    @Setup
    public void start() {
        composition = new Composition("default", null);
        machine = composition.machine(
                composition.variant().withPart(Parts.POLICY, policy),
                RunOptions.of(ToggleGuest.write()).withMemory(MEMORY));
        thread = new Thread(machine::run, "machine");
        thread.start();
    }

    /** Ends the guest. */
    @TearDown
    public void end() throws InterruptedException {
        machine.interrupt();
        thread.join();
        machine.close();
        composition.close();
    }

    /** A stretch of the run. */
    @Benchmark
    @OperationsPerInvocation(ROUND_TRIPS)
    public void roundTrips() throws InterruptedException {
        if (target == 0) {
            target = machine.instructions();
        }
        target += (long) ROUND_TRIPS / ToggleGuest.ROUND_TRIPS * ToggleGuest.LOOP;
        while (machine.instructions() < target) {
            if (!thread.isAlive()) {
                throw new IllegalStateException("the guest has ended");
            }
            Thread.sleep(1);
        }
    }
}
