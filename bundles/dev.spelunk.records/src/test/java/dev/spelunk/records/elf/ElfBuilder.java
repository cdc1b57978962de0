// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.elf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** ELF files of the sections and symbols that a test wants, each section's bytes at an offset of its own. */
public final class ElfBuilder {
    private record Section(String name, int type, long flags, long address, int offset, byte[] bytes, int link) {}

    private final List<Section> sections = new ArrayList<>();
    private final ByteArrayOutputStream symbols = new ByteArrayOutputStream();
    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    private final List<long[]> loads = new ArrayList<>();

    public ElfBuilder() {
        sections.add(new Section("", 0, 0, 0, 0, new byte[0], 0));
        symbols.writeBytes(new byte[24]);
        names.write(0);
    }

    /** Adds a section of code; returns its index. */
    public int code(String name, long address, int offset, byte[] bytes) {
        return add(name, 1, 6, address, offset, bytes);
    }

    /** Adds a section; returns its index. */
    public int add(String name, int type, long flags, long address, int offset, byte[] bytes) {
        sections.add(new Section(name, type, flags, address, offset, bytes, 0));
        return sections.size() - 1;
    }

    /** Adds a global function. */
    public ElfBuilder function(String name, int section, long address, long size) {
        return symbol(name, 0x12, section, address, size);
    }

    /** Adds a symbol, with its st_info. */
    public ElfBuilder symbol(String name, int info, int section, long address, long size) {
        ByteBuffer b = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(names.size()).put((byte) info).put((byte) 0).putShort((short) section);
        symbols.writeBytes(b.putLong(address).putLong(size).array());
        names.writeBytes((name + "\0").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /** Adds a segment that is loaded. */
    public ElfBuilder load(long offset, long address, long size) {
        loads.add(new long[] {offset, address, size});
        return this;
    }

    /** A note: three words, a name and a description, each in a multiple of four bytes. */
    public static byte[] note(String name, int type, byte[] description) {
        byte[] text = (name + "\0").getBytes(StandardCharsets.US_ASCII);
        int begin = 12 + (text.length + 3 & ~3);
        ByteBuffer b =
                ByteBuffer.allocate(begin + (description.length + 3 & ~3)).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(text.length).putInt(description.length).putInt(type).put(text);
        return b.put(begin, description).array();
    }

    public byte[] bytes() {
        List<Section> all = new ArrayList<>(sections);
        int strings = all.size() + 1;
        all.add(new Section(".symtab", 2, 0, 0, 0x8000, symbols.toByteArray(), strings));
        all.add(new Section(".strtab", 3, 0, 0, 0xA000, names.toByteArray(), 0));
        ByteArrayOutputStream sectionNames = new ByteArrayOutputStream();
        int[] nameAt = new int[all.size() + 1];
        for (int i = 0; i < all.size(); i++) {
            nameAt[i] = sectionNames.size();
            sectionNames.writeBytes((all.get(i).name + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        nameAt[all.size()] = sectionNames.size();
        sectionNames.writeBytes(".shstrtab\0".getBytes(StandardCharsets.US_ASCII));
        all.add(new Section(".shstrtab", 3, 0, 0, 0xB000, sectionNames.toByteArray(), 0));
        ByteBuffer b = ByteBuffer.allocate(0xC000 + 64 * all.size()).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1);
        b.putShort(16, (short) 2).putShort(18, (short) 183).putLong(32, 64).putLong(40, 0xC000);
        b.putShort(54, (short) 56).putShort(56, (short) loads.size());
        b.putShort(58, (short) 64).putShort(60, (short) all.size()).putShort(62, (short) (all.size() - 1));
        for (int i = 0; i < loads.size(); i++) {
            long[] load = loads.get(i);
            int at = 64 + 56 * i;
            b.putInt(at, 1).putInt(at + 4, 5).putLong(at + 8, load[0]).putLong(at + 16, load[1]);
            b.putLong(at + 32, load[2]).putLong(at + 40, load[2]);
        }
        for (int i = 0; i < all.size(); i++) {
            Section s = all.get(i);
            b.put(s.offset, s.bytes);
            int at = 0xC000 + 64 * i;
            b.putInt(at, nameAt[i])
                    .putInt(at + 4, s.type)
                    .putLong(at + 8, s.flags)
                    .putLong(at + 16, s.address);
            b.putLong(at + 24, s.offset).putLong(at + 32, s.bytes.length).putInt(at + 40, s.link);
        }
        return b.array();
    }
}
