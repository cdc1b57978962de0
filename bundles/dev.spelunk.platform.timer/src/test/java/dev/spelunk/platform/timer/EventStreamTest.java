// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.platform.timer;

import static dev.spelunk.api.registers.SystemRegister.CNTHCTL_EL2;
import static dev.spelunk.api.registers.SystemRegister.CNTKCTL_EL1;
import static dev.spelunk.api.registers.SystemRegister.CNTVOFF_EL2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.platform.DeviceTree;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Event streams (DDI 0487, D12.2.3) and the device tree node")
class EventStreamTest {
    private static final long EVNTEN = 1 << 2;
    private static final long EVNTDIR = 1 << 3;

    private static void waits(Bench bench) {
        bench.context.pe.waiting = true;
        bench.context.pe.waitingForEvent = true;
        bench.device.waitingChanged(0);
    }

    @ParameterizedTest(name = "bit {0}, direction {1}, at tick {2}: next at tick {3}")
    @CsvSource({
        "0, 0, 4, 5",
        "0, 0, 5, 7",
        "0, 1, 4, 6",
        "0, 1, 5, 6",
        "3, 0, 0, 8",
        "3, 0, 8, 24",
        "3, 0, 9, 24",
        "3, 1, 0, 16",
        "3, 1, 15, 16",
        "15, 0, 1, 32768",
    })
    @DisplayName("the next event is the next transition of the selected bit")
    void nextTransition(int bit, int direction, long now, long next) {
        Bench b = Bench.full().ticks(now).at(1);
        b.write(CNTKCTL_EL1, EVNTEN | (long) direction << 3 | (long) bit << 4);
        b.settle();
        waits(b);
        assertThat(b.deadline(0)).isEqualTo(next * 16);
        assertThat((b.context.pe.waiting)).isTrue();
        b.ticks(next).device.advance(0);
        assertThat(b.context.pe.waiting).isFalse();
    }

    @Test
    @DisplayName("the stream of CNTKCTL_EL1 follows the virtual count, that of CNTHCTL_EL2 the physical one")
    void counters() {
        Bench b = Bench.full().ticks(100).at(1);
        b.context.register(CNTVOFF_EL2, 3);
        b.context.register(CNTKCTL_EL1, EVNTEN | EVNTDIR | 2 << 4);
        b.settle();
        waits(b);
        assertThat(b.deadline(0)).isEqualTo((104 + 3) * 16);
        Bench h = Bench.full().ticks(100).at(1);
        h.context.register(CNTVOFF_EL2, 3);
        h.context.register(CNTHCTL_EL2, EVNTEN | EVNTDIR | 2 << 4);
        h.settle();
        waits(h);
        assertThat(h.deadline(0)).isEqualTo(104 * 16);
    }

    @Test
    @DisplayName("under a host the stream of CNTKCTL_EL1 is off")
    void host() {
        Bench b = Bench.full().ticks(100).hcr(Bench.E2H | Bench.TGE).at(2);
        b.context.register(CNTKCTL_EL1, EVNTEN);
        b.settle();
        waits(b);
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("a PE that does not wait has no deadline for events, and an advance before the event wakes nothing")
    void onlyWhileWaiting() {
        Bench b = Bench.full().ticks(100).at(1);
        b.context.register(CNTKCTL_EL1, EVNTEN | 4 << 4);
        b.settle();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
        waits(b);
        long event = b.deadline(0);
        b.context.pe.executed = event - 1;
        b.device.advance(0);
        assertThat(b.context.pe.waiting).isTrue();
        assertThat(b.deadline(0)).isEqualTo(event);
        b.context.pe.waitingForEvent = false;
        b.device.waitingChanged(0);
        b.context.pe.executed = event;
        b.device.advance(0);
        assertThat(b.context.pe.waiting).as("WFI").isTrue();
        assertThat(b.deadline(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("FEAT_ECV: EVNTIS selects bits 8 to 23")
    void enhanced() {
        Bench b = new Bench("FEAT_EL2", "FEAT_EL3", "FEAT_ECV").at(1);
        b.write(CNTKCTL_EL1, EVNTEN | 1 << 17);
        b.settle();
        waits(b);
        assertThat(b.deadline(0)).isEqualTo(256 * 16);
    }

    @Test
    @DisplayName("the node names the PPIs in the binding's order: secure, physical, virtual, hypervisor")
    void deviceTree() {
        DeviceTree root = new DeviceTree("");
        Bench.full().device.describe(root);
        DeviceTree timer = root.children().iterator().next();
        assertThat(timer.name()).isEqualTo("timer");
        assertThat(timer.properties().get("compatible")).isEqualTo("arm,armv8-timer\0".getBytes());
        int[] cells = new int[12];
        ByteBuffer.wrap(timer.properties().get("interrupts")).asIntBuffer().get(cells);
        assertThat(cells).containsExactly(1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4);
        assertThat(timer.properties()).containsKey("always-on");
    }
}
