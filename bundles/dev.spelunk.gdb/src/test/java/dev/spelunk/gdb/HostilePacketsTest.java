// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spelunk.api.debug.Debugger;
import dev.spelunk.api.debug.Stop;
import dev.spelunk.api.machine.Machine;
import dev.spelunk.api.state.MachineState;
import dev.spelunk.api.state.PhysicalMemory;
import dev.spelunk.api.wiring.PeContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What anybody may send to the port ends no session with an exception, hangs nothing and changes nothing unasked. */
class HostilePacketsTest {
    private static final int SESSIONS = 200;
    private static final int PACKETS = 500;
    private static final String[] STARTS = {
        "?",
        "!",
        "Hg",
        "Hc",
        "T",
        "g",
        "p",
        "m",
        "Z",
        "z",
        "c",
        "s",
        "bs",
        "bc",
        "D",
        "R",
        "k",
        "vCont",
        "vCont;",
        "vKill",
        "vRun",
        "qSupported:",
        "qXfer:features:read:target.xml:",
        "qXfer:memory-map:read::",
        "qXfer:",
        "qRcmd,",
        "qC",
        "qfThreadInfo",
        "qThreadExtraInfo,",
        "qMemoryRegionInfo:",
        "qAttached",
        "QStartNoAckMode",
        "Q",
        "q",
        "v",
        ""
    };
    private static final String[] CHANGES = {"G", "P", "M", "X"};
    private static final String ALPHABET = "0123456789abcdef,;:=.-p*$}#+zZ\u0000\u00ff";

    private final Random random = new Random(15);
    private final List<String> changed = new ArrayList<>();
    private final List<Throwable> thrown = new ArrayList<>();
    private final PeContext context = context();

    private static PeContext context() {
        MachineState state = new MachineState(1, new PhysicalMemory(0, 4096), 1);
        return new PeContext(state, state.pes[0]);
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    @DisplayName("100,000 random packets: each session ends by itself, without an exception, and nothing is changed")
    void survives() throws Exception {
        for (int i = 0; i < SESSIONS; i++) {
            session(STARTS);
        }
        assertThat(thrown).isEmpty();
        assertThat(changed).isEmpty();
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    @DisplayName("packets that ask for changes in wrong forms end no session either")
    void survivesChanges() throws Exception {
        for (int i = 0; i < SESSIONS / 10; i++) {
            session(CHANGES);
        }
        assertThat(thrown).isEmpty();
    }

    @Test
    @DisplayName("a packet that asks for a change makes that change")
    void changes() throws Exception {
        serve("$P0=efcdab8967452301#".getBytes(StandardCharsets.ISO_8859_1), "00");
        assertThat(changed).isEmpty();
        byte[] packet = "$P0=efcdab8967452301#".getBytes(StandardCharsets.ISO_8859_1);
        int sum = 0;
        for (int i = 1; i < packet.length - 1; i++) {
            sum += packet[i];
        }
        assertThat(serve(packet, String.format("%02x", sum & 0xFF))).contains("OK");
        assertThat(changed).hasSize(1);
        assertThat(context.pe.x[0]).isEqualTo(0x0123456789ABCDEFL);
    }

    private String serve(byte[] packet, String checksum) throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        sent.writeBytes(packet);
        sent.writeBytes(checksum.getBytes(StandardCharsets.ISO_8859_1));
        return run(sent.toByteArray());
    }

    private void session(String... starts) throws Exception {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (int i = 0; i < PACKETS; i++) {
            sent.writeBytes(packet(starts[random.nextInt(starts.length)]));
        }
        run(sent.toByteArray());
    }

    private byte[] packet(String start) {
        StringBuilder data = new StringBuilder(start);
        for (int n = random.nextInt(random.nextInt(40) == 0 ? 40_000 : 24); n > 0; n--) {
            data.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        int sum = 0;
        for (int i = 0; i < data.length(); i++) {
            sum += data.charAt(i);
        }
        // One in eight is damaged, or is no packet at all.
        String whole =
                switch (random.nextInt(32)) {
                    case 0 -> data.toString();
                    case 1 -> "$" + data;
                    case 2 -> "\u0003+-" + data;
                    case 3 -> "$" + data + "#zz";
                    default -> "$" + data + String.format("#%02x", sum & 0xFF);
                };
        return whole.getBytes(StandardCharsets.ISO_8859_1);
    }

    private String run(byte[] sent) throws Exception {
        ByteArrayOutputStream answers = new ByteArrayOutputStream();
        Packets packets = new Packets(new ByteArrayInputStream(sent), answers);
        Thread thread = new Thread(new Session(packets, machine(), command -> "said\n"), "session");
        thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));
        thread.start();
        thread.join();
        return answers.toString(StandardCharsets.ISO_8859_1);
    }

    private Machine machine() {
        Debugger debugger = (Debugger) Proxy.newProxyInstance(
                Debugger.class.getClassLoader(), new Class<?>[] {Debugger.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "await":
                            return new Stop(Stop.Kind.STEPPED, 0, null, 0, "");
                        case "registers":
                            return List.of("PMBSR_EL1", "FPCR");
                        case "conditions":
                            return List.of();
                        case "register":
                            if (arguments.length == 3) {
                                changed.add("register " + arguments[1]);
                                return null;
                            }
                            return 1L;
                        case "read":
                            return ((byte[]) arguments[3]).length;
                        case "write":
                            changed.add("memory");
                            return ((byte[]) arguments[3]).length;
                        case "change":
                            changed.add("state");
                            ((Runnable) arguments[0]).run();
                            return null;
                        case "guest":
                            return "/guest.elf";
                        case "standing":
                            return true;
                        case "earliest", "place", "latest":
                            return 0L;
                        default:
                            return null;
                    }
                });
        return (Machine) Proxy.newProxyInstance(
                Machine.class.getClassLoader(), new Class<?>[] {Machine.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "debugger":
                            return debugger;
                        case "pes":
                            return List.of(context);
                        default:
                            throw new AssertionError(method);
                    }
                });
    }
}
