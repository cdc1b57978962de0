// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.api.records.RecordOptions;
import dev.spelunk.api.trace.TraceSink;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * How to run a guest.
 *
 * @param guest an ELF file or an image with the Linux arm64 boot header, which may be compressed with gzip
 * @param initrd the initial RAM disk of a Linux image; null for none
 * @param hypervisor {@code kvm} or {@code none}
 * @param el Exception level at which the guest is entered, 1 or 2; 2 only with none
 * @param bootArguments for {@code /chosen/bootargs}; may be empty
 * @param memory size of the guest's memory in bytes
 * @param cpus number of PEs, from 1
 * @param maxInstructions operations after which the run ends; Long.MAX_VALUE for no limit
 * @param seed of every random choice
 * @param console the terminal's output
 * @param input the terminal's input; null for none
 * @param paced whether an idle machine waits as long as its idle time lasts, for a person at the terminal; what the
 *     guest computes does not depend on it
 * @param peripherals what is connected to the machine beside the terminal
 * @param vm how the VM is run; without meaning for hypervisor {@code none}
 * @param trace gets the timeline of the run; null for none
 * @param snapshots what is saved and restored
 * @param records what becomes of the sample records
 * @param loadAddress guest physical address to which a position-independent ELF or an image without a header is
 *     loaded, a multiple of 4 KiB; -1 where the file says
 */
public record RunOptions(
        Path guest,
        Path initrd,
        String hypervisor,
        int el,
        String bootArguments,
        long memory,
        int cpus,
        long maxInstructions,
        long seed,
        OutputStream console,
        InputStream input,
        boolean paced,
        Peripherals peripherals,
        VmOptions vm,
        TraceSink trace,
        Snapshots snapshots,
        RecordOptions records,
        long loadAddress) {

    /** Nothing beside the terminal. */
    public RunOptions(
            Path guest,
            Path initrd,
            String hypervisor,
            int el,
            String bootArguments,
            long memory,
            int cpus,
            long maxInstructions,
            long seed,
            OutputStream console,
            InputStream input,
            boolean paced) {
        this(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                Peripherals.NONE,
                VmOptions.DEFAULT,
                null,
                Snapshots.NONE,
                RecordOptions.TEMPORARY,
                -1);
    }

    /** One PE and no initial RAM disk. */
    public RunOptions(
            Path guest,
            String hypervisor,
            int el,
            String bootArguments,
            long memory,
            long maxInstructions,
            long seed,
            OutputStream console,
            InputStream input) {
        this(guest, null, hypervisor, el, bootArguments, memory, 1, maxInstructions, seed, console, input, false);
    }

    /** The same with other options of the VM. */
    public RunOptions withVm(VmOptions options) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                peripherals,
                options,
                trace,
                snapshots,
                records,
                loadAddress);
    }

    /** The same with a timeline. */
    public RunOptions withTrace(TraceSink sink) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                peripherals,
                vm,
                sink,
                snapshots,
                records,
                loadAddress);
    }

    /** The same with that number of PEs of the guest. */
    public RunOptions withCpus(int number) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                number,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                peripherals,
                vm,
                trace,
                snapshots,
                records,
                loadAddress);
    }

    /** The same with other peripherals. */
    public RunOptions withPeripherals(Peripherals others) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                others,
                vm,
                trace,
                snapshots,
                records,
                loadAddress);
    }

    /** The same with snapshots. */
    public RunOptions withSnapshots(Snapshots files) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                peripherals,
                vm,
                trace,
                files,
                records,
                loadAddress);
    }

    /** The same with other places for the sample records. */
    public RunOptions withRecords(RecordOptions others) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                peripherals,
                vm,
                trace,
                snapshots,
                others,
                loadAddress);
    }

    /** The same with a guest that is loaded to that address, see {@link #loadAddress()}. */
    public RunOptions withLoadAddress(long address) {
        return new RunOptions(
                guest,
                initrd,
                hypervisor,
                el,
                bootArguments,
                memory,
                cpus,
                maxInstructions,
                seed,
                console,
                input,
                paced,
                peripherals,
                vm,
                trace,
                snapshots,
                records,
                address);
    }
}
