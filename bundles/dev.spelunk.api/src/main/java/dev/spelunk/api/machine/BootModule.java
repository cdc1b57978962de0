// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.machine;

import java.nio.file.Path;

/**
 * A file that is handed over to a hypervisor in memory, as Xen's boot protocol says (docs/misc/arm/device-tree/booting.txt
 * of Xen): a node {@code module@ADDRESS} of {@code /chosen}, compatible with {@code multiboot,module}.
 *
 * @param file its path
 * @param type what it is, as the first string of {@code compatible}: {@code multiboot,kernel}, {@code multiboot,ramdisk},
 *     {@code xen,xsm-policy}; empty for none, when a hypervisor goes by the order
 * @param arguments its {@code bootargs}; empty for none
 */
public record BootModule(Path file, String type, String arguments) {
    /** Type of the kernel of a hypervisor's first guest. */
    public static final String KERNEL = "multiboot,kernel";

    /** What every module is. */
    public static final String MODULE = "multiboot,module";
}
