// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.ProfilingAttributes;
import dev.spelunk.api.hypervisor.VmOptions;
import dev.spelunk.api.machine.Machine.Ending;
import java.util.SortedMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundled guest's driver enables a buffer that cannot be, once, under the KVM model with every invariant checked. */
class MisprogrammedBufferTest {
    /** Why events happened, in the words of the run's report. */
    private SortedMap<String, String> reasons;

    private static Machines.Setup setup(String what) {
        return Machines.setup()
                .append("spe.interval=1024 provoke=" + what + (what.contains("workload") ? "" : " workload=ping"))
                .vm(VmOptions.DEFAULT.withCheck(true));
    }

    /** The guest compares PMBSR_EL1 of the event with what it expects, bit for bit, and calls exit with 1 where it differs. */
    private Machines.Run run(Machines.Setup setup) {
        Machines.Run run = setup.run((machine, swaps) -> {}, (machine, swaps) -> reasons = machine.eventReasons());
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.console()).contains("all checks passed");
        return run;
    }

    private static long event(Machines.Run run, String label) {
        return run.result().bufferEvents().getOrDefault(label, 0L);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "misaligned, access not allowed, 0xa0000, is not aligned",
        "other-tag, access not allowed, 0xa0000, different top bytes",
        "other-half, access not allowed, 0xa0000, different halves",
        "wrapping, access not allowed, 0xa0000, different",
        "beyond, access not allowed, 0xa0000, beyond the input addresses",
        "no-memslot, external abort, 0x90060010, no memslot backs the page",
        "no-memslot-table, external abort, 0x90020016, no memslot backs a translation table",
        "read-only, stage 1 fault found at enable, 0x9002000f, 'permission fault, level 3'",
        "hole-at-enable, stage 1 fault found at enable, , 'translation fault, level 3'",
        "no-room, buffer full, 0x20001, no further record fits",
    })
    @DisplayName("each misprogramming ends in its event, by interrupt, and the driver goes on with a right buffer")
    void everyMisprogramming(String what, String event, String pmbsr, String reason) {
        for (String variant : new String[] {"default", "armv8.2-spe-v1p0"}) {
            Machines.Run run = run(setup(what).variant(variant));
            if (pmbsr != null) {
                assertThat(run.console()).contains("spe: provoked: 1 events, the first with PMBSR_EL1 " + pmbsr);
            }
            assertThat(event(run, event)).isEqualTo(event.equals("buffer full") ? 2 : 1);
            assertThat(reasons.get(event)).startsWith("first after ").contains(reason);
            assertThat(run.result().counters().get("RECORDS_WRITTEN")).isPositive();
        }
    }

    @Test
    @DisplayName(
            "from FEAT_SPEv1p3 on a buffer that no memslot backs is refused, as one that cannot be pinned; no External abort")
    void noMemslotFromV1p3() {
        Machines.Run run = run(setup("no-memslot").variant("armv8.8-spe-v1p3"));
        assertThat(run.console()).contains("spe: provoked: 1 events, the first with PMBSR_EL1 0xa0000");
        assertThat(event(run, "access not allowed")).isEqualTo(1);
        assertThat(reasons.get("access not allowed"))
                .contains("no memslot backs the page", "hardware would ignore", "KVM, which can pin no such page");
        assertThat(run.result().counters().get("RECORDS_WRITTEN")).isPositive();
    }

    @Test
    @DisplayName("a buffer larger than PMBIDR_EL1.MaxBuffSize: buffer size too large")
    void tooLarge() {
        Machines.Run run = run(setup("too-large spe.clear_only=5 workload=ping,pong switch=1")
                .vm(VmOptions.DEFAULT.withCheck(true).withProfiling(new ProfilingAttributes(21, 0, 1 << 20))));
        assertThat(run.console()).contains("spe: provoked: 1 events, the first with PMBSR_EL1 0x20004");
        assertThat(event(run, "buffer size too large")).isEqualTo(1);
        assertThat(reasons.get("buffer size too large")).contains("larger than the maximum in PMBIDR_EL1");
    }

    @Test
    @DisplayName("over the accounting limit: access not allowed, nothing is pinned, and nothing is sampled")
    void refused() {
        Machines.Run run = run(setup("refused spe.clear_only=5").host("pinLimit", 4096L * 8));
        assertThat(run.console()).contains("spe: provoked: 1 events, the first with PMBSR_EL1 0xa0000");
        assertThat(event(run, "access not allowed")).isEqualTo(1);
        assertThat(reasons.get("access not allowed")).contains("pinLimit");
        assertThat(run.records()).isEmpty();
        assertThat(run.result().host()).containsEntry("peak pinned bytes", 4096L * 8);
        assertThat(run.result().host().get("pins"))
                .isEqualTo(run.result().host().get("unpins"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "misaligned",
                "other-tag",
                "other-half",
                "wrapping",
                "beyond",
                "no-memslot",
                "no-memslot-table",
                "read-only",
                "no-room"
            })
    @DisplayName("a handler that only clears PMBSR_EL1 is interrupted again by a sample that is due, and not before")
    void clearOnly(String what) {
        Machines.Run run = run(setup(what + " spe.clear_only=20"));
        assertThat(run.console()).containsPattern("spe: provoked: 21 events");
        // KVM's own event is the first; each later one has a sample of its own as its cause.
        long events = run.result().bufferEvents().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        assertThat(events).isBetween(21L, 1 + run.result().counters().get("SAMPLE_FEED"));
        assertThat(events).isLessThanOrEqualTo(21 + 2);
    }
}
