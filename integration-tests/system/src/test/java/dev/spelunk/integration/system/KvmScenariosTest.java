// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.Machine.Result;
import dev.spelunk.api.records.MalformedRecordException;
import dev.spelunk.api.records.ProfileWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bundled guest's driver under the KVM model: what it provokes arrives, and nothing else does. */
class KvmScenariosTest {
    private static final String[] VARIANTS = {"default", "armv8.2-spe-v1p0"};

    private static Machines.Run run(String variant, String append) {
        Machines.Run run = Machines.setup().variant(variant).append(append).run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        assertThat(run.console()).contains("all checks passed");
        return run;
    }

    private static long event(Machines.Run run, String label) {
        return run.result().bufferEvents().getOrDefault(label, 0L);
    }

    private static long count(Machines.Run run) {
        try {
            return Machines.composition("default")
                    .service(ProfileWriter.class)
                    .count(new ByteArrayInputStream(run.records()));
        } catch (IOException | MalformedRecordException e) {
            throw new AssertionError("records of " + run.told(), e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "armv8.2-spe-v1p0"})
    @DisplayName("a page that loses its mapping while the buffer is live: stage 1 fault, reported by interrupt")
    void stage1Fault(String variant) {
        Machines.Run run = run(variant, "workload=sort,scan provoke=stage1-fault");
        assertThat(event(run, "stage 1 fault")).isEqualTo(1);
        assertThat(run.console()).contains("1 stage 1 faults");
        assertThat(event(run, "stage 1 fault found at enable")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "armv8.2-spe-v1p0"})
    @DisplayName("a buffer that is enabled with a hole: KVM's walk finds it and reports before hardware sees it")
    void holeAtEnable(String variant) {
        Machines.Run run = run(variant, "workload=sort,scan provoke=hole-at-enable");
        assertThat(event(run, "stage 1 fault found at enable")).isEqualTo(1);
        assertThat(run.console()).contains("1 stage 1 faults");
        assertThat(run.result().counters().get("STAGE1_FAULT")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "armv8.2-spe-v1p0"})
    @DisplayName("a buffer with room for one record: buffer full")
    void bufferFull(String variant) {
        Machines.Run run = run(variant, "workload=sort,scan provoke=buffer-full spe.buffer=4M");
        assertThat(event(run, "buffer full")).isEqualTo(1);
        assertThat(run.console()).contains("events: 1 full, 0 stage 1 faults, 0 stage 2 faults, 0 others");
    }

    @Test
    @DisplayName("a full buffer that starts over: what is overwritten is in the records all the same")
    void overwrite() {
        Machines.Run run = run("default", "workload=sort,scan provoke=overwrite spe.buffer=8K");
        assertThat(event(run, "buffer full")).isGreaterThan(10);
        assertThat(count(run)).isEqualTo(run.result().counters().get("RECORDS_WRITTEN"));
    }

    @ParameterizedTest
    @CsvSource({"4K", "8K", "64K", "1M"})
    @DisplayName("every size of buffer gives the same number of events and interrupts")
    void bufferSizes(String size) {
        Machines.Run run = run("default", "workload=sort,scan spe.buffer=" + size);
        long full = event(run, "buffer full");
        assertThat(run.console())
                .contains("events: " + full + " full, 0 stage 1 faults, 0 stage 2 faults, 0 others")
                .contains("0 with data loss", "0 malformed records, 0 bytes overwritten");
        assertThat(run.console()).contains("spe: " + count(run) + " records in " + run.records().length + " bytes");
        assertThat(run.result().counters().get("RECORDS_LOST")).isZero();
        long bytes = Map.of("4K", 4L, "8K", 8L, "64K", 64L, "1M", 1024L).get(size) << 10;
        // Each event leaves less than a record of room.
        assertThat(full).isBetween(run.records().length / bytes, run.records().length / (bytes - 128) + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "armv8.2-spe-v1p0"})
    @DisplayName("tasks that take turns: the buffer is disabled and enabled at each switch")
    void taskSwitches(String variant) {
        Machines.Run run = run(variant, "switch=1 spe.jitter=1");
        assertThat(run.console())
                .containsPattern("CONTEXTIDR_EL1 101: [1-9]\\d*, 102: [1-9]\\d*, 103: [1-9]\\d*, 104: [1-9]\\d*");
        assertThat(run.result().traps().get("PMBLIMITR_EL1")).isGreaterThan(100);
    }

    @ParameterizedTest
    @CsvSource({"load, 'loads'", "store, 'stores'", "branch, 'branches'"})
    @DisplayName("a filter by operation type leaves that type alone")
    void typeFilter(String type, String counted) {
        Machines.Run run = run("default", "workload=sort,scan spe.filter=" + type);
        String line = run.console()
                .lines()
                .filter(l -> l.contains(" records in "))
                .findFirst()
                .orElseThrow();
        for (String other : new String[] {"loads", "stores", "branches", "others"}) {
            if (other.equals(counted)) {
                assertThat(line).containsPattern(" [1-9]\\d* " + other);
            } else {
                assertThat(line).contains(" 0 " + other);
            }
        }
        Map<String, Long> counters = run.result().counters();
        assertThat(counters.get("SAMPLE_FILTRATE")).isEqualTo(count(run)).isLessThan(counters.get("SAMPLE_FEED"));
    }

    @Test
    @DisplayName("filters by latency that everything and nothing meets")
    void latencyFilter() {
        Machines.Run all = run("default", "workload=scan");
        Machines.Run everything = run("default", "workload=scan spe.min_latency=1");
        assertThat(count(everything)).isBetween(count(all) * 99 / 100, count(all) * 101 / 100);
        Machines.Run nothing = run("default", "workload=scan spe.min_latency=65535");
        assertThat(count(nothing)).isZero();
        assertThat(nothing.records()).isEmpty();
    }

    @Test
    @DisplayName("event filters: retired operations (E[1]), misaligned accesses (E[11], FEAT_SPEv1p1 only)")
    void eventFilter() {
        long all = count(run("default", "workload=scan"));
        assertThat(count(run("default", "workload=scan spe.event_filter=0x2"))).isBetween(all * 99 / 100, all);
        // The guest never accesses memory across its alignment.
        assertThat(count(run("default", "workload=scan spe.event_filter=0x800")))
                .isZero();
        assertThat(count(run("armv8.2-spe-v1p0", "workload=scan spe.event_filter=0x800")))
                .isBetween(all * 99 / 100, all * 101 / 100);
    }

    @ParameterizedTest
    @CsvSource({"256, 0", "512, 1", "4096, 0", "65536, 1"})
    @DisplayName("the interval is that of PMSIRR_EL1, with and without jitter")
    void interval(int interval, int jitter) {
        Machines.Run run =
                run("default", "workload=sort spe.buffer=1M spe.interval=" + interval + " spe.jitter=" + jitter);
        Result result = run.result();
        // A reload consumes one member; jitter adds between 0 and 255 to each interval.
        double expected = result.counters().get("SAMPLE_POP") / (interval + 1 + (jitter == 0 ? 0 : 127.5));
        assertThat((double) result.counters().get("SAMPLE_FEED"))
                .isBetween(expected * (jitter == 0 ? 1 : 0.99) - 2, expected * (jitter == 0 ? 1 : 1.01) + 2);
    }

    @Test
    @DisplayName("without SPE the same guest does the same work")
    void speOff() {
        for (String variant : VARIANTS) {
            Machines.Run run = run(variant, "workload=scan spe=off");
            assertThat(run.records()).isEmpty();
            assertThat(run.console()).contains("spe: off by bootargs");
        }
    }
}
