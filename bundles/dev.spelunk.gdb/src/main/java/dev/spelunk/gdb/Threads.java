// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import dev.spelunk.api.state.PeState;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import java.util.Locale;

/** PEs as GDB's threads of one process. */
final class Threads {
    private static final int PROCESS = 1;

    private final List<PeContext> pes;
    /** Whether GDB knows of processes. */
    private boolean multiprocess;

    Threads(List<PeContext> pes) {
        this.pes = pes;
    }

    void multiprocess(boolean known) {
        multiprocess = known;
    }

    int count() {
        return pes.size();
    }

    /** What follows where a packet may say of which process it is. */
    String process() {
        return multiprocess ? ";process:" + PROCESS : "";
    }

    /** A PE as a thread: from 1, with the process where GDB knows of processes. */
    String name(int pe) {
        return (multiprocess ? "p" + PROCESS + "." : "") + Integer.toHexString(pe + 1);
    }

    /** Index of the PE that a thread is; -1 for all or any. @throws IllegalArgumentException when there is none */
    int pe(String text) {
        String id = text;
        if (id.startsWith("p")) {
            int dot = id.indexOf('.');
            id = dot < 0 ? "-1" : id.substring(dot + 1);
        }
        if (id.equals("-1") || id.equals("0")) {
            return -1;
        }
        long number = Hex.number(id);
        if (number < 1 || number > pes.size()) {
            throw new IllegalArgumentException("no such thread");
        }
        return (int) number - 1;
    }

    /** All, as qfThreadInfo lists them. */
    String list() {
        StringBuilder all = new StringBuilder("m");
        for (int i = 0; i < pes.size(); i++) {
            all.append(i == 0 ? "" : ",").append(name(i));
        }
        return all.toString();
    }

    /** What is said of one beside its number. */
    String about(int pe) {
        PeState state = pes.get(pe).pe;
        return String.format(
                Locale.ROOT,
                "PE %d, EL%d, %s",
                pe,
                state.el,
                !state.powered ? "off" : state.waiting ? "waits" : "runs");
    }

    /** All, as qXfer:threads lists them. */
    String document() {
        StringBuilder all = new StringBuilder("<?xml version=\"1.0\"?><threads>");
        for (int i = 0; i < pes.size(); i++) {
            all.append(String.format(
                    Locale.ROOT, "<thread id=\"%s\" core=\"%d\" name=\"PE %d\">%s</thread>", name(i), i, i, about(i)));
        }
        return all.append("</threads>").toString();
    }
}
