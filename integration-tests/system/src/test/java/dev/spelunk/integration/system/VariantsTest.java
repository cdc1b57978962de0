// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.architecture.ProfilingExtension;
import dev.spelunk.api.machine.Judgement;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.machine.MachineFactory;
import dev.spelunk.api.registers.SystemRegister;
import dev.spelunk.api.wiring.PeContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The variants of real cores run the bundled guest, and say what they are. */
class VariantsTest {
    private static final int RECORD = 64;
    private static final int PMSIDR_LDS = 1 << 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "neoverse-n1, 1, 0xD0C, 0x26417",
        "neoverse-v1, 2, 0xD40, 0x26417",
        "neoverse-n2, 2, 0xD49, 0x26417",
        "neoverse-v2, 2, 0xD4F, 0x26417",
        "neoverse-n3, 3, 0xD8E, 0x26457",
        "cortex-a78, 1, 0xD41, 0x26407",
        "minimal, 1, 0x5BE, 0x2600f"
    })
    @DisplayName("It is legal, asserts only what is modelled, and its guest profiles itself")
    void runs(String variant, int pmsVer, String part, String pmsidr) {
        Judgement judgement = Machines.composition(variant)
                .service(MachineFactory.class)
                .judge(Machines.composition(variant).variant());
        assertThat(judgement.problems()).isEmpty();
        assertThat(judgement.asserted()).as("asserted, but modelled by no part").isEmpty();
        assertThat(judgement.parts()).containsKeys("pe", "mmu", "spu", "timing", "features");
        Machines.Run run = Machines.setup()
                .variant(variant)
                .append("workload=pointer-chase")
                .run(
                        (machine, swaps) -> {
                            PeContext pe = machine.pes().get(0);
                            ProfilingExtension extension = pe.architecture.profiling();
                            assertThat(extension.pmsVer()).isEqualTo(pmsVer);
                            assertThat(extension.pmsidr()).isEqualTo(Long.decode(pmsidr));
                            assertThat(pe.register(SystemRegister.MIDR_EL1) >>> 4 & 0xFFF)
                                    .isEqualTo(Long.decode(part));
                        },
                        (machine, swaps) -> {});
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.EXITED);
        assertThat(run.result().exitCode()).as(run.told()).isZero();
        SortedMap<Integer, Integer> sources = sources(run.records());
        if ((Long.decode(pmsidr) & PMSIDR_LDS) != 0) {
            assertThat(sources.keySet())
                    .as("L1D, L2, system cache and DRAM")
                    .isSubsetOf(0x0, 0x8, 0xB, 0xE)
                    .contains(0x0, 0x8);
        } else {
            assertThat(sources).isEmpty();
        }
    }

    /** How often each data source code is in the records (DDI 0487, D18.2.4). */
    private static SortedMap<Integer, Integer> sources(byte[] records) {
        SortedMap<Integer, Integer> sources = new TreeMap<>();
        for (int record = 0; record < records.length; record += RECORD) {
            int at = record;
            while (at < record + RECORD && records[at] != 0 && records[at] != 1) {
                if ((records[at] & 0xCF) == 0x43) {
                    sources.merge(records[at + 1] & 0xFF, 1, Integer::sum);
                }
                at += 1 + (1 << (records[at] >>> 4 & 3));
            }
        }
        return sources;
    }

    @Test
    @DisplayName("What is asserted and modelled by no part is listed, and in no ID register")
    void assertedOnly() throws IOException {
        Path file = Files.writeString(folder.resolve("asserts.json"), """
                {"id": "t:asserts:1", "extensions": {"spelunk-variant": {"json": {"extends": "default", "architecture":
                  {"version": "8.5", "features": ["FEAT_EL2", "FEAT_VHE", "FEAT_FGT", "FEAT_BF16", "FEAT_LSE2", "FEAT_LSE"]}}}}}
                """);
        Judgement judgement = Machines.composition(file.toString())
                .service(MachineFactory.class)
                .judge(Machines.composition(file.toString()).variant());
        assertThat(judgement.problems()).isEmpty();
        assertThat(judgement.asserted()).containsExactly("FEAT_BF16", "FEAT_LSE2");
        assertThat(judgement.mandatory()).contains("FEAT_LSE2").doesNotContain("FEAT_LSE");
        try (Machine machine = Machines.setup().variant(file.toString()).compose(new ByteArrayOutputStream())) {
            PeContext pe = machine.pes().get(0);
            assertThat(pe.architecture.features()).contains("FEAT_LSE").doesNotContain("FEAT_BF16", "FEAT_LSE2");
            assertThat(pe.register(SystemRegister.ID_AA64ISAR1_EL1) >>> 52 & 15).isZero();
            assertThat(pe.register(SystemRegister.ID_AA64MMFR2_EL1)).isZero();
        }
    }

    @Test
    @DisplayName("variant check prints what a variant provides, requires and lacks, and where its values come from")
    void check() {
        Spelunk.Outcome outcome = Spelunk.run("variant", "check", "neoverse-n1");
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains(
                        "Armv8.2",
                        "provides, by bundle",
                        "requires, by bundle",
                        "FEAT_RAS",
                        "values from public documents",
                        "100616",
                        "values that are assumptions",
                        "of the real core, not modelled",
                        "a legal machine");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "remove": ["dev.spelunk:dev.spelunk.pmsver.v1p0"]                       | FEAT_SPE is missing
            "remove": ["dev.spelunk:dev.spelunk.mmu"]                               | no part of kind mmu
            "parts": {"timing": "quantum"}                                          | no part of kind timing is named quantum
            "architecture": {"version": "8.0"}                                      | is not permitted in Armv8.0
            "architecture": {"version": "8.5", "features": ["FEAT_SPE_ERnd"]}       | FEAT_SPE_ERnd is asserted, but no part of the machine models it
            "registers": {"NOSUCH_EL1": "0x1"}                                      | it states the value of NOSUCH_EL1, a register that the machine does not have
            "registers": {"PMSIDR_EL1": "0x1"}                                      | it states PMSIDR_EL1 = 0x1, but its parts and their configurations make it 0x2600f
            """)
    @DisplayName("An illegal variant, and one that lacks a part: one line, exit code 2")
    void illegal(String change, String message) throws IOException {
        Path file = Files.writeString(
                folder.resolve("bad.json"),
                "{\"id\": \"t:bad:1\", \"extensions\": {\"spelunk-variant\": "
                        + "{\"json\": {\"extends\": \"default\", " + change.strip() + "}}}}");
        Spelunk.Outcome outcome = Spelunk.run("variant", "check", file.toString());
        assertThat(outcome.code()).as(outcome.out()).isEqualTo(2);
        assertThat(outcome.onlyError()).startsWith("spelunk: ").contains(message);
    }
}
