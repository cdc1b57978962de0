// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.parts.Parts;
import dev.spelunk.cli.composition.Overrides;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say what the host under a VM is like: they come before what the variant says. */
public final class HostOptions {
    private static final String PID = "dev.spelunk.hypervisor.kvm";

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            description =
                    "When the host pins the pages of the guest's profiling buffer: on-enable, cached, whole-vm, none, "
                            + "or the name of a policy that another bundle brings. Default: the variant's.")
    private String policy;

    @Option(
            names = "--host",
            paramLabel = "KEY=VALUE",
            description = "A property of the KVM model's configuration, for example exitCycles=0, pinLimit=65536, "
                    + "hugePages=false, memslots=0x40000000:64M; docs/host.md lists them. May be given several times.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = "--pressure",
            paramLabel = "CYCLES",
            description =
                    "Host memory pressure: reclaim, migration, compaction, same-page merging, split and collapse of "
                            + "huge pages, one event about every so many virtual cycles. The same as --host "
                            + "memoryPressureCycles=CYCLES.")
    private Long pressure;

    /** What changes in a variant. */
    Overrides overrides() {
        Map<String, Object> values = new LinkedHashMap<>();
        properties.forEach((key, value) -> values.put(key, typed(value)));
        if (pressure != null) {
            values.put("memoryPressureCycles", pressure);
        }
        return new Overrides(
                policy == null ? Map.of() : Map.of(Parts.POLICY, policy),
                values.isEmpty() ? Map.of() : Map.of(PID, values));
    }

    /** Whether the user, or the command, says anything about a host. */
    boolean given() {
        return policy != null || pressure != null || !properties.isEmpty();
    }

    /** Sets a property unless the user has. */
    public void byDefault(String key, Object value) {
        if (!properties.containsKey(key) && !(key.equals("memoryPressureCycles") && pressure != null)) {
            properties.put(key, value.toString());
        }
    }

    /** Sets what one of several runs has, whatever the user said: the version of KVM's SPE series, and a policy or null. */
    public void choose(String series, String name) {
        if (series != null) {
            properties.put("series", series);
        }
        policy = name;
    }

    /** The version of KVM's SPE series that the user names; null for none. */
    public String series() {
        return properties.get("series");
    }

    /** The name that --policy gives; null for none. */
    public String policy() {
        return policy;
    }

    private static Object typed(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        return text.matches("-?\\d{1,18}") ? (Object) Long.valueOf(text) : text;
    }
}
