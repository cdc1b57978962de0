// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.options;

import dev.spelunk.api.machine.BootModule;
import dev.spelunk.cli.composition.Home;
import dev.spelunk.cli.process.PathArgument;
import dev.spelunk.cli.process.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say who is between the guest and the machine, and what a hypervisor at EL2 is handed over. */
public final class HypervisorOptions {
    private static final String KVM = "kvm";
    private static final String NONE = "none";
    private static final String REFERENCE = "reference";

    @Option(
            names = "--hypervisor",
            paramLabel = "kvm|none|reference|FILE",
            description = "kvm: the guest is a virtual machine of the KVM model; none: it runs on the machine itself; "
                    + "reference, for run: the hypervisor that comes with Spelunk is entered at EL2 and runs it; FILE: so is "
                    + "that ELF file or image. Default: kvm, and none for an entry at EL2.")
    private String hypervisor;

    @Option(
            names = "--hypervisor-append",
            paramLabel = "ARGS",
            description = "The command line of the hypervisor that is put under the guest. --append is the guest's.")
    private String arguments;

    @Option(
            names = "--module",
            paramLabel = "FILE[,TYPE][,ARGS]",
            converter = ModuleConverter.class,
            description =
                    "Hand a file over to the hypervisor at EL2, as Xen's boot protocol does: TYPE is kernel, ramdisk, or "
                            + "such a name as xen,xsm-policy, ARGS its command line. May be given several times.")
    private List<BootModule> modules = new ArrayList<>();

    private boolean putUnder;

    /**
     * What is between the guest and the machine.
     *
     * @param kvm whether the guest is a VM of the KVM model
     * @param el Exception level at which the machine is entered
     * @param file the hypervisor that is put under the guest; null for none
     * @param arguments its command line
     * @param modules what a hypervisor is handed over
     */
    record Choice(boolean kvm, int el, Path file, String arguments, List<BootModule> modules) {}

    /** Lets the user put a hypervisor under the guest. */
    void allowPutUnder() {
        putUnder = true;
    }

    /**
     * Makes sense of the options.
     *
     * @param el what --el says; null for nothing
     * @param host whether there are options of the KVM model's host
     * @throws UserError when options do not go together
     */
    Choice choice(Integer el, boolean host) {
        boolean named = hypervisor == null || hypervisor.equals(KVM) || hypervisor.equals(NONE);
        Path file = named ? null : file();
        if (file != null && el != null) {
            throw new UserError("--el " + el + ": under a hypervisor that is entered at EL2, the guest is at EL1");
        }
        int entered = file != null ? 2 : el == null ? 1 : el;
        boolean kvm = hypervisor == null ? entered == 1 : hypervisor.equals(KVM);
        if (entered == 2 && kvm) {
            throw new UserError("--el 2 needs --hypervisor none: under kvm, EL2 is the hypervisor's, and a hypervisor "
                    + "as its guest would need FEAT_NV2, which is not modelled");
        }
        if (!kvm && host) {
            throw new UserError(
                    "--policy, --host and --pressure are of the KVM model's host: they need --hypervisor kvm");
        }
        if (file == null && arguments != null) {
            throw new UserError("--hypervisor-append needs --hypervisor reference or --hypervisor FILE");
        }
        if (entered != 2 && !modules.isEmpty()) {
            throw new UserError(
                    "--module needs --el 2, or a hypervisor that is put under the guest: nobody else takes modules");
        }
        return new Choice(kvm, entered, file, arguments == null ? "" : arguments, List.copyOf(modules));
    }

    private Path file() {
        if (!putUnder) {
            throw new UserError("--hypervisor " + hypervisor
                    + ": only run puts a hypervisor under its guest; here it is kvm or none, and --el 2 enters one");
        }
        Path file = hypervisor.equals(REFERENCE) ? Home.hypervisor() : PathArgument.of(hypervisor, "--hypervisor: ");
        if (!Files.isRegularFile(file)) {
            throw new UserError("--hypervisor " + hypervisor + ": "
                    + (Files.exists(file)
                            ? "not a regular file"
                            : "no such file; it is kvm, none, reference or a file"));
        }
        return file;
    }

    /** Adds the files that the options name. */
    void named(NamedFiles files) {
        if (putUnder && hypervisor != null && !List.of(KVM, NONE, REFERENCE).contains(hypervisor)) {
            files.reads("the hypervisor", PathArgument.of(hypervisor, "--hypervisor: "));
        }
        modules.forEach(module -> files.reads("a module (--module)", module.file()));
    }

    /** Reads {@code FILE[,TYPE][,ARGS]}, where a TYPE with a vendor has a comma itself. */
    static final class ModuleConverter implements ITypeConverter<BootModule> {
        private static final List<String> VENDORS = List.of("multiboot,", "xen,");

        @Override
        public BootModule convert(String text) {
            String[] parts = text.split(",", 2);
            if (parts[0].isEmpty()) {
                throw new TypeConversionException(
                        "'" + text + "' names no file; write for example Image,kernel,console=hvc0");
            }
            Path file = PathArgument.of(parts[0], "--module: ");
            if (parts.length == 1) {
                return new BootModule(file, "", "");
            }
            boolean vendor = VENDORS.stream().anyMatch(parts[1]::startsWith);
            String[] rest = parts[1].split(",", vendor ? 3 : 2);
            String type = vendor ? rest[0] + "," + rest[1] : rest[0].isEmpty() ? "" : "multiboot," + rest[0];
            int argument = vendor ? 2 : 1;
            return new BootModule(file, type, rest.length > argument ? rest[argument] : "");
        }
    }
}
