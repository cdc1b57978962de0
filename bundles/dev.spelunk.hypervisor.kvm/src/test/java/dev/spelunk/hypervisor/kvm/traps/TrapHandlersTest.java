// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.traps;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.hypervisor.TrapHandler;
import dev.spelunk.api.registers.Encoding;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Which registers and instructions each handler of KVM's has, of all encodings")
class TrapHandlersTest {
    private static final Map<TrapHandler, Set<String>> FEW = Map.of(
            new AuxiliaryControlTraps(), Set.of("S3_0_C1_C0_1"),
            new CacheMaintenanceTraps(), Set.of("S1_0_C7_C6_2", "S1_0_C7_C10_2", "S1_0_C7_C14_2"),
            new ProfilingBufferTraps(), Set.of("S3_0_C9_C10_0", "S3_0_C9_C10_1", "S3_0_C9_C10_3"),
            new ProfilingIdTraps(), Set.of("S3_0_C9_C9_7", "S3_0_C9_C10_7"),
            new SamplingTraps(),
                    Set.of(
                            "S3_0_C9_C9_0",
                            "S3_0_C9_C9_1",
                            "S3_0_C9_C9_2",
                            "S3_0_C9_C9_3",
                            "S3_0_C9_C9_4",
                            "S3_0_C9_C9_5",
                            "S3_0_C9_C9_6",
                            "S3_0_C9_C10_4"),
            new SoftwareGeneratedInterruptTraps(), Set.of("S3_0_C12_C11_5", "S3_0_C12_C11_6", "S3_0_C12_C11_7"));

    private static Set<String> handled(TrapHandler handler) {
        return IntStream.range(0, 1 << 16)
                .filter(handler::handles)
                .mapToObj(Encoding::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @DisplayName(
            "Those with a few: PMBLIMITR, PMBPTR, PMBSR; PMSIDR, PMBIDR; PMS*; ICC_*SGI*; ACTLR_EL1; DC by set and way")
    void few() {
        FEW.forEach((handler, names) -> assertThat(handled(handler))
                .as(handler.getClass().getSimpleName())
                .containsExactlyInAnyOrderElementsOf(names));
    }

    @Test
    @DisplayName("The ID space: REVIDR_EL1, AIDR_EL1 and op0 3, op1 0, CRn 0, CRm 1 to 7")
    void identification() {
        Set<String> expected = new TreeSet<>(Set.of("S3_0_C0_C0_6", "S3_1_C0_C0_7"));
        for (int crm = 1; crm <= 7; crm++) {
            for (int op2 = 0; op2 < 8; op2++) {
                expected.add("S3_0_C0_C" + crm + "_" + op2);
            }
        }
        assertThat(handled(new IdRegisterTraps())).isEqualTo(expected);
    }

    @Test
    @DisplayName("Performance monitors (DDI 0487, D24.5)")
    void performanceMonitors() {
        Set<String> expected = new TreeSet<>();
        for (int op2 = 0; op2 < 8; op2++) {
            expected.add("S3_0_C9_C14_" + op2);
            for (int crm = 12; crm <= 14; crm++) {
                expected.add("S3_3_C9_C" + crm + "_" + op2);
            }
            for (int crm = 8; crm <= 15; crm++) {
                expected.add("S3_3_C14_C" + crm + "_" + op2);
            }
        }
        assertThat(handled(new PerformanceMonitorTraps())).isEqualTo(expected);
    }

    @Test
    @DisplayName("Debug registers are all of op0 2; no encoding has two handlers")
    void debug() {
        Map<Integer, Integer> handlers = new TreeMap<>();
        TrapHandler[] others = {new IdRegisterTraps(), new PerformanceMonitorTraps(), new DebugTraps()};
        for (int encoding = 0; encoding < 1 << 16; encoding++) {
            assertThat(others[2].handles(encoding)).isEqualTo(Encoding.op0(encoding) == 2);
            int count = 0;
            for (TrapHandler handler : others) {
                count += handler.handles(encoding) ? 1 : 0;
            }
            for (TrapHandler handler : FEW.keySet()) {
                count += handler.handles(encoding) ? 1 : 0;
            }
            if (count > 1) {
                handlers.put(encoding, count);
            }
        }
        assertThat(handlers).isEmpty();
    }
}
