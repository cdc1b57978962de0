// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.a64.InstructionSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReproducerTest {
    private final InstructionSet catalogue = InstructionSet.base();

    /** An engine without an emulator: X0 becomes a multiple of the number of one certain word. */
    private static Engine counting(int factor) {
        return new Engine() {
            @Override
            public String name() {
                return "counting";
            }

            @Override
            public List<Outcome> run(List<Block> blocks) {
                List<Outcome> outcomes = new ArrayList<>();
                for (Block block : blocks) {
                    MachineState state = block.initial().copy();
                    long adds = Arrays.stream(block.words(), block.entry(), block.exit())
                            .filter(w -> w == 0x8b020c20)
                            .count();
                    state.x[0] = adds * factor;
                    outcomes.add(new Outcome(Outcome.End.EXIT, block.exitAddress(), state));
                }
                return outcomes;
            }
        };
    }

    @Test
    void minimisingLeavesTheOneInstructionThatMatters() throws IOException {
        Block block = new BlockGenerator(catalogue, 85, 40, 11).next(1).get(0);
        int middle = (block.entry() + block.exit()) / 2;
        block.words()[middle] = 0x8b020c20;
        Block minimal = Reproducer.minimise(block, counting(1), counting(2));
        for (int i = minimal.entry(); i < minimal.exit(); i++) {
            assertThat(minimal.words()[i]).isEqualTo(i == middle ? 0x8b020c20 : Layout.NOP);
        }
        assertThat(minimal.initial()).isEqualTo(new MachineState());
        assertThat(minimal.words()[minimal.exit()]).isEqualTo(Layout.BRK);
    }

    @Test
    void aTextIsReadAsItWasWritten() {
        Block block = new BlockGenerator(catalogue, 85, 40, 12).next(3).get(2);
        MachineState after = block.initial().copy();
        after.x[3] ^= 0x8000000000000001L;
        after.sp = -1;
        after.pstate ^= MachineState.NZCV;
        after.memory[1000] ^= 0x40;
        Outcome outcome = new Outcome(Outcome.End.UNDEFINED, block.address() + 64, after);
        String text = new Reproducer(List.of("seed 12"), block, outcome).format(catalogue);
        Reproducer read = Reproducer.parse(Arrays.asList(text.split("\n")));
        assertThat(read.comment()).containsExactly("seed 12");
        assertThat(read.block().words()).isEqualTo(block.words());
        assertThat(read.block().address()).isEqualTo(block.address());
        assertThat(read.block().entry()).isEqualTo(block.entry());
        assertThat(read.block().exit()).isEqualTo(block.exit());
        assertThat(read.block().initial()).isEqualTo(block.initial());
        assertThat(read.expected().differences("read", outcome, "written")).isEmpty();
    }

    @Test
    void aBadTextIsRefused() {
        assertThatThrownBy(() -> Reproducer.parse(List.of("address 1", "entry 0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no line \"length");
        assertThatThrownBy(() -> Reproducer.parse(List.of("address")))
                .hasMessageContaining("name value expected: address");
    }
}
