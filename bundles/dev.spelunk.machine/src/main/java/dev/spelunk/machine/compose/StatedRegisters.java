// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.registers.RegisterDescription;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The values of identification registers that a variant states: whether its machine has them. */
public final class StatedRegisters {
    /** What a register shows in part, or one of several values at a time. */
    private static final String PARTLY = "PMCR_EL0|CCSIDR_EL1(\\[[0-7]\\])?";

    private StatedRegisters() {}

    /**
     * What is stated in vain, one sentence each; also that the parts' registers do not fit each other.
     *
     * @param stated values by name
     * @param parts whose registers are laid out on a scratch PE
     */
    static List<String> problems(Map<String, Long> stated, Architecture architecture, Selection parts) {
        MachineState state = new MachineState(1, new PhysicalMemory(0, 1 << 12), 0);
        PeContext context = new PeContext(state, state.pes[0]);
        context.architecture = architecture;
        SortedMap<String, RegisterDescription> registers = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        try {
            parts.registerModel()
                    .create(context, parts.registerBanks(), null)
                    .descriptions()
                    .forEach(register -> registers.put(register.name(), register));
        } catch (IllegalArgumentException e) {
            return List.of(e.getMessage());
        }
        new TreeMap<>(stated).forEach((name, value) -> {
            RegisterDescription register = registers.get(name);
            if (register == null && !name.matches(PARTLY)) {
                problems.add("it states the value of " + name + ", a register that the machine does not have");
            } else if (!name.matches(PARTLY) && register.reset() != value) {
                problems.add(String.format(
                        "it states %s = 0x%x, but its parts and their configurations make it 0x%x",
                        name, value, register.reset()));
            }
        });
        return problems;
    }
}
