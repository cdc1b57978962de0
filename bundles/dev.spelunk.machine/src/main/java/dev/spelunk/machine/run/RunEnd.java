// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.run;

import dev.spelunk.api.machine.Machine.Ending;

/** How a run ended by itself; nothing as long as the guest goes on. */
final class RunEnd {
    private Ending ending;
    private int exitCode;
    private String message = "";

    /** Null as long as the guest goes on. */
    Ending ending() {
        return ending;
    }

    /** What the guest gave its exit call. */
    int exitCode() {
        return exitCode;
    }

    /** Why; may be empty. */
    String message() {
        return message;
    }

    /** The guest goes on from before its end. */
    void revive() {
        ending = null;
        message = "";
    }

    void exited(int code) {
        exitCode = code;
        ending = Ending.EXITED;
    }

    void poweredOff() {
        ending = Ending.POWERED_OFF;
    }

    void reset() {
        ended(Ending.RESET, "the guest reset its machine");
    }

    void failed(String why) {
        ended(Ending.FAILED, why);
    }

    void ended(Ending how, String why) {
        ending = how;
        message = why;
    }
}
