// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.gdb;

import java.util.List;
import java.util.Locale;

/**
 * What GDB is told of the registers ("Target Descriptions"): core and SIMD&FP as the standard AArch64 features, then all
 * system registers of the machine by their names.
 */
final class TargetDescription {
    /** Numbers of the first registers of each kind. */
    static final int X = 0;

    static final int SP = 31;
    static final int PC = 32;
    static final int CPSR = 33;
    static final int V = 34;
    static final int FPSR = 66;
    static final int FPCR = 67;
    static final int SYSTEM = 68;

    private TargetDescription() {}

    /** @param system names of the system registers, from number {@link #SYSTEM} on */
    static String of(List<String> system) {
        StringBuilder xml =
                new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>"
                        + "<architecture>aarch64</architecture><feature name=\"org.gnu.gdb.aarch64.core\">");
        for (int i = 0; i < SP; i++) {
            register(xml, "x" + i, 64, "");
        }
        register(xml, "sp", 64, " type=\"data_ptr\"");
        register(xml, "pc", 64, " type=\"code_ptr\"");
        xml.append("<flags id=\"cpsr_flags\" size=\"4\">");
        String[] fields = {
            "SP 0 0",
            "EL 2 3",
            "nRW 4 4",
            "F 6 6",
            "I 7 7",
            "A 8 8",
            "D 9 9",
            "BTYPE 10 11",
            "SSBS 12 12",
            "IL 20 20",
            "SS 21 21",
            "PAN 22 22",
            "UAO 23 23",
            "DIT 24 24",
            "V 28 28",
            "C 29 29",
            "Z 30 30",
            "N 31 31"
        };
        for (String field : fields) {
            String[] parts = field.split(" ");
            xml.append(String.format(
                    Locale.ROOT, "<field name=\"%s\" start=\"%s\" end=\"%s\"/>", parts[0], parts[1], parts[2]));
        }
        xml.append("</flags>");
        register(xml, "cpsr", 32, " type=\"cpsr_flags\"");
        xml.append("</feature><feature name=\"org.gnu.gdb.aarch64.fpu\">");
        vectors(xml);
        for (int i = 0; i < 32; i++) {
            register(xml, "v" + i, 128, " type=\"aarch64v\"");
        }
        register(xml, "fpsr", 32, " type=\"int\"");
        register(xml, "fpcr", 32, " type=\"int\"");
        xml.append("</feature><feature name=\"dev.spelunk.system\">");
        for (String name : system) {
            register(xml, name, 64, " type=\"uint64\" group=\"system\" save-restore=\"no\"");
        }
        return xml.append("</feature></target>").toString();
    }

    private static void register(StringBuilder xml, String name, int bits, String more) {
        xml.append(String.format(Locale.ROOT, "<reg name=\"%s\" bitsize=\"%d\"%s/>", name, bits, more));
    }

    private static void vectors(StringBuilder xml) {
        String[] types = {
            "v2d ieee_double 2", "v2u uint64 2", "v2i int64 2", "v4f ieee_single 4", "v4u uint32 4", "v4i int32 4",
            "v8u uint16 8", "v8i int16 8", "v16u uint8 16", "v16i int8 16", "v1u uint128 1", "v1i int128 1"
        };
        for (String type : types) {
            String[] parts = type.split(" ");
            xml.append(String.format(
                    Locale.ROOT, "<vector id=\"%s\" type=\"%s\" count=\"%s\"/>", parts[0], parts[1], parts[2]));
        }
        String[] views = {"d 2", "s 4", "h 8", "b 16", "q 1"};
        for (String view : views) {
            String name = view.substring(0, 1);
            String count = view.substring(2);
            xml.append("<union id=\"vn").append(name).append("\">");
            if (!name.equals("h") && !name.equals("b") && !name.equals("q")) {
                xml.append("<field name=\"f\" type=\"v")
                        .append(count)
                        .append(name.equals("d") ? "d" : "f")
                        .append("\"/>");
            }
            xml.append("<field name=\"u\" type=\"v").append(count).append("u\"/>");
            xml.append("<field name=\"s\" type=\"v").append(count).append("i\"/></union>");
        }
        xml.append("<union id=\"aarch64v\">");
        for (String view : views) {
            String name = view.substring(0, 1);
            xml.append("<field name=\"")
                    .append(name)
                    .append("\" type=\"vn")
                    .append(name)
                    .append("\"/>");
        }
        xml.append("</union>");
    }
}
