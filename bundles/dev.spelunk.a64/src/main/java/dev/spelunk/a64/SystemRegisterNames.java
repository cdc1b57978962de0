// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.a64;

import dev.spelunk.api.registers.SystemRegister;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Assembly names of system registers: those of {@link SystemRegister}, and S3_0_C4_C2_1 for the others. */
final class SystemRegisterNames {
    private static final Map<Integer, String> NAMES = read();

    private SystemRegisterNames() {}

    private static Map<Integer, String> read() {
        Map<Integer, String> names = new HashMap<>();
        for (Field field : SystemRegister.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
                try {
                    names.put(field.getInt(null), field.getName().toLowerCase(Locale.ROOT));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        return names;
    }

    /** @param encoding op0, op1, CRn, CRm and op2 as in the word, without Rt */
    static String of(int encoding) {
        String name = NAMES.get(encoding);
        return name != null
                ? name
                : String.format(
                        "s%d_%d_c%d_c%d_%d",
                        encoding >>> 14 & 3,
                        encoding >>> 11 & 7,
                        encoding >>> 7 & 15,
                        encoding >>> 3 & 15,
                        encoding & 7);
    }
}
