// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers;

/** System register encodings as MRS and MSR carry them, packed op0:op1:CRn:CRm:op2 into 16 bits. */
public final class Encoding {
    private Encoding() {}

    /** Packs the five fields (2, 3, 4, 4 and 3 bits). */
    public static int of(int op0, int op1, int crn, int crm, int op2) {
        return op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2;
    }

    public static int op0(int encoding) {
        return encoding >>> 14 & 3;
    }

    public static int op1(int encoding) {
        return encoding >>> 11 & 7;
    }

    public static int crn(int encoding) {
        return encoding >>> 7 & 15;
    }

    public static int crm(int encoding) {
        return encoding >>> 3 & 15;
    }

    public static int op2(int encoding) {
        return encoding & 7;
    }

    /** ISS of a trapped MSR, MRS or System instruction, EC 0x18 (DDI 0487, D24.2.40). */
    public static int syndrome(int encoding, int rt, boolean read) {
        return op0(encoding) << 20
                | op2(encoding) << 17
                | op1(encoding) << 14
                | crn(encoding) << 10
                | rt << 5
                | crm(encoding) << 1
                | (read ? 1 : 0);
    }

    /** The register that an ISS of {@link #syndrome} is of. */
    public static int ofSyndrome(long iss) {
        int bits = (int) iss;
        return of(bits >>> 20 & 3, bits >>> 14 & 7, bits >>> 10 & 15, bits >>> 1 & 15, bits >>> 17 & 7);
    }

    /** The general-purpose register of such an access; 31 for XZR. */
    public static int transferOfSyndrome(long iss) {
        return (int) iss >>> 5 & 31;
    }

    /** Whether such an access reads the system register. */
    public static boolean readsBySyndrome(long iss) {
        return (iss & 1) != 0;
    }

    /** Generic name, {@code S3_0_C9_C9_0}. */
    public static String name(int encoding) {
        return "S" + op0(encoding) + "_" + op1(encoding) + "_C" + crn(encoding) + "_C" + crm(encoding) + "_"
                + op2(encoding);
    }
}
