// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random words of allocated A64 base encodings (DDI 0487, C4.1): fixed bits and free ones. */
final class ValidEncodings {
    /** One encoding a line; x is free. Branches go a short way, so that they stay in the image. */
    private static final String PATTERNS = """
            xxx10000xxxxxxxxxxxxxxxxxxxxxxxx
            xxx100010xxxxxxxxxxxxxxxxxxxxxxx
            1xx100100xxxxxxxxxxxxxxxxxxxxxxx
            0xx1001000xxxxxx0xxxxxxxxxxxxxxx
            100100101xxxxxxxxxxxxxxxxxxxxxxx
            11x100101xxxxxxxxxxxxxxxxxxxxxxx
            0x01001010xxxxxxxxxxxxxxxxxxxxxx
            1001001101xxxxxxxxxxxxxxxxxxxxxx
            1x01001101xxxxxxxxxxxxxxxxxxxxxx
            0001001100xxxxxx0xxxxxxxxxxxxxxx
            10010011110xxxxxxxxxxxxxxxxxxxxx
            x00101000000000000000000xxxxxxxx
            x00101111111111111111111xxxxxxxx
            010101000000000000xxxxxxxxx0xxxx
            010101001111111111xxxxxxxxx0xxxx
            x011010x0000000000xxxxxxxxxxxxxx
            x011010x1111111111xxxxxxxxxxxxxx
            x011011xxxxxx000000xxxxxxxxxxxxx
            x011011xxxxxx111111xxxxxxxxxxxxx
            1101011000011111000000xxxxx00000
            1101011000111111000000xxxxx00000
            1101011001011111000000xxxxx00000
            11010110100111110000001111100000
            11010100000xxxxxxxxxxxxxxxx00001
            11010100000xxxxxxxxxxxxxxxx00010
            11010100000xxxxxxxxxxxxxxxx00011
            11010100001xxxxxxxxxxxxxxxx00000
            11010100010111100000000000000000
            11010101000000110010xxxxxxx11111
            11010101000000110011xxxxxxx11111
            1101010100000xxx0100xxxxxxx11111
            1101010100001xxx0111xxxxxxxxxxxx
            1101010100001xxx1000xxxxxxxxxxxx
            11010101000010110111010000100xxx
            1101010100x1xxxxxxxxxxxxxxxxxxxx
            1101010100x1100x0x0xxxxxxxxxxxxx
            xx011000000000000xxxxxxxxxxxxxxx
            x010100xxxxxxxxxxxxxxxxxxxxxxxxx
            011010001xxxxxxxxxxxxxxxxxxxxxxx
            xx0010000x0xxxxxx11111xxxxxxxxxx
            1x0010000x1xxxxxxxxxxxxxxxxxxxxx
            xx0010001x0111111111111xxxxxxxxx
            xx0010001x1xxxxxx11111xxxxxxxxxx
            0x0010000x1xxxx0x11111xxxxxxxxx0
            xx01100100xxxxxxxxxx00xxxxxxxxxx
            xx01100101xxxxxxxxxx00xxxxxxxxxx
            xx11100000xxxxxxxxxxxxxxxxxxxxxx
            xx11100001xxxxxxxxxxxxxxxxxxxxxx
            xx111000xx0xxxxxxxxxxxxxxxxxxxxx
            xx111000xx1xxxxx0xxx00xxxxxxxxxx
            xx111000xx1xxxxx100000xxxxxxxxxx
            xx11100010111111110000xxxxxxxxxx
            xx111000xx1xxxxxx1xx10xxxxxxxxxx
            xx1110010xxxxxxxxxxxxxxxxxxxxxxx
            xx11100101xxxxxxxxxxxxxxxxxxxxxx
            x0011010110xxxxx00001xxxxxxxxxxx
            x0011010110xxxxx0010xxxxxxxxxxxx
            00011010110xxxxx010x0xxxxxxxxxxx
            10011010110xxxxx010x11xxxxxxxxxx
            x10110101100000000000xxxxxxxxxxx
            1xx01010xxxxxxxxxxxxxxxxxxxxxxxx
            0xx01010xxxxxxxx0xxxxxxxxxxxxxxx
            1xx01011000xxxxxxxxxxxxxxxxxxxxx
            1xx01011010xxxxxxxxxxxxxxxxxxxxx
            xxx01011001xxxxxxxx0xxxxxxxxxxxx
            xxx11010000xxxxx000000xxxxxxxxxx
            xx111010010xxxxxxxxxx0xxxxx0xxxx
            xx011010100xxxxxxxxx0xxxxxxxxxxx
            x0011011000xxxxxxxxxxxxxxxxxxxxx
            10011011x01xxxxxxxxxxxxxxxxxxxxx
            10011011x10xxxxx011111xxxxxxxxxx
            10111010000xxxxxx00001xxxxx0xxxx
            0011101000000000xx0010xxxxx01101
            11010101000000000100000000011111
            """;

    private static final int[] FIXED;
    private static final int[] FREE;

    static {
        List<int[]> patterns = new ArrayList<>();
        PATTERNS.lines().forEach(line -> {
            if (line.length() != 32) {
                throw new IllegalStateException(line);
            }
            patterns.add(new int[] {
                Integer.parseUnsignedInt(line.replace('x', '0'), 2),
                Integer.parseUnsignedInt(line.replace('1', '0').replace('x', '1'), 2)
            });
        });
        FIXED = patterns.stream().mapToInt(pattern -> pattern[0]).toArray();
        FREE = patterns.stream().mapToInt(pattern -> pattern[1]).toArray();
    }

    private ValidEncodings() {}

    static int random(Random random) {
        int i = random.nextInt(FIXED.length);
        return FIXED[i] | random.nextInt() & FREE[i];
    }
}
