// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Variant;
import dev.spelunk.api.problems.BadInputException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What a variant and the parts chosen for it make: whether that is a legal machine, and what it implements. */
public final class Composition {
    /** What a machine does not have whose guest is entered at EL1 with nothing at EL2. */
    private static final List<String> EL2_FEATURES = List.of("FEAT_EL2", "FEAT_VHE", "FEAT_FGT", "FEAT_FGT2");
    /** What the KVM model runs on. */
    private static final List<String> KVM_FEATURES = List.of("FEAT_EL2", "FEAT_VHE");

    private Composition() {}

    /** Judges the composition. @throws BadInputException when it is no legal machine */
    public static Legality check(Variant variant, Selection parts) {
        Legality legality =
                Legality.judge(parts.bundles(), parts.increments(), variant.architecture(), variant.asserted());
        if (!legality.problems().isEmpty()) {
            throw new BadInputException(
                    "variant " + variant.name() + " is not a legal machine: " + String.join("; ", legality.problems()));
        }
        return legality;
    }

    /** The same for people: all that is wrong with it, and who brings what. */
    public static Judgement judge(Variant variant, Selection parts) {
        Legality legality =
                Legality.judge(parts.bundles(), parts.increments(), variant.architecture(), variant.asserted());
        SortedSet<String> mandatory = MandatoryFeatures.missing(variant.architecture(), legality.modelled());
        if (legality.problems().isEmpty()) {
            try {
                legality.problems().addAll(statedInVain(variant, parts, legality));
            } catch (BadInputException e) {
                legality.problems().add(e.getMessage());
            } catch (RuntimeException | Error e) {
                legality.problems().add("a part of it failed with " + PartFailure.told(e));
            }
        }
        return legality.judgement(parts.names(), parts.bundles(), variant.asserted(), mandatory);
    }

    /**
     * Judges the composition and says what it implements.
     *
     * @param kvm whether the KVM model is at EL2
     * @param el Exception level at which the guest is entered
     * @throws BadInputException when it is no legal machine, or not one for such a guest
     */
    public static Architecture architecture(Variant variant, Selection parts, boolean kvm, int el) {
        Legality legality = check(variant, parts);
        SortedSet<String> features = new TreeSet<>(legality.modelled());
        if (kvm) {
            for (String needed : KVM_FEATURES) {
                if (!features.contains(needed)) {
                    throw new BadInputException("variant " + variant.name() + " has no " + needed
                            + ", which the KVM model needs: use --hypervisor none");
                }
            }
        } else if (el == 1) {
            EL2_FEATURES.forEach(features::remove);
        } else if (!features.contains("FEAT_EL2")) {
            throw new BadInputException(
                    "variant " + variant.name() + " has no FEAT_EL2: the guest cannot be entered at EL2");
        }
        List<String> problems = statedInVain(variant, parts, legality);
        if (!problems.isEmpty()) {
            throw new BadInputException("variant " + variant.name() + ": " + String.join("; ", problems));
        }
        return implemented(variant, parts, features);
    }

    private static Architecture implemented(Variant variant, Selection parts, SortedSet<String> features) {
        Architecture architecture =
                new Architecture(variant.architecture(), features, parts.profilingExtension(), variant.registers());
        return architecture.withPmuEvents(parts.pmuEvents(architecture));
    }

    /** The registers whose values the variant states in vain, one sentence each. */
    private static List<String> statedInVain(Variant variant, Selection parts, Legality legality) {
        return StatedRegisters.problems(variant.registers(), implemented(variant, parts, legality.modelled()), parts);
    }
}
