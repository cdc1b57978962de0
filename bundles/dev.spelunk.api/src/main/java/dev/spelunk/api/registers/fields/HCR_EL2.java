// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Hypervisor Configuration Register (DDI 0487, D24.2.62): each field as its bits in place. */
public final class HCR_EL2 {
    public static final long VM = 1L;
    public static final long SWIO = 1L << 1;
    public static final long PTW = 1L << 2;
    public static final long FMO = 1L << 3;
    public static final long IMO = 1L << 4;
    public static final long AMO = 1L << 5;
    public static final long VF = 1L << 6;
    public static final long VI = 1L << 7;
    public static final long VSE = 1L << 8;
    public static final long FB = 1L << 9;
    public static final long BSU = 0x3L << 10;
    /** Lowest bit of {@link #BSU}. */
    public static final int BSU_SHIFT = 10;

    public static final long DC = 1L << 12;
    public static final long TWI = 1L << 13;
    public static final long TWE = 1L << 14;
    public static final long TID1 = 1L << 16;
    public static final long TID2 = 1L << 17;
    public static final long TID3 = 1L << 18;
    public static final long TSC = 1L << 19;
    public static final long TIDCP = 1L << 20;
    public static final long TACR = 1L << 21;
    public static final long TSW = 1L << 22;
    public static final long TPCP = 1L << 23;
    public static final long TPU = 1L << 24;
    public static final long TTLB = 1L << 25;
    public static final long TVM = 1L << 26;
    public static final long TGE = 1L << 27;
    public static final long TDZ = 1L << 28;
    public static final long HCD = 1L << 29;
    public static final long TRVM = 1L << 30;
    public static final long RW = 1L << 31;
    public static final long CD = 1L << 32;
    public static final long ID = 1L << 33;
    public static final long E2H = 1L << 34;
    /** Lowest bit of {@link #E2H}. */
    public static final int E2H_SHIFT = 34;

    public static final long TLOR = 1L << 35;
    public static final long APK = 1L << 40;
    public static final long API = 1L << 41;
    public static final long NV = 1L << 42;
    public static final long FWB = 1L << 46;
    public static final long TEA = 1L << 37;
    public static final long AT = 1L << 44;
    public static final long GPF = 1L << 48;
    public static final long TTLBIS = 1L << 54;
    public static final long TTLBOS = 1L << 55;

    private HCR_EL2() {}
}
