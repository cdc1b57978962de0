// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StopRequestsTest {
    private static final long NEVER = 1_000_000;

    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final BlockingQueue<Integer> exits = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> halts = new LinkedBlockingQueue<>();

    @BeforeEach
    void redirect() {
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void restore() {
        System.setErr(standardError);
    }

    private StopRequests requests(long unwind, long stop) {
        return requests(unwind, stop, null);
    }

    private StopRequests requests(long unwind, long stop, Long launcher) {
        StopRequests requests = new StopRequests(exits::add, halts::add, unwind, stop, launcher);
        requests.start();
        return requests;
    }

    private static void arrives(StopRequests requests, int code) throws InterruptedException {
        requests.request(code);
        while (!requests.requested()) {
            Thread.sleep(1);
        }
    }

    private String said() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aCommandThatIsNotInterruptedEndsAsItDoes() {
        StopRequests requests = requests(NEVER, NEVER);
        requests.check();
        assertThat(requests.end(7)).isEqualTo(7);
        assertThat(said()).isEmpty();
    }

    @Test
    void theMainThreadEndsAtItsNextCheckAndSaysSoOnceAtTheEnd() throws InterruptedException {
        StopRequests requests = requests(NEVER, NEVER);
        arrives(requests, ExitCode.TERMINATED);
        assertThatThrownBy(requests::check).isInstanceOf(Stopped.class);
        assertThat(said()).isEmpty();
        assertThat(requests.end(ExitCode.BAD_INPUT)).isEqualTo(ExitCode.TERMINATED);
        assertThat(said()).isEqualTo("spelunk: interrupted\n");
        assertThat(exits).isEmpty();
    }

    @Test
    void aMainThreadThatComesToNoCheckIsEnded() throws InterruptedException {
        StopRequests requests = requests(100, NEVER);
        arrives(requests, ExitCode.HUNG_UP);
        assertThat(exits.take()).isEqualTo(ExitCode.HUNG_UP);
        assertThat(said()).isEqualTo("spelunk: interrupted\n");
    }

    @Test
    void whatHasNothingToCloseEndsWhereItIs() throws InterruptedException {
        StopRequests requests = requests(NEVER, NEVER);
        requests.consequence("; what is fetched is kept");
        requests.endingAtOnce();
        requests.request(ExitCode.INTERRUPTED);
        assertThat(exits.take()).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(said()).isEqualTo("spelunk: interrupted; what is fetched is kept\n");
    }

    @Test
    void anActivityIsStoppedAndWritesForAsLongAsItTakes() throws InterruptedException {
        StopRequests requests = requests(0, 100);
        requests.code(ExitCode.RECORD_FAILED);
        CountDownLatch stop = new CountDownLatch(1);
        try (StopRequests.Activity activity = requests.begin(stop::countDown)) {
            arrives(requests, ExitCode.INTERRUPTED);
            stop.await();
            activity.stopped(true);
            assertThat(exits.poll(500, TimeUnit.MILLISECONDS)).isNull();
        }
        assertThat(exits.poll(500, TimeUnit.MILLISECONDS)).isNull();
        assertThat(requests.end(0)).isEqualTo(ExitCode.RECORD_FAILED);
        assertThat(said()).isEqualTo("spelunk: interrupted\n");
    }

    @Test
    void aRequestThatCameBeforeTheActivityStopsIt() throws InterruptedException {
        StopRequests requests = requests(NEVER, NEVER);
        arrives(requests, ExitCode.INTERRUPTED);
        CountDownLatch stop = new CountDownLatch(1);
        try (StopRequests.Activity activity = requests.begin(stop::countDown)) {
            stop.await();
        }
    }

    @Test
    void anActivityThatDoesNotStopIsEnded() throws InterruptedException {
        StopRequests requests = requests(NEVER, 100);
        try (StopRequests.Activity activity = requests.begin(() -> {})) {
            arrives(requests, ExitCode.INTERRUPTED);
            assertThat(exits.take()).isEqualTo(ExitCode.INTERRUPTED);
        }
        assertThat(said()).isEqualTo("spelunk: interrupted; the machine did not stop, its files are not written\n");
    }

    @Test
    void aSecondRequestEndsAtOnceAlsoWhenTheHooksDoNotEnd() throws InterruptedException {
        StopRequests requests = requests(NEVER, NEVER);
        CountDownLatch never = new CountDownLatch(1);
        try (StopRequests.Activity activity = requests.begin(() -> await(never))) {
            arrives(requests, ExitCode.INTERRUPTED);
            requests.request(ExitCode.TERMINATED);
            assertThat(exits.take()).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(halts.take()).isEqualTo(ExitCode.INTERRUPTED);
        }
        assertThat(said()).isEqualTo("spelunk: interrupted again; what was not written by now is lost\n");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRequestAfterTheEndChangesNothingOfIt() throws InterruptedException {
        StopRequests requests = requests(NEVER, NEVER);
        assertThat(requests.end(3)).isEqualTo(3);
        requests.request(ExitCode.INTERRUPTED);
        assertThat(halts.take()).isEqualTo(3);
        assertThat(said()).isEmpty();
    }

    private static long parent() {
        return ProcessHandle.current().parent().orElseThrow().pid();
    }

    @Test
    void whatIsSentToTheLauncherTooIsOneRequestAndHasItsExitCode() throws InterruptedException {
        StopRequests requests = requests(NEVER, NEVER, parent());
        CountDownLatch never = new CountDownLatch(1);
        try (StopRequests.Activity activity = requests.begin(() -> await(never))) {
            requests.request(ExitCode.TERMINATED);
            requests.requestThroughLauncher();
            assertThat(exits.poll(1, TimeUnit.SECONDS)).isNull();
            requests.requestThroughLauncher();
            assertThat(exits.take()).isEqualTo(ExitCode.INTERRUPTED);
        }
        assertThat(said()).isEqualTo("spelunk: interrupted again; what was not written by now is lost\n");
    }

    @Test
    void whatIsSentToTheJvmAloneKeepsItsExitCode() throws InterruptedException {
        StopRequests requests = requests(100, NEVER, parent());
        requests.request(ExitCode.TERMINATED);
        assertThat(exits.take()).isEqualTo(ExitCode.TERMINATED);
        assertThat(said()).isEqualTo("spelunk: interrupted\n");
    }

    @Test
    void theLaunchersDeathIsARequest() throws InterruptedException {
        StopRequests requests = requests(100, NEVER, parent() + 1);
        assertThat(exits.take()).isEqualTo(ExitCode.TERMINATED);
        assertThat(said()).isEqualTo("spelunk: interrupted\n");
        assertThat(requests.requested()).isTrue();
    }
}
