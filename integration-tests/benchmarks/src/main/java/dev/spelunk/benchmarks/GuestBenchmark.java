// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.benchmarks;

import dev.spelunk.api.machine.Machine;
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
 * Speed of the composed machine in a long run of the bundled guest. An operation is a guest instruction, so
 * operations in a microsecond are guest MIPS, and the gc profiler's bytes per operation are bytes allocated
 * for an executed instruction. The machine runs on a thread of its own without pause; an invocation waits
 * until it is so many instructions further.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 5, time = 5)
public class GuestBenchmark {
    private static final int INSTRUCTIONS = 50_000_000;

    /** Interval of profiling, or off. */
    @Param({"4096", "off"})
    public String profiling;

    @Param("kvm")
    public String hypervisor;

    private BundledGuest guest;
    private Machine machine;
    private Thread thread;
    private long target;

    /** Starts the guest, with more work than any measurement lasts. */
    @Setup
    public void start() {
        guest = new BundledGuest();
        String spe = profiling.equals("off") ? "spe=off" : "spe.interval=" + profiling;
        machine = guest.machine(hypervisor, "scale=1000000 switch=20 " + spe);
        thread = new Thread(machine::run, "machine");
        thread.start();
    }

    /** Ends the guest. */
    @TearDown
    public void end() throws InterruptedException {
        machine.interrupt();
        thread.join();
        machine.close();
        guest.close();
    }

    /** A stretch of the run. */
    @Benchmark
    @OperationsPerInvocation(INSTRUCTIONS)
    public void instructions() throws InterruptedException {
        if (target == 0) {
            target = machine.instructions();
        }
        target += INSTRUCTIONS;
        while (machine.instructions() < target) {
            if (!thread.isAlive()) {
                throw new IllegalStateException("the guest has ended");
            }
            Thread.sleep(1);
        }
    }
}
