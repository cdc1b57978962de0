// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.spu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.profiling.ProfilingRules;
import dev.spelunk.api.profiling.SampleCollector;
import dev.spelunk.api.state.Operation;
import dev.spelunk.api.wiring.PeContext;
import dev.spelunk.testkit.TestMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Operations in, bytes out: the record of each kind of operation under each PMSVer and each increment, as the files in
 * {@code golden} have them. There each packet has a line with its bytes and its meaning; the tests of records hold the
 * bytes against the meaning, by this project's decoder and by perf.
 */
class GoldenRecordsTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");
    private static final int MEMORY = Operation.HAS_VA | Operation.HAS_PA | Operation.HAS_TRANSLATION_LATENCY;
    private static final int RETIRED = 2;
    private static final int NOT_TAKEN = 1 << 6;

    /** The operations, in the order of the files. */
    private static Map<String, Consumer<Operation>> operations() {
        Map<String, Consumer<Operation>> all = new LinkedHashMap<>();
        all.put("other", o -> {});
        all.put("other with contexts and timestamp", o -> {
            o.flags = Operation.HAS_CONTEXT_EL1 | Operation.HAS_CONTEXT_EL2 | Operation.HAS_TIMESTAMP;
            o.contextEl1 = 41;
            o.contextEl2 = 42;
            o.timestamp = 0x123456;
        });
        all.put("conditional select of operand two", o -> {
            o.flags = Operation.CONDITIONAL | Operation.CONDITION_FAILED;
            o.events |= NOT_TAKEN;
        });
        all.put("scalar floating-point", o -> o.flags = Operation.FLOATING_POINT);
        all.put("vector of integers", o -> o.flags = Operation.ADVANCED_SIMD);
        all.put("vector of floating-point", o -> o.flags = Operation.ADVANCED_SIMD | Operation.FLOATING_POINT);
        all.put("branch", o -> branch(o, Operation.TAKEN));
        all.put("conditional branch, not taken", o -> {
            branch(o, Operation.CONDITIONAL | Operation.CONDITION_FAILED);
            o.events |= NOT_TAKEN | 1 << 7;
        });
        all.put("branch with link", o -> branch(o, Operation.TAKEN | Operation.BRANCH_WITH_LINK));
        all.put(
                "indirect branch with link",
                o -> branch(o, Operation.TAKEN | Operation.BRANCH_WITH_LINK | Operation.INDIRECT));
        all.put("procedure return", o -> branch(o, Operation.TAKEN | Operation.INDIRECT | Operation.PROCEDURE_RETURN));
        all.put("exception return", o -> branch(o, Operation.TAKEN | Operation.INDIRECT | Operation.EXCEPTION_RETURN));
        all.put("load", o -> access(o, Operation.LOAD));
        all.put("load with a data source", o -> {
            access(o, Operation.LOAD | Operation.HAS_DATA_SOURCE);
            o.dataSource = 0x0D;
        });
        all.put("load with a long data source", o -> {
            access(o, Operation.LOAD | Operation.HAS_DATA_SOURCE);
            o.dataSource = 0x1234;
        });
        all.put("load with every cache event", o -> {
            access(o, Operation.LOAD);
            o.events |= 0x00F8_073CL;
        });
        all.put("misaligned load", o -> {
            access(o, Operation.LOAD | Operation.MISALIGNED);
            o.events |= 1 << 11;
        });
        all.put("store", o -> access(o, Operation.STORE));
        all.put("load of a SIMD&FP register", o -> access(o, Operation.LOAD | Operation.SIMD_FP_REGISTERS));
        all.put(
                "load-acquire exclusive",
                o -> access(o, Operation.LOAD | Operation.EXCLUSIVE | Operation.ACQUIRE_RELEASE));
        all.put("atomic", o -> access(o, Operation.LOAD | Operation.STORE | Operation.ATOMIC));
        all.put("atomic without return", o -> access(o, Operation.STORE | Operation.ATOMIC));
        all.put("store of unspecified registers", o -> access(o, Operation.STORE | Operation.UNSPECIFIED_REGISTERS));
        all.put("load that faulted", o -> {
            access(o, Operation.LOAD | Operation.EXCEPTION);
            o.flags &= ~(Operation.HAS_PA | Operation.HAS_TRANSLATION_LATENCY);
            o.events |= 1;
        });
        all.put("slow operation", o -> o.totalLatency = 5000);
        all.put("load of Allocation Tags", o -> form(o, Operation.ALLOCATION_TAGS, Operation.LOAD));
        all.put("system register store", o -> form(o, Operation.SYSTEM_REGISTER, Operation.STORE));
        all.put("memory copy, source", o -> form(o, Operation.MEMORY_COPY, Operation.LOAD));
        all.put("memory copy, destination", o -> form(o, Operation.MEMORY_COPY, Operation.STORE));
        all.put("memory set", o -> form(o, Operation.MEMORY_SET, Operation.STORE));
        all.put("Guarded Control Stack load", o -> form(o, Operation.GUARDED_CONTROL_STACK, Operation.LOAD));
        all.put("branch with link and Guarded Control Stack", o -> {
            branch(o, Operation.TAKEN | Operation.BRANCH_WITH_LINK | Operation.STORE);
            o.form = Operation.GUARDED_CONTROL_STACK;
        });
        all.put("SVE, 512 bits, predicated, floating-point", o -> {
            o.form = Operation.SVE;
            o.vectorBits = 512;
            o.flags = Operation.PREDICATED | Operation.FLOATING_POINT;
            o.events |= 1 << 17;
        });
        all.put("SVE gather load, 4096 bits", o -> {
            form(o, Operation.SVE, Operation.LOAD | Operation.GATHER_SCATTER);
            o.vectorBits = 4096;
        });
        all.put("SME outer product, 512 by 512 bits", o -> {
            o.form = Operation.SME_ARRAY;
            o.vectorBits = 512 * 512 / 32;
            o.flags = Operation.FLOATING_POINT;
            o.events |= 1 << 24;
        });
        return all;
    }

    private static void branch(Operation o, int flags) {
        o.operationClass = Operation.BRANCH;
        o.flags = flags;
        o.target = 0xFFFF_8000_0008_1000L;
        o.targetEl = 1;
        if ((flags & Operation.EXCEPTION_RETURN) != 0) {
            o.target = 0x40_0000L;
            o.targetEl = 0;
        }
    }

    private static void access(Operation o, int flags) {
        o.operationClass = Operation.LOAD_STORE;
        o.flags = flags | MEMORY;
        o.va = 0xFFFF_8000_0900_0040L;
        o.pa = 0x4100_0040L;
        o.translationLatency = 3;
    }

    private static void form(Operation o, int form, int flags) {
        access(o, flags);
        o.form = form;
    }

    private final PeContext context;
    private final Operation before = new Operation();
    private final Operation operation = new Operation();

    GoldenRecordsTest() {
        context = TestMachine.builder().build().context;
    }

    /** The operation after a taken branch, as the SPU would have collected it, without the filters. */
    private byte[] record(ProfilingRules rules, Consumer<Operation> shape) {
        before.begin(0xFFFF_8000_0008_07FCL, 1, true, 9000);
        branch(before, Operation.TAKEN);
        before.target = 0xFFFF_8000_0008_0800L;
        operation.begin(0xFFFF_8000_0008_0804L, 1, true, 10_001);
        operation.totalLatency = 12;
        operation.issueLatency = 5;
        operation.events = RETIRED;
        shape.accept(operation);
        for (SampleCollector collector : rules.collectors()) {
            collector.observe(context, before);
        }
        context.pe.executed++;
        for (SampleCollector collector : rules.collectors()) {
            collector.collect(context, operation);
        }
        context.pe.executed += 100;
        RecordBuilder builder = new RecordBuilder(rules);
        return Arrays.copyOf(builder.data, builder.build(operation));
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("Records of every kind of operation, byte for byte")
    @CsvSource(textBlock = """
            v1p0, 1,
            v1p1, 2,
            v1p2, 3,
            v1p3, 4,
            v1p4, 5,
            v1p5, 6,
            lds, 1, FEAT_SPE_LDS
            pbt, 3, FEAT_SPE_PBT
            crr, 5, FEAT_SPE_CRR
            fpf, 1, FEAT_SPE_EFT FEAT_SPE_FPF
            altclk, 1, FEAT_SPE_ALTCLK
            sme, 2, FEAT_SPE_SME
            fds, 5, FEAT_SPE_LDS FEAT_SPE_FDS
            dpfzs, 3, FEAT_SPE_DPFZS
            ernd, 1, FEAT_SPE_ERnd
            nvm, 1, FEAT_SPE_nVM
            newest, 6, FEAT_SPE_LDS FEAT_SPE_FDS FEAT_SPE_PBT FEAT_SPE_EFT FEAT_SPE_FPF FEAT_SPE_ALTCLK FEAT_SPE_ERnd
            """)
    void records(String file, int pmsVer, String increments) throws IOException {
        ProfilingRules rules = FeatureSets.compose(pmsVer, increments == null ? new String[0] : increments.split(" "));
        Map<String, String> golden = read(FOLDER.resolve(file + ".txt"));
        Map<String, Consumer<Operation>> operations = operations();
        assertThat(golden.keySet()).containsExactlyElementsOf(operations.keySet());
        operations.forEach((name, shape) -> assertThat(HexFormat.of().formatHex(record(rules, shape)))
                .as(name)
                .isEqualTo(golden.get(name)));
    }

    /** The bytes of each operation's record in hexadecimal: a line with its name, then its packets' lines. */
    private static Map<String, String> read(Path file) throws IOException {
        Map<String, String> golden = new LinkedHashMap<>();
        String name = null;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("    ")) {
                golden.merge(name, line.substring(4, line.indexOf("  ", 4)).replace(" ", ""), String::concat);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                name = line;
            }
        }
        return golden;
    }
}
