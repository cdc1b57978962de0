// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Why a guest gets a buffer management event, in words: who found it, where, and what it comes of")
class EventReasonTest {
    private static final long S = 1L << 17;
    private static final long STAGE_1 = 0x24L << 26 | S;

    private static String of(BufferEvent event, EventCause cause, long pmbsr) {
        return EventReason.of(event, cause, pmbsr, 0x1234_5000L, 0x1234_8FFFL);
    }

    @Test
    @DisplayName("What hardware reported: the pointer, the limit without its control bits, the fault and its level")
    void byHardware() {
        assertThat(of(BufferEvent.BUFFER_FULL, EventCause.HARDWARE, S | 1))
                .startsWith("no further record fits between PMBPTR_EL1 = 0x12345000 and the limit 0x12348000;");
        assertThat(of(BufferEvent.BUFFER_FULL_TORN, EventCause.TORN, S | 1))
                .startsWith("the SPU faulted at stage 2 in the middle of a record at 0x12345000;");
        String[] faults = {
            "address size fault, level 0, in",
            "translation fault, level 1, in",
            "Access flag fault, level 2, in",
            "permission fault, level 3, in"
        };
        for (int i = 0; i < faults.length; i++) {
            assertThat(of(BufferEvent.STAGE_1_FAULT, EventCause.HARDWARE, STAGE_1 | 5L * i))
                    .startsWith(faults[i])
                    .contains("when the SPU wrote at 0x12345000");
        }
        assertThat(of(BufferEvent.STAGE_1_FAULT, EventCause.HARDWARE, STAGE_1 | 15))
                .startsWith("permission fault, level 3,");
        assertThat(of(BufferEvent.STAGE_1_FAULT, EventCause.HARDWARE, STAGE_1 | 16))
                .startsWith("fault 0x10 in");
        assertThat(of(BufferEvent.IMPLEMENTATION_DEFINED, EventCause.HARDWARE, 0x1FL << 26 | S))
                .isEqualTo("hardware reported an event that is IMPLEMENTATION DEFINED, PMBSR_EL1 = 0x7c020000");
        assertThat(of(BufferEvent.ACCESS_NOT_ALLOWED, EventCause.HARDWARE, S | 2))
                .isEqualTo("the buffer with the limit 0x12348000, at 0x12345000: hardware reported it");
    }

    @Test
    @DisplayName("What KVM found: what hardware would report too, what it refuses, and what it cannot pin")
    void byKvm() {
        assertThat(of(BufferEvent.STAGE_1_FAULT_AT_ENABLE, EventCause.NO_TRANSLATION, STAGE_1 | 7))
                .startsWith("translation fault, level 3, in KVM's walk of the guest's stage 1 for 0x12345000 when");
        assertThat(of(BufferEvent.EXTERNAL_ABORT, EventCause.TABLE_WITHOUT_MEMSLOT, STAGE_1 | 1 << 18))
                .isEqualTo("the SPU's access to 0x12345000 can only abort externally: "
                        + "no memslot backs a translation table for that address");
        for (EventCause cause : EventCause.values()) {
            String text = of(BufferEvent.ACCESS_NOT_ALLOWED, cause, S | 2);
            assertThat(text).startsWith("the buffer with the limit 0x12348000, at 0x12345000: " + cause.text);
            String end =
                    switch (cause) {
                        case HARDWARE -> cause.text;
                        case NO_MEMSLOT -> "KVM, which can pin no such page, refuses the buffer";
                        case PINS_REFUSED, ALIASES, TOO_LARGE -> "; KVM refuses the buffer";
                        default -> "; KVM found it, and reports what hardware would";
                    };
            assertThat(text).as("%s", cause).endsWith(end);
        }
    }

    @Test
    @DisplayName("The kind of an event is its class and status code, EA and DL")
    void kinds() {
        assertThat(BufferEvent.of(STAGE_1 | 7)).isEqualTo(BufferEvent.STAGE_1_FAULT);
        assertThat(BufferEvent.of(STAGE_1 | 1 << 18)).isEqualTo(BufferEvent.EXTERNAL_ABORT);
        assertThat(BufferEvent.of(S | 1)).isEqualTo(BufferEvent.BUFFER_FULL);
        assertThat(BufferEvent.of(S | 1 | 1 << 19)).isEqualTo(BufferEvent.BUFFER_FULL_TORN);
        assertThat(BufferEvent.of(S)).isEqualTo(BufferEvent.ACCESS_NOT_ALLOWED);
        assertThat(BufferEvent.of(S | 4)).isEqualTo(BufferEvent.TOO_LARGE);
        assertThat(BufferEvent.of(0x1FL << 26 | S)).isEqualTo(BufferEvent.IMPLEMENTATION_DEFINED);
    }
}
