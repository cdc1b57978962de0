// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.profiling;

/**
 * The maximum profiling buffer size that the VM's user space sets, and PMBIDR_EL1.MaxBuffSize that shows it
 * to the guest (DDI 0487, D24.7.1): M is bits 8:0, E bits 13:9; E = 0 means M << 12 bytes, else
 * (512 + M) << (E + 11).
 */
public final class MaxBufferSize {
    /** Lowest bit of MaxBuffSize in PMBIDR_EL1. */
    public static final int SHIFT = 32;

    private static final int MANTISSA_BITS = 9;
    private static final int IMPLIED_ONE = 1 << MANTISSA_BITS;
    private static final int PAGE_SHIFT = 12;
    private static final int LARGEST_EXPONENT = 31;

    /** The size cannot be shown in the field: KVM's user space gets -EDOM. */
    public static final class NotRepresentableException extends Exception {
        private static final long serialVersionUID = 1L;

        NotRepresentableException(long size) {
            super(String.format(
                    "EDOM: a maximum profiling buffer size of 0x%x bytes cannot be shown in "
                            + "PMBIDR_EL1.MaxBuffSize: use a multiple of 4 KiB with at most ten significant bits, "
                            + "up to 4092 TiB",
                    size));
        }
    }

    private MaxBufferSize() {}

    /** Size in bytes that a field value means; 0 means no limit. Bits 15:14 are reserved and ignored. */
    public static long decode(int field) {
        long mantissa = field & IMPLIED_ONE - 1;
        int exponent = field >>> MANTISSA_BITS & LARGEST_EXPONENT;
        return exponent == 0 ? mantissa << PAGE_SHIFT : (IMPLIED_ONE + mantissa) << exponent + PAGE_SHIFT - 1;
    }

    /**
     * The field value that means exactly that size.
     *
     * @param size in bytes, unsigned; 0 for no limit
     * @throws NotRepresentableException when no value does
     */
    public static int encode(long size) throws NotRepresentableException {
        long pages = size >>> PAGE_SHIFT;
        if (pages << PAGE_SHIFT != size) {
            throw new NotRepresentableException(size);
        }
        if (pages < IMPLIED_ONE) {
            return (int) pages;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(pages) - MANTISSA_BITS;
        int exponent = shift + 1;
        if (exponent > LARGEST_EXPONENT || pages >>> shift << shift != pages) {
            throw new NotRepresentableException(size);
        }
        return exponent << MANTISSA_BITS | (int) (pages >>> shift) & IMPLIED_ONE - 1;
    }
}
