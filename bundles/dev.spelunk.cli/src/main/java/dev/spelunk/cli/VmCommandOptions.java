// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli;

import dev.spelunk.api.hypervisor.VmOptions;
import picocli.CommandLine.Option;

/** The options that say how the KVM model runs its VM. */
final class VmCommandOptions {
    @Option(names = "--check", description = "Check every invariant of the KVM model's register handling at each VM exit and "
            + "entry; a broken one ends the run with exit code 5 and the history of the registers.")
    private boolean check;

    /**
     * What the VM is told.
     *
     * @param kvm whether there is one
     * @throws UserError when an option needs a VM and there is none
     */
    VmOptions options(boolean kvm) {
        if (check && !kvm) {
            throw new UserError("--check checks the KVM model: it needs --hypervisor kvm");
        }
        return VmOptions.DEFAULT.withCheck(check);
    }
}
