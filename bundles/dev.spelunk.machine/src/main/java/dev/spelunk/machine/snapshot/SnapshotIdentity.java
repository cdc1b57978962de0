// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.RunOptions;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.platform.ConsolePort;
import dev.spelunk.api.platform.Peripherals;
import dev.spelunk.machine.board.BootModules;
import dev.spelunk.machine.board.GuestImage;
import dev.spelunk.machine.compose.Selection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What two machines must have in common for one to take over the other's state, by the names that messages use. What
 * says most comes first: a message names the first difference.
 */
public final class SnapshotIdentity {
    private SnapshotIdentity() {}

    public static Map<String, String> of(
            Variant variant,
            Selection parts,
            Architecture architecture,
            GuestImage image,
            byte[] initrd,
            GuestImage under,
            BootModules modules,
            RunOptions options) {
        Map<String, String> identity = new LinkedHashMap<>();
        identity.put("variant", variant.name());
        identity.put("guest (SHA-256)", digest(image.content));
        identity.put("initrd (SHA-256)", initrd == null ? "none" : digest(initrd));
        identity.put("hypervisor under it (SHA-256)", under == null ? "none" : digest(under.content));
        identity.put("its command line", "'" + options.underArguments() + "'");
        identity.put("modules (SHA-256)", modules.identity(SnapshotIdentity::digest));
        identity.put("guest's command line", "'" + options.bootArguments() + "'");
        identity.put("memory", Long.toString(options.memory()));
        identity.put("PEs", Integer.toString(options.cpus()));
        identity.put("hypervisor", options.hypervisor());
        identity.put(
                "load address",
                options.loadAddress() < 0 ? "the file's" : "0x" + Long.toHexString(options.loadAddress()));
        identity.put("entry at EL", Integer.toString(options.el()));
        identity.put("seed", Long.toString(options.seed()));
        identity.put("seed of what is UNKNOWN at reset", String.valueOf(options.unknownSeed()));
        putVm(identity, options.vm());
        parts.namesOfState().forEach((kind, names) -> identity.put(kind, String.join(", ", names)));
        parts.settings().forEach(identity::put);
        putPeripherals(identity, options.peripherals());
        identity.put("architecture", architecture.version() + " " + architecture.features());
        return identity;
    }

    /** The SHA-256 of it, in hexadecimal digits. */
    public static String digest(Map<String, String> identity) {
        StringBuilder all = new StringBuilder();
        identity.forEach(
                (name, value) -> all.append(name).append('\0').append(value).append('\0'));
        return digest(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Whether invariants are checked is no part of it: nothing that a guest could see follows from that. */
    private static void putVm(Map<String, String> identity, VmOptions vm) {
        identity.put("SPE interrupt", Integer.toString(vm.profiling().interrupt()));
        identity.put("SPU", Integer.toString(vm.profiling().spu()));
        identity.put("maximum buffer size", Long.toString(vm.profiling().maxBufferSize()));
        identity.put("physical addresses in records", Boolean.toString(vm.physicalAddresses()));
        identity.put("physical PEs", Integer.toString(vm.physicalPes()));
        identity.put("time slice", Long.toString(vm.timeSlice()));
        identity.put("PEs without SPE", vm.pesWithoutSpe().toString());
        identity.put(
                "moves of vCPUs",
                vm.moves().stream()
                        .map(m -> m.instructions() + "=" + m.vcpu() + ":" + m.pe())
                        .toList()
                        .toString());
        identity.put("host task", Boolean.toString(vm.hostTask()));
    }

    private static void putPeripherals(Map<String, String> identity, Peripherals connected) {
        identity.put(
                "drives",
                connected.drives().stream()
                        .map(d -> d.size() + (d.readOnly() ? " bytes, read-only" : " bytes"))
                        .toList()
                        .toString());
        identity.put(
                "ports",
                connected.ports().stream().map(ConsolePort::name).toList().toString());
        identity.put("terminal", connected.console() ? "virtio" : "uart");
        identity.put("entropy device", Boolean.toString(connected.entropy()));
        identity.put(
                "clock", connected.clock() == null ? "none" : connected.clock().toString());
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
