// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.machine.Machine.Ending;
import dev.spelunk.api.registers.SystemRegister;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How guests end, and the exit code of each way. */
class GuestEndingTest {
    private static final long PSCI_SYSTEM_OFF = 0x84000008L;
    private static final long PSCI_SYSTEM_RESET = 0x84000009L;

    private static final int SUB_SP_256 = 0xD10403FF;
    private static final int STP_X0_X1_SP = 0xA90007E0;
    private static final int MOV_SP_X2 = 0x9100005F;

    private static final int WFE = 0xD503205F;
    private static final int NOP = 0xD503201F;
    /** B to the instruction before. */
    private static final int B_BACK = 0x17FFFFFF;

    @TempDir
    private Path folder;

    private Spelunk.Outcome run(FlatImage image, String... options) {
        String[] arguments = new String[options.length + 6];
        arguments[0] = "run";
        arguments[1] = image.write(folder.resolve("guest.bin")).toString();
        arguments[2] = "-o";
        arguments[3] = folder.resolve("out").toString();
        // A guest that does not end as it should must not keep the test.
        arguments[4] = "--max-instructions";
        arguments[5] = "20000000";
        System.arraycopy(options, 0, arguments, 6, options.length);
        return Spelunk.run(arguments);
    }

    private OutputFiles files() {
        return new OutputFiles(folder.resolve("out"));
    }

    private void assertFilesWritten(String ending) {
        assertThat(files().names()).containsExactly("perf.data", "records.bin", "report.html", "summary.json");
        assertThat(files().summary().getString("ending")).isEqualTo(ending);
    }

    /** Those of the bundled guest, whose symbols are files beside its profile. */
    private void assertFilesOfBundledGuestWritten(String ending) {
        assertThat(files().names())
                .containsExactly("guest.elf.symbols", "perf.data", "records.bin", "report.html", "summary.json");
        assertThat(files().summary().getString("ending")).isEqualTo(ending);
    }

    @ParameterizedTest
    @CsvSource({"0x18, 0, kvm", "0x18, 42, none", "0x20, 0, none", "0x20, 7, kvm", "0x20, 255, kvm"})
    @DisplayName("SYS_EXIT (0x18) and SYS_EXIT_EXTENDED (0x20) give the exit code")
    void semihostingExit(String operation, int code, String hypervisor) {
        Spelunk.Outcome outcome =
                run(new FlatImage().exit(Integer.decode(operation), code), "--hypervisor", hypervisor);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).as(outcome.out()).isEqualTo(code);
        assertFilesWritten("EXITED");
    }

    @ParameterizedTest
    @CsvSource({
        "WFI, ''",
        "WFE, ''",
        "WFI, --hypervisor none",
        "WFI, --pressure 20000",
        "WFI, --host-task",
        "WFE, --host-task",
        "WFI, --host-task --pressure 20000",
        "WFE, --cpus 2 --physical-pes 1"
    })
    @DisplayName("a guest that waits for ever is told so, whatever the host has to do beside it")
    void waitsForEver(String instruction, String options) {
        int wait = instruction.equals("WFI") ? FlatImage.WFI : WFE;
        Spelunk.Outcome outcome =
                run(new FlatImage().word(wait).word(B_BACK), options.isEmpty() ? new String[0] : options.split(" "));
        assertThat(outcome.code()).as(outcome.out()).isEqualTo(3);
        assertThat(outcome.err()).contains("waits for an interrupt that nothing will raise");
    }

    @Test
    @DisplayName("vCPUs that wait in WFE and give the PE to each other wait for ever, too")
    void twoWaitForEver() {
        FlatImage image = new FlatImage();
        long second = image.here() + 4 * 16;
        image.load(0, 0xC4000003L).load(1, 1).load(2, second).word(FlatImage.HVC);
        while (image.here() < second) {
            image.word(NOP);
        }
        Spelunk.Outcome outcome = run(image.word(WFE).word(B_BACK), "--cpus", "2", "--physical-pes", "1");
        assertThat(outcome.code()).as(outcome.out()).isEqualTo(3);
        assertThat(outcome.err()).contains("waits for an interrupt that nothing will raise");
    }

    @ParameterizedTest
    @CsvSource({"hello.elf, kvm, 1", "hello.bin, kvm, 1", "hello.elf, none, 1", "hello.bin, none, 2"})
    @DisplayName("a guest prints by the PL011 and by semihosting, and exits with what its boot arguments say")
    void hello(String name, String hypervisor, String el) throws IOException, InterruptedException {
        Path guest = Guests.built("GuestEndingTest.hello " + name, name);
        Spelunk.Outcome outcome = Spelunk.run(
                "run",
                guest.toString(),
                "--hypervisor",
                hypervisor,
                "--el",
                el,
                "--append",
                "exit=37",
                "-o",
                folder.toString());
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.code()).as(outcome.out()).isEqualTo(37);
        assertThat(outcome.out()).startsWith("Hello by the PL011\r\nHello by semihosting\n");
    }

    @ParameterizedTest
    @CsvSource({"kvm, HVC", "none, HVC", "none, SMC"})
    @DisplayName("PSCI SYSTEM_OFF ends with 0, SYSTEM_RESET with 3")
    void psci(String hypervisor, String conduit) {
        int call = conduit.equals("HVC") ? FlatImage.HVC : FlatImage.SMC;
        Spelunk.Outcome off = run(
                new FlatImage().load(0, PSCI_SYSTEM_OFF).word(call).word(FlatImage.B_SELF), "--hypervisor", hypervisor);
        assertThat(off.err()).isEmpty();
        assertThat(off.code()).isZero();
        assertFilesWritten("POWERED_OFF");
        Spelunk.Outcome reset = run(
                new FlatImage().load(0, PSCI_SYSTEM_RESET).word(call).word(FlatImage.B_SELF),
                "--hypervisor",
                hypervisor);
        assertThat(reset.err()).contains("the guest reset itself");
        assertThat(reset.code()).isEqualTo(3);
        assertFilesWritten("RESET");
    }

    @Test
    @DisplayName("the bundled guest can leave by PSCI")
    void bundledByPsci() {
        Machines.Run run = Machines.setup().append("workload=scan exit=psci").run();
        assertThat(run.result().ending()).as(run.told()).isEqualTo(Ending.POWERED_OFF);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kvm", "none"})
    @DisplayName("a guest that jumps to nowhere fails, with a register dump")
    void wildJump(String hypervisor) {
        Spelunk.Outcome outcome = run(
                new FlatImage()
                        .load(7, 0x1234_5678_9ABCL)
                        .load(1, 0x6666_0000L)
                        .msr(SystemRegister.VBAR_EL1, 1)
                        .word(FlatImage.ISB)
                        .word(0xD61F0000 | 1 << 5),
                "--hypervisor",
                hypervisor);
        assertFailed(outcome);
        assertThat(outcome.err().toLowerCase()).contains("123456789abc", "pc", "esr_el1", "elr_el1");
    }

    @Test
    @DisplayName("registers and report of a guest that fails name its functions")
    void namesInTheDump() throws IOException, InterruptedException {
        Spelunk.Outcome outcome = Spelunk.run(
                "run",
                Guests.built("GuestEndingTest", "wfe-dead.elf").toString(),
                "--cpus",
                "2",
                "-o",
                folder.resolve("out").toString());
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err())
                .containsPattern("(?m)^PE 0  PC 00000000402[0-9a-f]{5} .*_start\\+0x")
                .containsPattern("(?m)^PE 1  PC 00000000402[0-9a-f]{5} .*second\\+0x");
        assertThat(outcome.out())
                .contains("PE 0 waits for an event at EL1 in _start+0x", "PE 1 waits for an event at EL1 in second+0x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kvm", "none"})
    @DisplayName("a guest without a stack fails: its vectors fault for ever")
    void noStack(String hypervisor) {
        // SP points to nowhere; the vectors begin, as a kernel's do, with making room on the stack and saving there.
        FlatImage image = new FlatImage();
        while (image.here() < FlatImage.BASE + 0x800) {
            image.word(image.here() == FlatImage.BASE + 64 ? 0x14000000 | 0x1000 - 64 >>> 2 : 0);
        }
        while (image.here() < FlatImage.BASE + 0x1000) {
            boolean entry = (image.here() & 0x7F) == 0;
            image.word(entry ? SUB_SP_256 : STP_X0_X1_SP);
        }
        image.load(1, FlatImage.BASE + 0x800)
                .msr(SystemRegister.VBAR_EL1, 1)
                .load(2, 0x7777_0000_0000L)
                .word(MOV_SP_X2)
                .word(STP_X0_X1_SP);
        assertFailed(run(image, "--hypervisor", hypervisor));
    }

    @ParameterizedTest
    @CsvSource({"0x9E670000, kvm", "0x4E201C00, none", "0x3DC00000, kvm"})
    @DisplayName("a guest that fails on a floating-point or SIMD instruction is told of -mgeneral-regs-only")
    void floatingPoint(String word, String hypervisor) {
        Spelunk.Outcome outcome =
                run(new FlatImage().word(Integer.parseUnsignedInt(word.substring(2), 16)), "--hypervisor", hypervisor);
        assertFailed(outcome);
        assertThat(outcome.err()).contains("-mgeneral-regs-only");
    }

    @Test
    @DisplayName("a guest that waits for nothing fails instead of hanging")
    void waitsForNothing() {
        assertFailed(run(new FlatImage().word(FlatImage.WFI).word(FlatImage.B_SELF), "--hypervisor", "none"));
    }

    private void assertFailed(Spelunk.Outcome outcome) {
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(3);
        assertThat(outcome.err()).contains("spelunk: the guest failed: ").doesNotContain("Exception in", "\tat ");
        assertFilesWritten("FAILED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kvm", "none"})
    @DisplayName("--max-instructions ends the run exactly there, with 4")
    void instructionLimit(String hypervisor) {
        Spelunk.Outcome outcome = Spelunk.run(
                "run",
                "--max-instructions",
                "12345678",
                "--hypervisor",
                hypervisor,
                "-o",
                folder.resolve("out").toString());
        assertThat(outcome.code()).isEqualTo(4);
        assertThat(outcome.onlyError()).isEqualTo("spelunk: --max-instructions 12345678 ended the run");
        assertFilesOfBundledGuestWritten("INSTRUCTION_LIMIT");
        assertThat(files().summaryNumber("instructions")).isEqualTo(12_345_678);
    }

    @Test
    @DisplayName("a guest that loops for ever is interrupted by SIGINT: 130, with its files")
    void interrupt() throws IOException, InterruptedException {
        Spelunk spelunk = Spelunk.with(
                "run", "--append", "scale=100000", "-o", folder.resolve("out").toString());
        // A parent that runs tests in the background may ignore SIGINT, and children inherit that.
        if (new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0) {
            spelunk.by("env", "--default-signal=INT");
        }
        Process process = spelunk.start(folder);
        try {
            Path out = folder.resolve("stdout");
            for (int i = 0; i < 3000 && !Files.readString(out).contains("spe: FEAT_SPE"); i++) {
                assertThat(process.isAlive())
                        .as(() -> read(folder.resolve("stderr")))
                        .isTrue();
                Thread.sleep(100);
            }
            Thread.sleep(1000);
            assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        Spelunk.Outcome outcome = spelunk.outcome(process, folder);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(130);
        assertThat(outcome.err()).contains("spelunk: interrupted");
        assertFilesOfBundledGuestWritten("INTERRUPTED");
        assertThat(files().summaryNumber("records")).isPositive();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
