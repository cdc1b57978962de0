// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.hypervisor.kvm.memory;

import dev.spelunk.api.problems.BadInputException;
import dev.spelunk.hypervisor.kvm.state.PageList;
import java.util.ArrayList;
import java.util.List;

/**
 * The memslots of a VM. The VM's user space has mapped memory for the guest's whole RAM in one piece; the
 * memslots say at which IPAs the guest finds it. Pages are numbered from the first one of that memory.
 */
public final class Memslots {
    /** Where user space has its mapping: what {@code mmap} gives a VMM, moved so that blocks of 2 MiB line up. */
    private static final long USER_SPACE = 0x0000_7F00_0000_0000L;

    private static final int MOST = 32;

    /** First IPA that may be backed. */
    final long base;
    /** Size of the memory in bytes. */
    public final long size;
    /** Host virtual address of the memory. */
    final long userspaceAddress;

    private final Memslot[] slots;

    private Memslots(long base, long size, long userspaceAddress, List<Memslot> slots) {
        this.base = base;
        this.size = size;
        this.userspaceAddress = userspaceAddress;
        this.slots = slots.toArray(Memslot[]::new);
    }

    /**
     * Checks what user space asks for.
     *
     * @param base first IPA of the guest's RAM
     * @param size of the guest's RAM in bytes
     * @param hostBase physical address of the memory when it is mapped: blocks line up where it does with base
     * @param regions {@code IPA:SIZE} each, with an optional K, M or G; none for one memslot of all RAM
     * @param ipaBits size of the IPA space
     * @throws BadInputException that names the memslot that cannot be
     */
    public static Memslots of(long base, long size, long hostBase, List<String> regions, int ipaBits) {
        long userspaceAddress = USER_SPACE + (hostBase & (1L << StageTwo.BLOCK_SHIFT) - 1);
        checkPages(base, size, hostBase);
        List<Memslot> slots = new ArrayList<>();
        if (regions.isEmpty()) {
            slots.add(new Memslot(base, size, userspaceAddress));
        }
        for (String region : regions) {
            slots.add(parse(region, base, userspaceAddress));
        }
        if (slots.size() > MOST) {
            throw new BadInputException(slots.size() + " memslots: a VM has at most " + MOST);
        }
        for (int i = 0; i < slots.size(); i++) {
            check(slots.get(i), slots.subList(0, i), base, size, ipaBits);
        }
        return new Memslots(base, size, userspaceAddress, slots);
    }

    private static void checkPages(long base, long size, long hostBase) {
        if (size <= 0 || (base | size | hostBase) % PageList.PAGE != 0) {
            throw new BadInputException(String.format(
                    "a memslot of 0x%x bytes at IPA 0x%x, backed by 0x%x: "
                            + "memslots consist of whole pages of 4 KiB",
                    size, base, hostBase));
        }
    }

    private static Memslot parse(String region, long base, long userspaceAddress) {
        String[] parts = region.split(":", -1);
        try {
            if (parts.length == 2) {
                long ipa = Long.decode(parts[0]);
                return new Memslot(ipa, number(parts[1]), userspaceAddress + (ipa - base));
            }
        } catch (NumberFormatException e) {
            throw new BadInputException(malformed(region), e);
        }
        throw new BadInputException(malformed(region));
    }

    private static String malformed(String region) {
        return "memslot \"" + region + "\": write IPA:SIZE, for example 0x40000000:64M";
    }

    private static long number(String text) {
        int unit = text.isEmpty() ? -1 : "KMG".indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
        if (unit < 0) {
            return Long.decode(text);
        }
        long value = Long.decode(text.substring(0, text.length() - 1));
        int shift = 10 * (unit + 1);
        if (value << shift >> shift != value) {
            throw new NumberFormatException(text);
        }
        return value << shift;
    }

    private static void check(Memslot slot, List<Memslot> others, long base, long size, int ipaBits) {
        if (slot.size() <= 0 || (slot.base() | slot.size()) % PageList.PAGE != 0) {
            throw new BadInputException("EINVAL: a memslot of " + slot + ": memslots consist of whole pages of 4 KiB");
        }
        long end = slot.base() + slot.size();
        if (slot.base() < 0 || end < 0 || end > 1L << ipaBits) {
            throw new BadInputException(
                    "EINVAL: a memslot of " + slot + " does not lie in the VM's IPA space of " + ipaBits + " bits");
        }
        if (slot.base() < base || end > base + size) {
            throw new BadInputException(String.format(
                    "EFAULT: a memslot of %s is not backed: user space has 0x%x bytes "
                            + "for IPA 0x%x on; use a larger --memory or a smaller memslot",
                    slot, size, base));
        }
        for (Memslot other : others) {
            if (slot.base() < other.base() + other.size() && other.base() < end) {
                throw new BadInputException("EEXIST: a memslot of " + slot + " overlaps that of " + other);
            }
        }
    }

    /** First IPA and size in bytes of each memslot, one after the other. */
    public long[] regions() {
        long[] regions = new long[2 * slots.length];
        for (int i = 0; i < slots.length; i++) {
            regions[2 * i] = slots[i].base();
            regions[2 * i + 1] = slots[i].size();
        }
        return regions;
    }

    /** The memslot that backs an IPA, or null. */
    Memslot slot(long ipa) {
        for (Memslot slot : slots) {
            if (slot.contains(ipa)) {
                return slot;
            }
        }
        return null;
    }

    boolean contains(long ipa) {
        return slot(ipa) != null;
    }

    /** Whether one memslot backs all bytes of [ipa, ipa + length). */
    boolean contains(long ipa, long length) {
        Memslot slot = slot(ipa);
        return slot != null && slot.contains(ipa, length);
    }

    /** Number of pages of the memory. */
    public int pages() {
        return (int) (size / PageList.PAGE);
    }

    /** Number of the page that holds an IPA. */
    int page(long ipa) {
        return (int) ((ipa - base) / PageList.PAGE);
    }

    /** IPA of a page. */
    public long ipa(int page) {
        return base + (long) page * PageList.PAGE;
    }
}
