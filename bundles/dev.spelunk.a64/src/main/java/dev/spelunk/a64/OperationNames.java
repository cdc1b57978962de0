// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;

/** The names by which the table's decodings find an engine's operations: those of the constants that number them. */
public final class OperationNames {
    private OperationNames() {}

    /** The numbers of a class's int constants, by name. */
    public static Map<String, Integer> of(Class<?> constants) {
        Map<String, Integer> numbers = new HashMap<>();
        try {
            for (Field field : constants.getDeclaredFields()) {
                if (field.getType() == int.class) {
                    field.setAccessible(true);
                    numbers.put(field.getName(), field.getInt(null));
                }
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        return numbers;
    }
}
