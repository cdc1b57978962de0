// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.board;

import dev.spelunk.api.platform.Device;
import dev.spelunk.api.platform.DeviceTree;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.registers.fields.MPIDR_EL1;
import dev.spelunk.api.state.RandomStream;
import dev.spelunk.api.wiring.PeContext;

/** The device tree of a board as its guest sees it. */
public final class BoardDescription {
    private static final int GIC_PHANDLE = 0x8001;
    private static final int PPI = 1;
    private static final int LEVEL_HIGH = 4;
    private static final int FIRST_PPI = 16;
    private static final int SPE_PPI = 5;
    private static final int MAINTENANCE_PPI = 9;

    private BoardDescription() {}

    /**
     * @param initrd the initial RAM disk, or null
     * @param modules what a hypervisor is handed over
     */
    public static DeviceTree of(Board board, byte[] initrd, BootModules modules) {
        DeviceTree root = new DeviceTree("");
        root.strings("compatible", "linux,dummy-virt").strings("model", "linux,dummy-virt");
        root.cells("#address-cells", 2).cells("#size-cells", 2).cells("interrupt-parent", GIC_PHANDLE);
        DeviceTree chosen = root.node("chosen");
        chosen.strings(
                "bootargs",
                board.options.under() == null ? board.options.bootArguments() : board.options.underArguments());
        RandomStream random = board.state.random("device tree");
        chosen.cells64("kaslr-seed", random.next())
                .cells64("rng-seed", random.next(), random.next(), random.next(), random.next());
        if (initrd != null) {
            long start = BootLoader.initrdAddress(board, initrd);
            chosen.cells64("linux,initrd-start", start).cells64("linux,initrd-end", start + initrd.length);
        }
        modules.describe(chosen);
        if (board.parts.firmware() != null) {
            // Without EL2 an HVC reaches the firmware; a guest at EL2 owns HVC and must use SMC.
            root.node("psci")
                    .strings("compatible", "arm,psci-1.0", "arm,psci-0.2")
                    .strings("method", board.options.el() == 2 ? "smc" : "hvc");
        }
        cpus(root.node("cpus"), board);
        root.node(String.format("memory@%x", Board.RAM_BASE))
                .strings("device_type", "memory")
                .cells64("reg", Board.RAM_BASE, board.visibleMemory());
        DeviceTree controller = root.node(String.format("intc@%x", Board.DISTRIBUTOR))
                .strings("compatible", "arm,gic-v3")
                .cells("#interrupt-cells", 3)
                .flag("interrupt-controller")
                .cells("#address-cells", 2)
                .cells("#size-cells", 2)
                .flag("ranges")
                .cells64(
                        "reg",
                        Board.DISTRIBUTOR,
                        Board.DISTRIBUTOR_SIZE,
                        Board.REDISTRIBUTORS,
                        Board.REDISTRIBUTOR_SIZE * board.guestPes().length)
                .cells("#redistributor-regions", 1)
                .cells("phandle", GIC_PHANDLE);
        if (board.options.el() == 2) {
            // A hypervisor needs the maintenance interrupt of its list registers.
            controller.cells("interrupts", PPI, MAINTENANCE_PPI, LEVEL_HIGH);
        }
        if (board.parts.samplingUnit() != null) {
            root.node("spe-pmu")
                    .strings("compatible", "arm,statistical-profiling-extension-v1")
                    .cells("interrupts", PPI, spePpi(board), LEVEL_HIGH);
        }
        for (Device device : board.wiring.devices) {
            device.describe(root);
        }
        return root;
    }

    /** The machine's own, or the one that the VM's user space has chosen. */
    private static int spePpi(Board board) {
        return board.wiring.vm == null
                ? SPE_PPI
                : board.options.vm().profiling().interrupt() - FIRST_PPI;
    }

    private static void cpus(DeviceTree cpus, Board board) {
        cpus.cells("#address-cells", 1).cells("#size-cells", 0);
        for (PeContext context : board.guestPes()) {
            int affinity = (int) (context.register(SystemRegister.MPIDR_EL1) & MPIDR_EL1.AFFINITY);
            DeviceTree cpu = cpus.node(String.format("cpu@%x", affinity));
            cpu.strings("device_type", "cpu").strings("compatible", "arm,armv8").cells("reg", affinity);
            if (board.parts.firmware() != null) {
                cpu.strings("enable-method", "psci");
            }
        }
    }
}
