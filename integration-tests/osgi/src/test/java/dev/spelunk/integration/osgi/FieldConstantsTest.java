// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.integration.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A field of a system register is named once, in {@code dev.spelunk.api.registers.fields}: no constant of any bundle has a
 * field's name and its bits, none that is named after such a register says by numbers where its bits are, and no value
 * of one is shifted or masked by numbers. The test kit is left out: tests hold the manual's numbers by themselves.
 */
class FieldConstantsTest {
    private static final String HOME = "dev/spelunk/api/registers/fields/";
    private static final String TEST_KIT = "dev.spelunk.testkit";
    /** A constant in the sources: its name, and what it is made of. */
    private static final Pattern CONSTANT =
            Pattern.compile("static final (?:long|int) (\\w+) =\\s*([^;]+);", Pattern.DOTALL);
    /** A position or a mask in numbers; a value of a field is a number that is shifted by the field's place. */
    private static final Pattern NUMBERS = Pattern.compile("<<\\s*\\d|^\\s*(?:\\d|0x|0b)\\w*L?\\s*(?:$|[|&])");

    /** A field of a definition with its bits in numbers: name, highest and, for more than one bit, lowest bit. */
    private static final Pattern FIELD_IN_NUMBERS =
            Pattern.compile("\\.(?:f|readOnlyF)ield\\(\\s*\"(\\w+)\", (\\d+)(?:, (\\d+))?\\)");
    /** A fine-grained trap, or a field of an ID register, whose place is a number. */
    private static final Pattern PLACE_IN_NUMBERS =
            Pattern.compile("\\b(?:hfg|hdfg|fineGrained2?|readsTrappedBy)\\(\\s*\\d" + "|\\b(?:one\\(a, |field\\()\\d");

    /** What reads a register, and a variable that is set to what it reads. */
    private static final String READ = "register\\(\\s*(?:SystemRegister\\.)?\\w+\\)";

    private static final Pattern READ_INTO =
            Pattern.compile("(?:long|int) (\\w+) =\\s*(?:\\(int\\) )?[\\w.()]*\\b" + READ + ";");
    /** Values that hooks of definitions get, and events of a sample. */
    private static final List<String> VALUES = List.of("stored", "events");

    /** One constant of a class. */
    record Constant(String owner, String name, long value) {
        /** The register that its class is for, without the Exception level. */
        String register() {
            return owner.substring(owner.lastIndexOf('/') + 1).replaceAll("_EL[0-9x]$", "");
        }

        String fullRegister() {
            return owner.substring(owner.lastIndexOf('/') + 1);
        }
    }

    @Test
    void thereIsAHome() throws IOException {
        List<Constant> home = home();
        assertThat(home)
                .extracting(c -> c.fullRegister() + "." + c.name())
                .contains(
                        "HCR_EL2.TGE",
                        "SCR_EL3.NSE",
                        "MDCR_EL2.E2PB",
                        "PMBLIMITR_EL1.FM",
                        "CNTHCTL_EL2.ECV",
                        "HFGITR_EL2.ERET",
                        "HDFGRTR_EL2.PMBIDR_EL1",
                        "ID_AA64DFR0_EL1.PMSVer",
                        "DBGBCR_EL1.BT");
        SortedMap<String, Long> once = new TreeMap<>();
        home.forEach(c -> assertThat(once.put(c.fullRegister() + "." + c.name(), c.value()))
                .isNull());
    }

    @TestFactory
    Stream<DynamicTest> noFieldIsDefinedTwice() throws IOException {
        List<Constant> home = home();
        return BuiltBundle.all().stream()
                .filter(bundle -> !bundle.name().equals(TEST_KIT))
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    List<String> twice = new ArrayList<>();
                    for (Constant constant : constants(bundle)) {
                        if (!constant.owner().startsWith(HOME)) {
                            home.stream()
                                    .filter(field -> same(field, constant))
                                    .findFirst()
                                    .ifPresent(field -> twice.add(constant.owner() + "." + constant.name() + " is "
                                            + field.fullRegister() + "." + field.name()));
                        }
                    }
                    assertThat(twice).isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> noConstantOfARegisterSaysItsPlaceInNumbers() throws IOException {
        List<String> registers = home().stream()
                .flatMap(c -> Stream.of(c.register(), c.fullRegister()))
                .distinct()
                .toList();
        return BuiltBundle.all().stream()
                .filter(bundle -> !bundle.name().equals(TEST_KIT))
                .map(bundle ->
                        DynamicTest.dynamicTest(bundle.name(), () -> assertThat(inNumbers(bundle.name(), registers))
                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> noDefinitionSaysInNumbersWhatHasAName() throws IOException {
        List<Constant> home = home();
        return BuiltBundle.all().stream()
                .filter(bundle -> !bundle.name().equals(TEST_KIT))
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    List<String> found = new ArrayList<>();
                    for (Path file : sources(bundle.name())) {
                        found.addAll(definedInNumbers(file.getFileName() + ": ", Files.readString(file), home));
                    }
                    assertThat(found).isEmpty();
                }));
    }

    @TestFactory
    Stream<DynamicTest> noValueOfARegisterIsTakenApartByNumbers() throws IOException {
        List<String> names = variables(home());
        return BuiltBundle.all().stream()
                .filter(bundle -> !bundle.name().equals(TEST_KIT))
                .map(bundle -> DynamicTest.dynamicTest(bundle.name(), () -> {
                    List<String> found = new ArrayList<>();
                    for (Path file : sources(bundle.name())) {
                        found.addAll(takenApart(file.getFileName() + ": ", Files.readString(file), names));
                    }
                    assertThat(found).isEmpty();
                }));
    }

    /** How variables are called that hold the value of a register with a home: hcr, pmblimitr, vmcr. */
    private static List<String> variables(List<Constant> home) {
        return home.stream()
                .map(c -> c.register().toLowerCase(Locale.ROOT))
                .flatMap(name -> Stream.of(name, name.replaceFirst("^ic[ch]_", "")))
                .distinct()
                .toList();
    }

    /** Shifts by a number, and masks that are a number, of a register's value. */
    private static List<String> takenApart(String where, String source, List<String> names) {
        List<String> values = new ArrayList<>(names);
        values.addAll(VALUES);
        Matcher read = READ_INTO.matcher(source);
        while (read.find()) {
            values.add(read.group(1));
        }
        Matcher part = Pattern.compile("(?:\\b(?:" + String.join("|", values) + ")\\b|" + READ
                        + ")\\)?\\s*(?:(?:>>>|>>|<<)\\s*\\d|&\\s*~?\\(?(?:0[xb])?\\d\\w*+(?!\\s*<<\\s*[A-Za-z]))")
                .matcher(source);
        List<String> found = new ArrayList<>();
        while (part.find()) {
            found.add(where + part.group());
        }
        return found;
    }

    private static List<String> definedInNumbers(String where, String source, List<Constant> home) {
        List<String> found = new ArrayList<>();
        Matcher field = FIELD_IN_NUMBERS.matcher(source);
        while (field.find()) {
            String name = field.group(1);
            int high = Integer.parseInt(field.group(2));
            int low = field.group(3) == null ? high : Integer.parseInt(field.group(3));
            long mask = -1L >>> Long.SIZE - 1 - high + low << low;
            if (home.stream().anyMatch(c -> c.name().equals(name) && c.value() == mask)) {
                found.add(where + field.group());
            }
        }
        Matcher place = PLACE_IN_NUMBERS.matcher(source);
        while (place.find()) {
            found.add(where + place.group());
        }
        return found;
    }

    @Test
    void secondDefinitionsAreFound() throws IOException {
        List<Constant> home = home();
        assertThat(definedInNumbers("", ".field(\"SCTLR_EL1\", 29)", home)).hasSize(1);
        assertThat(definedInNumbers("", ".readOnlyField(\"N\", 15, 11)", home)).hasSize(1);
        assertThat(definedInNumbers("", ".field(\"BT\", 23, 20).field(\"E\", 0)", home))
                .hasSize(2);
        assertThat(definedInNumbers("", ".rule(t.hfg(29)).rule(TrapControls.fineGrained(3, 4, 5, 1))", home))
                .hasSize(2);
        assertThat(definedInNumbers("", "one(a, 8, \"FEAT_EL2\") | field(16, 1)", home))
                .hasSize(2);
        assertThat(definedInNumbers("", ".field(\"SCTLR_EL1\", 3).rule(t.hfg(HFGRTR_EL2.VBAR_EL1))", home))
                .isEmpty();
        List<String> names = variables(home);
        for (String apart : List.of(
                "hcr >>> 27 & 1",
                "(vmcr & 8) != 0",
                "(int) (lr >>> 48) & 0xF8",
                "(c.register(SystemRegister.ICC_SRE_EL2) & 8) == 0",
                "context.register(SystemRegister.ESR_EL2) >>> 26",
                "long cause = c.register(SystemRegister.ESR_EL2);\nreturn cause & ~(31L << 5);",
                "onRead((c, r, stored) -> stored & 0xFF)",
                "(operation.events & 1 << 5) != 0")) {
            assertThat(takenApart("", apart, names)).as(apart).hasSize(1);
        }
        assertThat(takenApart("", "hcr & HCR_EL2.TGE | vmcr >>> ICH_VMCR_EL2.VPMR_SHIFT | stored & ~mask", names))
                .isEmpty();
        assertThat(takenApart("", "mdcr & 2L << MDCR_EL2.E2PB_SHIFT | events & 1L << bit | word & 31", names))
                .isEmpty();
        Constant tge = new Constant(HOME + "HCR_EL2", "TGE", 1L << 27);
        Constant shift = new Constant(HOME + "MDCR_EL2", "E2PB_SHIFT", 12);
        assertThat(same(tge, new Constant("x/Traps", "HCR_TGE", 1L << 27))).isTrue();
        assertThat(same(tge, new Constant("x/Traps", "HCR_EL2_TGE", 1L << 27))).isTrue();
        assertThat(same(tge, new Constant("x/Traps", "TGE", 1L << 27))).isTrue();
        assertThat(same(tge, new Constant("x/Traps", "HCR_TGE_BIT", 27))).isTrue();
        assertThat(same(shift, new Constant("x/Traps", "MDCR_E2PB_SHIFT", 12))).isTrue();
        assertThat(same(tge, new Constant("x/Traps", "TGE", 1))).isFalse();
        assertThat(NUMBERS.matcher("1L << 27").find()).isTrue();
        assertThat(NUMBERS.matcher("HCR_EL2.TGE | 1L << 34").find()).isTrue();
        assertThat(NUMBERS.matcher("0x3F").find()).isTrue();
        assertThat(NUMBERS.matcher("2L << MDCR_EL2.E2PB_SHIFT").find()).isFalse();
        assertThat(NUMBERS.matcher("HCR_EL2.APK | HCR_EL2.API").find()).isFalse();
    }

    /** Whether a constant has a field's name, with the register's before it or without, and its bits or their place. */
    private static boolean same(Constant field, Constant constant) {
        String name = constant.name().toUpperCase(Locale.ROOT);
        String plain = field.name().toUpperCase(Locale.ROOT);
        boolean named = name.equals(plain) && plain.length() > 1;
        for (String register : List.of(field.register(), field.fullRegister())) {
            String whole = register.toUpperCase(Locale.ROOT) + "_" + plain;
            named |= name.equals(whole);
            if ((name.equals(whole + "_BIT") || name.equals(whole + "_SHIFT"))
                    && constant.value() == Long.numberOfTrailingZeros(field.value())) {
                return true;
            }
        }
        return named && field.value() == constant.value();
    }

    private static List<String> inNumbers(String bundle, List<String> registers) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : sources(bundle)) {
            Matcher constant = CONSTANT.matcher(Files.readString(file));
            while (constant.find()) {
                String name = constant.group(1).toUpperCase(Locale.ROOT);
                // A constant with the name of a register is its encoding, or its place among others.
                boolean ofRegister = registers.stream()
                        .map(r -> r.toUpperCase(Locale.ROOT))
                        .anyMatch(r -> name.startsWith(r + "_") && !name.matches(r + "_EL[0-9]+"));
                if (ofRegister && NUMBERS.matcher(constant.group(2)).find()) {
                    found.add(file.getFileName() + ": " + constant.group(1));
                }
            }
        }
        return found;
    }

    /** The sources of a bundle, without the home of the fields. */
    private static List<Path> sources(String bundle) throws IOException {
        Path folder = Path.of(System.getProperty("spelunk.root"), "bundles", bundle, "src/main/java");
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".java")
                            && !file.toString().replace('\\', '/').contains(HOME))
                    .toList();
        }
    }

    private static List<Constant> home() throws IOException {
        return constants(BuiltBundle.named(BuiltBundle.API)).stream()
                .filter(constant -> constant.owner().startsWith(HOME))
                .toList();
    }

    /** The constants of number types of a bundle's classes. */
    private static List<Constant> constants(BuiltBundle bundle) throws IOException {
        List<Constant> constants = new ArrayList<>();
        try (JarFile jar = new JarFile(bundle.jar().toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().endsWith(".class")) {
                    try (InputStream stream = jar.getInputStream(entry)) {
                        ClassReader reader = new ClassReader(stream);
                        String owner = reader.getClassName();
                        reader.accept(
                                new ClassVisitor(Opcodes.ASM9) {
                                    @Override
                                    public FieldVisitor visitField(
                                            int access, String name, String type, String signature, Object value) {
                                        if (value instanceof Number number && !(value instanceof Double)) {
                                            constants.add(new Constant(owner, name, number.longValue()));
                                        }
                                        return null;
                                    }
                                },
                                ClassReader.SKIP_CODE);
                    }
                }
            }
        }
        return constants;
    }
}
