// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.registers;

import dev.spelunk.api.architecture.Architecture;
import dev.spelunk.api.banks.RegisterBank;
import dev.spelunk.api.parts.Parts;
import dev.spelunk.api.parts.RegisterModel;
import dev.spelunk.api.registers.RegisterFile;
import dev.spelunk.api.wiring.PeContext;
import java.util.List;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Component;

/** Publishes the system-register table. */
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FGT", effective = "compose")
@Capability(namespace = Architecture.FEATURE_NAMESPACE, name = "FEAT_FGT2", effective = "compose")
@Component(
        service = RegisterModel.class,
        property = {Parts.PART + "=" + Parts.REGISTERS, Parts.NAME + "=table"})
public final class RegisterModelComponent implements RegisterModel {
    @Override
    public RegisterFile create(PeContext context, List<RegisterBank> banks, RegisterFile previous) {
        return RegisterTable.create(context, banks, previous);
    }
}
