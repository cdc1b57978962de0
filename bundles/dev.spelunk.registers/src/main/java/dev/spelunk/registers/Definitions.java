// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterDefinition;
import dev.spelunk.api.registers.Encoding;
import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.ArrayList;
import java.util.List;

/** What the banks of this bundle collect their definitions with, and the hooks that several of them use. */
final class Definitions {
    /** The translator compares the new value with what it knows. */
    static final RegisterDefinition.AfterWrite TRANSLATION = (c, r, before, value) -> translationChanged(c);

    /** Controls of EL2 and EL3 over profiling, interrupts and translation. */
    static final RegisterDefinition.AfterWrite HYPERVISOR_CONTROL = (c, r, before, value) -> {
        if (before != value) {
            c.pe.changed |= PeState.CHANGED_PROFILING | PeState.CHANGED_INTERRUPTS;
            translationChanged(c);
        }
    };

    final Architecture architecture;
    final Traps traps;
    final boolean el2;
    final boolean el3;
    final boolean vhe;
    private final List<RegisterDefinition.Builder> builders = new ArrayList<>();

    Definitions(Architecture architecture) {
        this.architecture = architecture;
        el2 = architecture.has("FEAT_EL2");
        el3 = architecture.has("FEAT_EL3");
        vhe = el2 && architecture.has("FEAT_VHE");
        traps = new Traps(architecture);
    }

    boolean has(String feature) {
        return architecture.has(feature);
    }

    /** Begins a definition that belongs to the bank. */
    RegisterDefinition.Builder add(String name, int encoding) {
        RegisterDefinition.Builder builder = RegisterDefinition.of(name, encoding);
        builders.add(builder);
        return builder;
    }

    RegisterDefinition.Builder add(String name, int op0, int op1, int crn, int crm, int op2) {
        return add(name, Encoding.of(op0, op1, crn, crm, op2));
    }

    /** The EL12 name of an EL1 register: the same encoding with op1 = 5, only with FEAT_VHE. */
    void el12(String name, int encodingOfEl1) {
        if (vhe) {
            int other = encodingOfEl1;
            add(
                            name,
                            Encoding.of(
                                    Encoding.op0(other),
                                    5,
                                    Encoding.crn(other),
                                    Encoding.crm(other),
                                    Encoding.op2(other)))
                    .aliasOf(other);
        }
    }

    List<RegisterDefinition> build() {
        return builders.stream().map(RegisterDefinition.Builder::build).toList();
    }

    static void translationChanged(PeContext c) {
        if (c.translator != null) {
            c.translator.contextChanged();
        }
    }
}
