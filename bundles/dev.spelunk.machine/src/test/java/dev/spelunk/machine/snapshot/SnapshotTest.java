// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.api.state.RandomStream;
import dev.spelunk.machine.board.Board;
import dev.spelunk.machine.board.FakeParts;
import dev.spelunk.machine.run.RunLoop;
import dev.spelunk.machine.run.Safepoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Snapshots")
class SnapshotTest {
    private static final Map<String, String> IDENTITY = Map.of("variant", "test");

    @TempDir
    Path folder;

    private final FakeParts parts = new FakeParts();

    private static Snapshot of(Board board) {
        return new Snapshot(board, new RunLoop(board.wiring, board.console, board.options, new Safepoints()));
    }

    private Path saved(Board board) {
        Path file = folder.resolve("state");
        SnapshotFile.write(file, IDENTITY, of(board));
        return file;
    }

    @Test
    @DisplayName(
            "General registers, lock-up, device state, random streams and memory are as they were; derived things go")
    void whole() {
        Board board = parts.board(2);
        board.pes[1].pe.x[7] = 0x1234;
        board.pes[1].pe.pc = 0x4000_1000L;
        board.pes[0].pe.progress.fruitlessExits = 999;
        board.pes[0].pe.progress.exceptionVector = 0x200;
        board.state.block("a device", 2, 3).words[1] = 5;
        board.state.block("a device", 2, 3).bytes[2] = 6;
        board.state.memory.write(0x4000_2000L, 8, 0x1122334455667788L);
        board.state.random("something").next();
        long unseeded = peek(board);
        board.state.reseed(7);
        assertThat(peek(board))
                .isEqualTo(new RandomStream(7, "something").state)
                .isNotEqualTo(unseeded);
        board.state.random("something").next();
        long next = peek(board);
        Path file = saved(board);

        FakeParts others = new FakeParts();
        Board other = others.board(2);
        other.state.memory.write(0x4000_5000L, 8, -1);
        other.state.random("later").next();
        others.log.clear();
        SnapshotFile.read(file, IDENTITY, of(other));
        assertThat(other.pes[1].pe.x[7]).isEqualTo(0x1234);
        assertThat(other.pes[1].pe.pc).isEqualTo(0x4000_1000L);
        assertThat(other.pes[0].pe.progress.fruitlessExits).isEqualTo(999);
        assertThat(other.pes[0].pe.progress.exceptionVector).isEqualTo(0x200);
        assertThat(other.state.block("a device", 2, 3).words[1]).isEqualTo(5);
        assertThat(other.state.block("a device", 2, 3).bytes[2]).isEqualTo((byte) 6);
        assertThat(other.state.memory.read(0x4000_2000L, 8)).isEqualTo(0x1122334455667788L);
        assertThat(other.state.memory.read(0x4000_5000L, 8))
                .as("page that was zero")
                .isZero();
        assertThat(peek(other)).isEqualTo(next);
        assertThat(other.state.random("later").state)
                .as("stream that had not been asked for")
                .isEqualTo(new RandomStream(7, "later").state);
        assertThat(other.state.random("never yet").state).isEqualTo(new RandomStream(7, "never yet").state);
        assertThat(others.log).contains("invalidate core", "invalidate translator");
    }

    private static long peek(Board board) {
        return board.state.random("something").state;
    }

    @Test
    @DisplayName("A state of another machine, of another number of PEs, and a damaged file are refused by name")
    void refused() throws IOException {
        Path file = saved(parts.board(1));
        assertThatThrownBy(() -> SnapshotFile.read(file, Map.of("variant", "other"), of(new FakeParts().board(1))))
                .hasMessageContaining("is of a machine with variant test, this one has other");
        assertThatThrownBy(() -> SnapshotFile.read(file, IDENTITY, of(new FakeParts().board(2))))
                .hasMessageContaining("is of a machine with another number of PEs");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        assertThatThrownBy(() -> SnapshotFile.read(file, IDENTITY, of(new FakeParts().board(1))))
                .hasMessageContaining("is damaged or truncated");
    }
}
