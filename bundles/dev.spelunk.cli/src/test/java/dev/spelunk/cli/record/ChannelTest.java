// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spelunk.cli.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What goes through the serial line of a recording. */
class ChannelTest {
    private static final String MARK = "spelunk-0123 ";

    private final ByteArrayOutputStream program = new ByteArrayOutputStream();
    private final ByteArrayOutputStream kernel = new ByteArrayOutputStream();
    private final Channel channel = new Channel(MARK, program, kernel);

    private void print(String text) throws IOException {
        channel.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String packed(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(bytes.toByteArray()) + "\n";
    }

    private static String digest(byte[] content) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @Test
    void toldApartByMarks() throws IOException, NoSuchAlgorithmException {
        byte[] profile = "PERFILE2 and more".repeat(100).getBytes(StandardCharsets.UTF_8);
        print("boot\n\n" + MARK + "begin\none\n\nspelunk-012 two\n\n\nno line feed");
        assertThat(channel.started()).isTrue();
        assertThat(channel.exitCode()).isNull();
        print("\n" + MARK + "data " + digest(profile) + "  -\n" + packed(profile) + "\n" + MARK + "exit 7\n");
        assertThat(program.toString(StandardCharsets.UTF_8)).isEqualTo("one\n\nspelunk-012 two\n\n\nno line feed");
        assertThat(kernel.toString(StandardCharsets.UTF_8)).isEqualTo("boot\n");
        assertThat(channel.profile()).isEqualTo(profile);
        assertThat(channel.exitCode()).isEqualTo(7);
        assertThat(channel.times()).isSorted().doesNotContain(0);
    }

    @Test
    void outputThatEndsALineKeepsItsLineFeed() throws IOException {
        print("\n" + MARK + "begin\nline\n\n" + MARK + "exit 0\n");
        assertThat(program.toString(StandardCharsets.UTF_8)).isEqualTo("line\n");
        assertThat(channel.exitCode()).isZero();
        assertThatThrownBy(channel::profile).isInstanceOf(UserError.class).hasMessageContaining("no profile");
    }

    @Test
    void aProfileThatIsNotWholeIsRefused() throws IOException, NoSuchAlgorithmException {
        byte[] profile = new byte[5000];
        String text = packed(profile);
        print("\n" + MARK + "begin\n\n" + MARK + "data " + digest(profile) + "  -\n" + text.substring(0, text.length() / 2));
        assertThatThrownBy(channel::profile).isInstanceOf(UserError.class).hasMessageContaining("did not arrive whole");
    }

    @Test
    void aProfileOfOtherBytesIsRefused() throws IOException, NoSuchAlgorithmException {
        print("\n" + MARK + "begin\n\n" + MARK + "data " + digest(new byte[1]) + "  -\n" + packed(new byte[2]) + "\n"
                + MARK + "exit 0\n");
        assertThatThrownBy(channel::profile).isInstanceOf(UserError.class).hasMessageContaining("checksum");
    }

    @Test
    void theProgramCannotSpeakWithoutTheMark() throws IOException {
        print("\n" + MARK + "begin\n\nspelunk-9999 exit 0\n");
        assertThat(channel.exitCode()).isNull();
    }
}
