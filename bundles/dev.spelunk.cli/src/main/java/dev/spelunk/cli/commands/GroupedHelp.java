// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.commands;

import dev.spelunk.cli.options.ClockOption;
import dev.spelunk.cli.options.DebianOptions;
import dev.spelunk.cli.options.DebugOptions;
import dev.spelunk.cli.options.GuestOptions;
import dev.spelunk.cli.options.HostOptions;
import dev.spelunk.cli.options.ListenOptions;
import dev.spelunk.cli.options.LogCommandOptions;
import dev.spelunk.cli.options.MachineOptions;
import dev.spelunk.cli.options.PeripheralOptions;
import dev.spelunk.cli.options.RecordLimit;
import dev.spelunk.cli.options.VmCommandOptions;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The options of a command in groups: its own first, then those of the machine by the class that has them. */
final class GroupedHelp implements IHelpSectionRenderer {
    private static final Map<Class<?>, String> HEADINGS = new LinkedHashMap<>();

    static {
        HEADINGS.put(GuestOptions.class, "The guest:");
        HEADINGS.put(RecordLimit.class, "Records:");
        HEADINGS.put(MachineOptions.class, "The machine:");
        HEADINGS.put(ClockOption.class, "The machine:");
        HEADINGS.put(PeripheralOptions.class, "Devices:");
        HEADINGS.put(VmCommandOptions.class, "The KVM model:");
        HEADINGS.put(HostOptions.class, "Its host:");
        HEADINGS.put(DebugOptions.class, "A debugger:");
        HEADINGS.put(LogCommandOptions.class, "Logs:");
        HEADINGS.put(ListenOptions.class, "Browsers:");
        HEADINGS.put(DebianOptions.class, "Debian's packages:");
    }

    /** Lets a command, and those below it, print their options so. */
    static void of(CommandLine command) {
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedHelp());
        command.getSubcommands().values().forEach(GroupedHelp::of);
    }

    @Override
    public String render(Help help) {
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        groups.put("", new ArrayList<>());
        HEADINGS.values().forEach(heading -> groups.put(heading, new ArrayList<>()));
        for (OptionSpec option : help.commandSpec().options()) {
            if (!option.hidden()) {
                groups.get(heading(option)).add(option);
            }
        }
        StringBuilder text = new StringBuilder();
        groups.forEach((heading, options) -> {
            if (!options.isEmpty()) {
                text.append(heading.isEmpty() ? "" : "\n" + heading + "\n");
                Help.Layout layout = help.createDefaultLayout();
                layout.addOptions(options, help.parameterLabelRenderer());
                text.append(layout);
            }
        });
        return text.toString();
    }

    private static String heading(OptionSpec option) {
        return option.userObject() instanceof Field field ? HEADINGS.getOrDefault(field.getDeclaringClass(), "") : "";
    }
}
