// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.machine.compose;

/** What the exception of a part tells whoever wrote the part, in one line. */
public final class PartFailure {
    private PartFailure() {}

    /** The exception, and the first place outside the JDK that threw it. */
    public static String told(Throwable failure) {
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (!frame.getClassName().startsWith("java.")
                    && !frame.getClassName().startsWith("jdk.")) {
                return failure + " at " + frame.getClassName() + "." + frame.getMethodName() + "(" + frame.getFileName()
                        + ":" + frame.getLineNumber() + ")";
            }
        }
        return failure.toString();
    }
}
