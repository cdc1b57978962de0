// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("Safepoints: who asks whether the machine stands, and when it does")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SafepointsTest {
    private final Safepoints safepoints = new Safepoints();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayPass = new CountDownLatch(1);

    private CompletableFuture<Boolean> machine() {
        return CompletableFuture.supplyAsync(() -> {
            safepoints.begin();
            begun.countDown();
            try {
                mayPass.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            boolean goesOn = safepoints.pass();
            safepoints.end();
            return goesOn;
        });
    }

    @Test
    @DisplayName("A machine that is to stand before its first operation stands for who asks while it begins")
    void standsAtBegin() throws Exception {
        safepoints.hold();
        assertThat(safepoints.stands()).as("it does not run").isTrue();
        CompletableFuture<Boolean> machine = machine();
        begun.await();
        CompletableFuture<Boolean> stands = CompletableFuture.supplyAsync(safepoints::stands);
        mayPass.countDown();
        assertThat(stands.get()).isTrue();
        assertThat(machine).isNotDone();
        safepoints.resume();
        assertThat(machine.get()).isTrue();
        assertThat(safepoints.stands()).isTrue();
    }

    @Test
    @DisplayName("A machine that runs does not stand, and who asks does not wait; nor does its own thread")
    void runs() throws Exception {
        CompletableFuture<Boolean> machine = machine();
        begun.await();
        assertThat(safepoints.stands()).isFalse();
        mayPass.countDown();
        assertThat(machine.get()).isTrue();
        Safepoints own = new Safepoints();
        own.begin();
        own.hold();
        assertThat(own.stands()).isFalse();
    }

    @Test
    @DisplayName("Who waits for it to stand is told when it ends instead")
    void ends() throws Exception {
        safepoints.hold();
        CompletableFuture<Boolean> machine = machine();
        begun.await();
        CompletableFuture<Boolean> stands = CompletableFuture.supplyAsync(safepoints::stands);
        safepoints.interrupt();
        mayPass.countDown();
        assertThat(stands.get()).isTrue();
        assertThat(machine.get()).as("it is interrupted").isFalse();
    }
}
