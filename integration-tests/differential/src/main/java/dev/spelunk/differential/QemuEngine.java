// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.differential;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Executes blocks under {@code qemu-aarch64}, in one process for each batch. */
public final class QemuEngine implements Engine {
    private static final long MAGIC = 0x316b6c62756c6570L;
    private static final int SECONDS = 120;

    private final String emulator;
    private final Path runner;
    private final String[] options;
    private final Path folder;

    /**
     * @param emulator the emulator's command
     * @param runner the program built by {@link #buildRunner}
     * @param folder where to keep a batch's files
     * @param options the emulator's options, such as {@code -cpu max}
     */
    public QemuEngine(String emulator, Path runner, Path folder, String... options) {
        this.emulator = emulator;
        this.runner = runner;
        this.folder = folder;
        this.options = options.clone();
    }

    /**
     * Builds the program that runs the blocks inside the emulator.
     *
     * @param compiler the cross compiler's command
     * @param source {@code runner.c}
     * @param folder where to put the program
     * @throws IOException when the compiler fails, with what it said
     */
    public static Path buildRunner(String compiler, Path source, Path folder) throws IOException {
        Path program = folder.resolve("runner");
        Path log = folder.resolve("runner.log");
        int status = execute(
                new ProcessBuilder(
                                compiler,
                                "-O2",
                                "-Wall",
                                "-Wextra",
                                "-ffreestanding",
                                "-static",
                                "-nostdlib",
                                "-mno-outline-atomics",
                                "-o",
                                program.toString(),
                                source.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile()),
                compiler);
        if (status != 0) {
            throw new IOException(compiler + " could not build " + source + ":\n" + Files.readString(log));
        }
        return program;
    }

    @Override
    public String name() {
        return "qemu";
    }

    @Override
    public List<Outcome> run(List<Block> blocks) throws IOException {
        Path input = folder.resolve("batch.in");
        Path output = folder.resolve("batch.out");
        Path log = folder.resolve("batch.log");
        write(input, blocks);
        List<String> command = new ArrayList<>();
        command.add(emulator);
        command.addAll(List.of(options));
        command.add(runner.toString());
        int status = execute(
                new ProcessBuilder(command)
                        .redirectInput(input.toFile())
                        .redirectOutput(output.toFile())
                        .redirectError(log.toFile()),
                emulator);
        long expected = (long) blocks.size() * (16 + MachineState.BYTES);
        if (status != 0 || Files.size(output) != expected) {
            throw new IOException(String.join(" ", command) + " < " + input + " ended with status " + status + " and "
                    + Files.size(output) + " of " + expected + " bytes: " + Files.readString(log));
        }
        return read(output, blocks);
    }

    private static int execute(ProcessBuilder builder, String command) throws IOException {
        Process process = builder.start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(command + " did not end within " + SECONDS + " seconds");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(command + " was interrupted", e);
        }
    }

    private static void write(Path input, List<Block> blocks) throws IOException {
        int length = 16;
        for (Block block : blocks) {
            length += 24 + MachineState.BYTES + (block.words().length * 4 + 7 & ~7);
        }
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(MAGIC).putLong(blocks.size());
        for (Block block : blocks) {
            buffer.putLong(block.address())
                    .putInt(block.words().length)
                    .putInt(block.entry())
                    .putInt(block.exit());
            buffer.putInt(0);
            block.initial().write(buffer);
            for (int word : block.words()) {
                buffer.putInt(word);
            }
            if (block.words().length % 2 != 0) {
                buffer.putInt(0);
            }
        }
        Files.write(input, buffer.array());
    }

    private static List<Outcome> read(Path output, List<Block> blocks) throws IOException {
        List<Outcome> outcomes = new ArrayList<>(blocks.size());
        try (FileChannel channel = FileChannel.open(output, StandardOpenOption.READ)) {
            ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            buffer.order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < blocks.size(); i++) {
                long signal = buffer.getLong();
                long pc = buffer.getLong();
                outcomes.add(new Outcome(end((int) signal), pc, MachineState.read(buffer)));
            }
        }
        return outcomes;
    }

    /** What Linux's signals stand for. */
    private static Outcome.End end(int signal) {
        switch (signal) {
            case 0:
                return Outcome.End.EXIT;
            case 4:
                return Outcome.End.UNDEFINED;
            case 7:
                return Outcome.End.ALIGNMENT;
            case 11:
                return Outcome.End.ABORT;
            default:
                return Outcome.End.OTHER;
        }
    }
}
