// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.fuzz;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** What the fuzzing engine calls: the method {@code fuzz} of a target, without a test framework around it. */
public final class Driver {
    private static Object target;
    private static Method method;

    private Driver() {}

    /**
     * Called once.
     *
     * @param arguments the target's class
     */
    public static void fuzzerInitialize(String[] arguments) throws ReflectiveOperationException {
        Class<?> type = Class.forName(arguments[0]);
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        target = constructor.newInstance();
        method = type.getDeclaredMethod("fuzz", byte[].class);
        method.setAccessible(true);
    }

    /** Called for each input. */
    public static void fuzzerTestOneInput(byte[] data) throws Throwable {
        try {
            method.invoke(target, (Object) data);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
