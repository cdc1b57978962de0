// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.packet;

import java.io.IOException;
import java.util.HexFormat;

/** Prints packets one a line: offset, bytes and meaning, in a layout close to that of {@code perf report -D}. */
public final class PacketPrinter implements RecordReader.Visitor {
    /** Bytes that a line has room for. */
    private static final int COLUMNS = 16;

    private static final HexFormat HEX = HexFormat.of();

    private final Appendable out;
    private final long midr;
    private final StringBuilder line = new StringBuilder(160);

    public PacketPrinter(Appendable out) {
        this(out, 0);
    }

    /** @param midr MIDR_EL1 of the PE that made the records, or 0 */
    public PacketPrinter(Appendable out, long midr) {
        this.out = out;
        this.midr = midr;
    }

    @Override
    public void packet(PacketType type, int index, long payload, byte[] bytes, int position, int length, long offset)
            throws IOException {
        line.setLength(0);
        line.append(".  ");
        if (offset <= 0xffff_ffffL) {
            line.append(HEX.toHexDigits((int) offset));
        } else {
            line.append(Long.toHexString(offset));
        }
        line.append(": ");
        for (int i = 0; i < COLUMNS; i++) {
            if (i < length) {
                line.append(' ').append(HEX.toHexDigits(bytes[position + i]));
            } else {
                line.append("   ");
            }
        }
        line.append(' ');
        describe(type, index, payload);
        out.append(line.append('\n'));
    }

    private void describe(PacketType type, int index, long payload) {
        switch (type) {
            case PADDING -> line.append("PAD");
            case END -> line.append("END");
            case EVENTS -> Event.describe(payload, midr, line);
            case DATA_SOURCE -> line.append("DATA-SOURCE ").append(payload);
            case OPERATION_TYPE -> OperationType.describe(index, (int) payload, line);
            case CONTEXT ->
                line.append("CONTEXT 0x")
                        .append(Long.toHexString(payload))
                        .append(" el")
                        .append(index + 1);
            case TIMESTAMP -> line.append("TS ").append(Long.toUnsignedString(payload));
            case COUNTER -> {
                line.append("LAT ").append(payload).append(' ');
                CounterIndex counter = CounterIndex.of(index);
                line.append(counter != null ? counter.label() : "(" + index + ")");
            }
            case ADDRESS -> address(index, payload, line);
            case UNKNOWN -> line.append("UNKNOWN 0x").append(Long.toHexString(payload));
        }
    }

    private static void address(int index, long payload, StringBuilder line) {
        AddressIndex which = AddressIndex.of(index);
        if (which == null) {
            line.append("ADDR 0x")
                    .append(Long.toHexString(payload))
                    .append(" (")
                    .append(index)
                    .append(')');
            return;
        }
        line.append(which.label()).append(" 0x");
        if (which == AddressIndex.VA) {
            line.append(Long.toHexString(payload));
            return;
        }
        line.append(Long.toHexString(AddressIndex.address(payload)));
        if (which == AddressIndex.PA) {
            line.append(" ns=")
                    .append(AddressIndex.ns(payload) ? 1 : 0)
                    .append(" ch=")
                    .append(AddressIndex.ch(payload) ? 1 : 0)
                    .append(" pat=")
                    .append(Integer.toHexString(AddressIndex.pat(payload)));
        } else {
            line.append(" el").append(AddressIndex.el(payload)).append(" ns=").append(AddressIndex.ns(payload) ? 1 : 0);
        }
        if (AddressIndex.nse(payload)) {
            line.append(" nse=1");
        }
    }
}
