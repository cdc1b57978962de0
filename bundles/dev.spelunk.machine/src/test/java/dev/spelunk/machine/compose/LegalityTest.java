// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.problems.BadInputException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

@DisplayName("Legality of a composition")
class LegalityTest {
    private static Legality judge(List<Bundle> parts, List<Bundle> increments, String... asserted) {
        return Legality.judge(parts, increments, 85, new TreeSet<>(Set.of(asserted)));
    }

    private static Bundle needing(String name, String filter, String... directives) {
        return PartServices.bundle(
                name,
                List.of(),
                List.of(
                        directives.length == 0
                                ? Map.of("filter", filter)
                                : Map.of("filter", filter, "resolution", "optional")));
    }

    @Test
    @DisplayName("An asserted feature is in the machine when a part models it; what no part models is not")
    void modelled() {
        Bundle part = PartServices.bundle("pe", List.of("FEAT_LSE"), List.of());
        Legality legality = judge(List.of(part), List.of(), "FEAT_LSE", "FEAT_DIT");
        assertThat(legality.problems()).isEmpty();
        assertThat(legality.modelled()).containsExactly("FEAT_LSE");
    }

    @Test
    @DisplayName("A feature that a part alone can bring is refused where none does")
    void broughtByParts() {
        assertThat(judge(List.of(), List.of(), "FEAT_SPE").problems())
                .anyMatch(p -> p.contains("FEAT_SPE is asserted, but no part of the machine models it"));
    }

    @Test
    @DisplayName("What a part requires must be asserted or brought; an optional requirement need not")
    void requirements() {
        Bundle strict = needing("strict", "(arm.feature=FEAT_LSE)");
        assertThat(judge(List.of(strict), List.of()).problems())
                .anyMatch(p -> p.contains("FEAT_LSE") && p.contains("strict"));
        assertThat(judge(List.of(strict), List.of(), "FEAT_LSE").problems()).isEmpty();
        assertThat(judge(List.of(needing("lax", "(arm.feature=FEAT_LSE)", "optional")), List.of())
                        .problems())
                .isEmpty();
    }

    @Test
    @DisplayName("A service of one kind's type that says it is another kind of part is told as the reason")
    void misplaced() {
        PartServices services = new PartServices().add("timing", Kind.MMU.type, "walker", new Object());
        assertThatThrownBy(() -> services.offers().chosen(PartServices.variant(), false))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no part of kind");
        for (Kind kind : List.of(Kind.REGISTER_MODEL, Kind.PE, Kind.TIMING, Kind.INTERRUPTS)) {
            services.add(kind, "some", new Object());
        }
        assertThatThrownBy(() -> services.offers().chosen(PartServices.variant(), false))
                .hasMessageContaining(
                        "walker of parts would be one, but its service property spelunk.part is 'timing'");
    }

    @Test
    @DisplayName("A bank of registers belongs to the part that brings it, whatever its kind")
    void banks() {
        PartServices services = new PartServices().add("device", Kind.REGISTER_BANK.type, "timer", new Object());
        for (Kind kind : List.of(Kind.REGISTER_MODEL, Kind.MMU, Kind.PE, Kind.TIMING, Kind.INTERRUPTS)) {
            services.add(kind, "some", new Object());
        }
        assertThat(services.offers().chosen(PartServices.variant(), false).get(Kind.REGISTER_BANK))
                .extracting(o -> o.name)
                .containsExactly("timer");
    }
}
