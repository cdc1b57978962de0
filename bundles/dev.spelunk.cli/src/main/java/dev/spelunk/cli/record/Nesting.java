// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import java.nio.file.Path;
import java.util.List;

/**
 * A host at EL2 in whose VM the program runs.
 *
 * @param vmm the virtual machine monitor; null for the one that comes with Spelunk
 * @param arguments of the user's own one, as a shell reads them, with placeholders; null for the one that comes along
 * @param files what the host gets for it
 * @param event what perf in the host records of the monitor; null for no profile of the host
 * @param period operations from sample to sample; 0 for perf's choice
 * @param hostKernel the host's kernel; null for Debian's
 * @param guestKernel the VM's kernel; null for Debian's
 * @param append what follows the host's own command line
 * @param cpus how many PEs the host and vCPUs the VM has
 * @param memory of the VM in bytes
 */
public record Nesting(
        Path vmm,
        String arguments,
        List<GuestFile> files,
        String event,
        long period,
        Path hostKernel,
        Path guestKernel,
        String append,
        int cpus,
        long memory) {

    /** Whether the VM has nothing but a console: of the user's own monitor nothing more is known. */
    boolean consoleOnly() {
        return vmm != null;
    }
}
