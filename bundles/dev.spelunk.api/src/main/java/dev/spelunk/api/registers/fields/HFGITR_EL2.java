// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.api.registers.fields;

/** Hypervisor Fine-Grained Instruction Trap Register (DDI 0487, D24.2.71): each field as its bits in place. */
public final class HFGITR_EL2 {
    public static final long ICIALLUIS = 1L;
    public static final long ICIALLU = 1L << 1;
    public static final long ICIVAU = 1L << 2;
    public static final long DCIVAC = 1L << 3;
    public static final long DCISW = 1L << 4;
    public static final long DCCSW = 1L << 5;
    public static final long DCCISW = 1L << 6;
    public static final long DCCVAU = 1L << 7;
    public static final long DCCVAP = 1L << 8;
    public static final long DCCVADP = 1L << 9;
    public static final long DCCIVAC = 1L << 10;
    public static final long DCZVA = 1L << 11;
    public static final long ATS1E1R = 1L << 12;
    public static final long ATS1E1W = 1L << 13;
    public static final long ATS1E0R = 1L << 14;
    public static final long ATS1E0W = 1L << 15;
    public static final long ATS1E1RP = 1L << 16;
    public static final long ATS1E1WP = 1L << 17;
    public static final long TLBIVMALLE1OS = 1L << 18;
    public static final long TLBIVAE1OS = 1L << 19;
    public static final long TLBIASIDE1OS = 1L << 20;
    public static final long TLBIVAAE1OS = 1L << 21;
    public static final long TLBIVALE1OS = 1L << 22;
    public static final long TLBIVAALE1OS = 1L << 23;
    public static final long TLBIRVAE1OS = 1L << 24;
    public static final long TLBIRVAAE1OS = 1L << 25;
    public static final long TLBIRVALE1OS = 1L << 26;
    public static final long TLBIRVAALE1OS = 1L << 27;
    public static final long TLBIVMALLE1IS = 1L << 28;
    public static final long TLBIVAE1IS = 1L << 29;
    public static final long TLBIASIDE1IS = 1L << 30;
    public static final long TLBIVAAE1IS = 1L << 31;
    public static final long TLBIVALE1IS = 1L << 32;
    public static final long TLBIVAALE1IS = 1L << 33;
    public static final long TLBIRVAE1IS = 1L << 34;
    public static final long TLBIRVAAE1IS = 1L << 35;
    public static final long TLBIRVALE1IS = 1L << 36;
    public static final long TLBIRVAALE1IS = 1L << 37;
    public static final long TLBIRVAE1 = 1L << 38;
    public static final long TLBIRVAAE1 = 1L << 39;
    public static final long TLBIRVALE1 = 1L << 40;
    public static final long TLBIRVAALE1 = 1L << 41;
    public static final long TLBIVMALLE1 = 1L << 42;
    public static final long TLBIVAE1 = 1L << 43;
    public static final long TLBIASIDE1 = 1L << 44;
    public static final long TLBIVAAE1 = 1L << 45;
    public static final long TLBIVALE1 = 1L << 46;
    public static final long TLBIVAALE1 = 1L << 47;
    public static final long CFPRCTX = 1L << 48;
    public static final long DVPRCTX = 1L << 49;
    public static final long CPPRCTX = 1L << 50;
    public static final long ERET = 1L << 51;
    public static final long SVC_EL0 = 1L << 52;
    public static final long SVC_EL1 = 1L << 53;
    public static final long DCCVAC = 1L << 54;
    public static final long PSBCSYNC = 1L << 63;

    private HFGITR_EL2() {}
}
