// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.hypervisor;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a person wants a VM to be run: what the user space of the VM sets, and what the host does beside it.
 *
 * @param check whether every invariant is checked at each entry and exit; without a VM, whether a hypervisor at EL2 is
 *     watched
 * @param checkStops whether the first finding about a hypervisor at EL2 ends the run; a broken invariant of a VM always does
 * @param profiling the device attributes of the vCPUs' SPE
 * @param physicalPes PEs that the vCPUs share; 0 for one of its own for each vCPU
 * @param timeSlice virtual cycles that a vCPU or the host task gets where several share a PE
 * @param pesWithoutSpe indices of the PEs that have no SPE
 * @param moves vCPUs that the host's scheduler moves to another PE
 * @param hostTask whether a task of the host, which profiles itself, takes turns with the vCPUs of PE 0
 * @param physicalAddresses whether the guest may have physical address packets
 */
public record VmOptions(
        boolean check,
        boolean checkStops,
        ProfilingAttributes profiling,
        int physicalPes,
        long timeSlice,
        SortedSet<Integer> pesWithoutSpe,
        List<Move> moves,
        boolean hostTask,
        boolean physicalAddresses) {
    /** What {@code spelunk run} does without options. */
    public static final VmOptions DEFAULT = new VmOptions(
            false, false, ProfilingAttributes.DEFAULT, 0, 1_000_000, new TreeSet<>(), List.of(), false, false);

    /** A vCPU that goes to another PE when so many operations have been executed. */
    public record Move(long instructions, int vcpu, int pe) {}

    /** Whether a scheduler is between so many vCPUs and the PEs: they share them, move, or may not run on each. */
    public boolean sharesPes(int vcpus) {
        return physicalPes != 0 && physicalPes != vcpus || hostTask || !moves.isEmpty() || !pesWithoutSpe.isEmpty();
    }

    public VmOptions withCheck(boolean value) {
        return withCheck(value, checkStops);
    }

    public VmOptions withCheck(boolean value, boolean stops) {
        return new VmOptions(
                value, stops, profiling, physicalPes, timeSlice, pesWithoutSpe, moves, hostTask, physicalAddresses);
    }

    public VmOptions withProfiling(ProfilingAttributes value) {
        return new VmOptions(
                check, checkStops, value, physicalPes, timeSlice, pesWithoutSpe, moves, hostTask, physicalAddresses);
    }

    public VmOptions withPhysicalPes(int value) {
        return new VmOptions(
                check, checkStops, profiling, value, timeSlice, pesWithoutSpe, moves, hostTask, physicalAddresses);
    }

    public VmOptions withTimeSlice(long value) {
        return new VmOptions(
                check, checkStops, profiling, physicalPes, value, pesWithoutSpe, moves, hostTask, physicalAddresses);
    }

    public VmOptions withPesWithoutSpe(SortedSet<Integer> value) {
        return new VmOptions(
                check, checkStops, profiling, physicalPes, timeSlice, value, moves, hostTask, physicalAddresses);
    }

    public VmOptions withMoves(List<Move> value) {
        return new VmOptions(
                check,
                checkStops,
                profiling,
                physicalPes,
                timeSlice,
                pesWithoutSpe,
                value,
                hostTask,
                physicalAddresses);
    }

    public VmOptions withHostTask(boolean value) {
        return new VmOptions(
                check, checkStops, profiling, physicalPes, timeSlice, pesWithoutSpe, moves, value, physicalAddresses);
    }

    public VmOptions withPhysicalAddresses(boolean value) {
        return new VmOptions(
                check, checkStops, profiling, physicalPes, timeSlice, pesWithoutSpe, moves, hostTask, value);
    }
}
