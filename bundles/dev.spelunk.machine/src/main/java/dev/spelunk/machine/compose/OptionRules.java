// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.problems.BadInputException;
import java.util.List;

/** Which options of a run make sense, whatever the variant. */
public final class OptionRules {
    private static final long LARGEST_MEMORY = (2L << 30) - (64L << 20);
    private static final long SMALLEST_MEMORY = 1 << 20;
    private static final int MOST_CPUS = 8;

    private OptionRules() {}

    /** @throws BadInputException with what to give instead */
    public static void check(RunOptions options) {
        if (!List.of("kvm", "none").contains(options.hypervisor())) {
            throw new BadInputException("hypervisor " + options.hypervisor() + " is unknown: use kvm or none");
        }
        if (options.el() != 1 && options.el() != 2) {
            throw new BadInputException("a guest is entered at EL1 or EL2, not at EL" + options.el());
        }
        if (options.el() == 2 && !"none".equals(options.hypervisor())) {
            throw new BadInputException(
                    "a guest is entered at EL2 only with --hypervisor none: a KVM guest runs at EL1");
        }
        if (options.memory() < SMALLEST_MEMORY
                || options.memory() > LARGEST_MEMORY
                || options.memory() % (1 << 12) != 0) {
            throw new BadInputException("memory of " + options.memory() + " bytes: give a multiple of 4K from 1M to "
                    + (LARGEST_MEMORY >> 20) + "M");
        }
        if (options.cpus() < 1 || options.cpus() > MOST_CPUS) {
            throw new BadInputException(
                    "a machine of " + options.cpus() + " PEs: give a number from 1 to " + MOST_CPUS);
        }
        checkVm(options.vm(), options.cpus());
        if (options.maxInstructions() <= 0) {
            throw new BadInputException(
                    "a run of " + options.maxInstructions() + " instructions: give a positive number");
        }
    }

    private static void checkVm(VmOptions vm, int cpus) {
        int pes = vm.physicalPes() == 0 ? cpus : vm.physicalPes();
        if (pes < 1 || pes > cpus) {
            throw new BadInputException(pes + " physical PEs for " + cpus + " vCPUs: give a number from 1 to " + cpus);
        }
        if (vm.timeSlice() <= 0) {
            throw new BadInputException("a time slice of " + vm.timeSlice() + " cycles: give a positive number");
        }
        for (int pe : vm.pesWithoutSpe()) {
            if (pe < 0 || pe >= pes) {
                throw new BadInputException("PE " + pe + " cannot be without SPE: there are PEs 0 to " + (pes - 1));
            }
        }
        for (VmOptions.Move move : vm.moves()) {
            if (move.vcpu() < 0 || move.vcpu() >= cpus || move.pe() < 0 || move.pe() >= pes) {
                throw new BadInputException("vCPU " + move.vcpu() + " cannot go to PE " + move.pe()
                        + ": there are vCPUs 0 to " + (cpus - 1) + " and PEs 0 to " + (pes - 1));
            }
        }
    }
}
