// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.console;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells browsers what changes, as server-sent events: the machine and what the guest has printed. Nothing is sent when
 * nothing changes, but for a sign of life now and then.
 */
final class Events extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final long TICK_MILLISECONDS = 250;
    private static final int TICKS_OF_SILENCE = 40;
    private static final int MOST_LISTENERS = 24;
    private static final int TOO_MANY = 503;

    private final transient Desk desk;
    private final transient MachineAnswer machine;
    private final AtomicInteger listeners = new AtomicInteger();
    private volatile boolean closed;

    Events(Desk desk) {
        this.desk = desk;
        machine = new MachineAnswer(desk);
    }

    /** Lets all listeners go. */
    void close() {
        closed = true;
        synchronized (this) {
            notifyAll();
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (listeners.incrementAndGet() > MOST_LISTENERS) {
            listeners.decrementAndGet();
            response.setStatus(TOO_MANY);
            response.setContentType("text/plain;charset=utf-8");
            response.getWriter().write("too many pages are open\n");
            return;
        }
        try {
            response.setContentType("text/event-stream;charset=utf-8");
            tell(response.getWriter());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            listeners.decrementAndGet();
        }
    }

    /** Tells one browser until it is gone: its connection does not take any more then. */
    private void tell(java.io.PrintWriter out) throws InterruptedException {
        String state = "";
        String output = "";
        int silent = 0;
        while (!closed && !out.checkError()) {
            String now = machine.text();
            String printed = desk.host().output();
            silent++;
            if (!now.equals(state)) {
                state = now;
                silent = event(out, "machine", now);
            }
            if (!printed.equals(output)) {
                output = printed;
                silent = event(out, "output", Answers.object(json -> json.write("text", printed)));
            }
            if (silent > TICKS_OF_SILENCE) {
                out.write(": nothing has changed\n\n");
                silent = 0;
            }
            synchronized (this) {
                if (!closed) {
                    wait(TICK_MILLISECONDS);
                }
            }
        }
    }

    /** JSON has no line ends, so it is one line of an event. */
    private static int event(Writer out, String name, String json) {
        try {
            out.write("event: " + name + "\ndata: " + json + "\n\n");
        } catch (IOException e) {
            // Of a PrintWriter, which tells by checkError.
            throw new IllegalStateException(e);
        }
        return 0;
    }
}
