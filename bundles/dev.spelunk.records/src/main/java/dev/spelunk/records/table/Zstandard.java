// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.records.table;

import io.airlift.compress.zstd.ZstdCompressor;

/** Compresses pages one after the other, in one buffer. */
final class Zstandard {
    private final ZstdCompressor compressor = new ZstdCompressor();
    private byte[] output = {};

    /** Compresses a page into {@link #output}; returns the size. */
    int compress(PageBytes page) {
        int most = compressor.maxCompressedLength(page.size());
        if (output.length < most) {
            output = new byte[most];
        }
        return compressor.compress(page.array(), 0, page.size(), output, 0, output.length);
    }

    byte[] output() {
        return output;
    }
}
